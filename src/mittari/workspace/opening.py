"""Opens a home: its settings, its own KPIs, and the workspace that fits, local or behind a running server."""

import os
from collections.abc import Mapping
from pathlib import Path

from mittari.errors import UserError
from mittari.measure.kpi import load_own
from mittari.settings import Settings
from mittari.store.replica import Replica, replica_of
from mittari.store.warehouse import TEMPORARY, Warehouse
from mittari.workspace.local import KPIS, WAREHOUSE, LocalWorkspace
from mittari.workspace.remote import RemoteWorkspace, running_server
from mittari.workspace.stores import require_home
from mittari.workspace.verbs import Workspace


def create_home(home: str | Path, **chosen: str | int) -> Path:
    """A new installation: the folder, its settings file and an empty warehouse. An existing one is never touched.

    A folder made here is its owner's alone: it will hold answers of customers and passwords of mail servers.
    """
    folder = Path(home)
    try:
        if not folder.exists():  # an existing folder keeps the rights that somebody chose for it
            folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise UserError(f"the folder cannot be made: {error.strerror}", where=folder) from error
    Settings.write_template(folder, **chosen)
    Warehouse.open(folder / WAREHOUSE).close()
    return folder


def open_home(home: str | Path, environ: Mapping[str, str] | None = None) -> Workspace:
    """The workspace over a home; while a server runs there, the one that asks it."""
    folder = Path(home)
    require_home(folder)
    settings = Settings.load(folder, os.environ if environ is None else environ)
    load_own(folder / KPIS)
    server = running_server(folder)
    if server is not None:
        return RemoteWorkspace(folder, settings, server)
    return open_local(folder, settings)


def open_local(folder: Path, settings: Settings) -> LocalWorkspace:
    """The workspace that owns the warehouse. The engine is tried first: where it is down nothing is opened."""
    replica = replica_of(settings, folder / TEMPORARY)
    warehouse = Warehouse.open(folder / WAREHOUSE, settings=settings)
    if replica is not None:
        follow(warehouse, replica)
    return LocalWorkspace(folder, settings, warehouse, replica=replica)


def follow(warehouse: Warehouse, replica: Replica) -> None:
    """Bring the engine's copy up to the warehouse, now and with every later change of it."""
    try:
        with warehouse.writing() as connection:
            warehouse.name_installation(connection)
            replica.bring(connection)
    except BaseException:
        replica.close()
        warehouse.close()
        raise
    warehouse.followed_by(replica.bring)
