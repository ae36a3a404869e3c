"""The small stores of a home, which any process may open, also while the server runs."""

from pathlib import Path

from mittari.errors import UserError
from mittari.settings import FILE_NAME
from mittari.store import ledger as ledgers
from mittari.store.ledger import Ledger


def open_ledger(home: Path) -> Ledger:
    """The ledger of an installation. Raises UserError where there is none."""
    require_home(home)
    return Ledger.open(home / ledgers.FILE_NAME)


def require_home(home: Path) -> None:
    if not (home / FILE_NAME).is_file():
        raise UserError(
            f"no installation here: {FILE_NAME} is missing",
            where=home,
            hint=f"make one with: mittari --home {home} init",
        )
