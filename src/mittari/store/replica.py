"""An engine beside the warehouse that holds a copy of the facts and is asked for the numbers."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import numpy.typing as npt

from mittari.errors import UserError, did_you_mean
from mittari.settings import Settings
from mittari.store.engines import ENGINES, HOME, Engine


class Replica(Protocol):
    """What a workspace needs of such an engine; any number of threads may fetch."""

    engine: Engine
    address: str
    """Where it is, as people may see it: without user and password."""

    def ready(self) -> None:
        """Raises `UserError` naming the address where the engine cannot be reached: before anything is read for it."""

    def bring(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the copy what the connection to the warehouse sees, all of it or nothing.

        Called at opening, and at the end of every writing transaction before it is committed.
        """

    def fetch(self, sql: str, parameters: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
        """The columns of a statement in the engine's SQL, as DuckDB's `fetchnumpy` gives them: numbers, booleans and
        `datetime64[us]` as arrays, texts as objects, with a mask where there are nulls."""

    def close(self) -> None:
        """Let go of the engine."""


def column(values: list[Any], kind: str) -> npt.NDArray[Any]:
    """One column of a frame: the values as the numpy type named, masked where they are None."""
    missing = [value is None for value in values]
    if not any(missing):
        return np.array(values, dtype=kind)
    nothing: Any = "?" if kind == "O" else np.zeros(1, dtype=kind)[0]
    return np.ma.array(
        [nothing if gone else value for value, gone in zip(values, missing, strict=True)], kind, mask=missing
    )


def replica_of(settings: Settings, folder: Path) -> Replica | None:
    """The engine that the settings name, reached; None for the warehouse's own. `folder` is for files on their way.

    Raises `UserError` for an engine nobody knows, one whose package is not installed, and one that does not answer.
    """
    name = settings.engine.partition(":")[0]
    if name == HOME.name:
        return None
    if name not in ENGINES:
        raise UserError(
            "there is no such engine",
            "setting engine",
            did_you_mean(name, ENGINES) or f"There are {', '.join(ENGINES)}.",
        )
    try:
        module = importlib.import_module(f"mittari.store.{name}")
    except ImportError as error:
        raise UserError(
            f"{ENGINES[name].title} needs the package {error.name or error}",
            "setting engine",
            f"pip install 'mittari[{name}]'",
        ) from error
    replica: Replica = module.opened(settings, folder)
    replica.ready()
    return replica
