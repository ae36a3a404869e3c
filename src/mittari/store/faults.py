"""What the database says when the machine or the file fails it, in the words of the user."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from mittari.errors import MittariError, UserError, WarehouseBusy

_FULL = re.compile(
    r"no space left|file too large|disk quota|failed to offload|max_temp_directory_size|could not write all bytes", re.I
)
_NOT_OURS = re.compile(r"not a valid duckdb|corrupt|checksum|failed to deserialize|storage version|serialization", re.I)


def translated(error: BaseException, path: Path) -> MittariError | None:
    """The one clear line for a failure the user can do something about; None for anything else."""
    text = str(error)
    if isinstance(error, OSError) or "No such file or directory" in text or "Permission denied" in text:
        if isinstance(error, OSError) and error.errno == 28:  # ENOSPC
            return _disk_full(path)
        if isinstance(error, OSError):
            return UserError(f"the file system refuses: {error.strerror or text}", error.filename or path)
    if not isinstance(error, duckdb.Error | OSError):
        return None
    if _FULL.search(text):
        return _disk_full(path)
    if isinstance(error, duckdb.OutOfMemoryException):
        return UserError("memory is used up", path, "Raise memory_limit in mittari.toml, or load the file in parts.")
    if "lock" in text and isinstance(error, duckdb.IOException):
        holder = re.search(r"PID (\d+)", text)
        return WarehouseBusy(int(holder[1]) if holder else None, path)
    if "read-only" in text.lower():
        return UserError("the warehouse can only be read here", path)
    if _NOT_OURS.search(text):
        return UserError(
            "the file is damaged or no warehouse",
            path,
            "Restore it from a backup, or move it away and import again.",
        )
    if isinstance(error, duckdb.IOException):
        return UserError(f"the file cannot be used: {text.splitlines()[0]}", path)
    return None


_MACHINE = (
    OSError,
    MemoryError,
    WarehouseBusy,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.ConnectionException,
    duckdb.TransactionException,
    duckdb.InterruptException,
)


_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


def is_of_the_machine(error: BaseException) -> bool:
    """Whether it was disk, memory, lock or file that failed, so that the same may succeed later; else what was
    written is at fault, and will be again."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE  # the rest of the code says more of the same
    return isinstance(error, _MACHINE) or isinstance(error.__cause__, (*_MACHINE, duckdb.Error))


def _disk_full(path: Path) -> UserError:
    return UserError("the disk is full, nothing was changed", path.parent, "Free some space and try again.")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Within it, failures of disk, lock, memory and file become a `UserError` of one line naming `path`."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        mended = translated(error, path)
        if mended is None:
            raise
        raise mended from error
