"""A real PostgreSQL server for tests: made in a folder of its own, on a free port, stopped at the end.

Run as a program it ends with 0 where there is one to start, else with 1; `scripts/setup` asks it so.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ports import free_port

OLDEST = 15
UNLIKE_OURS = ("--locale-provider=icu", "--icu-locale=fi-FI")
"""The databases sort as Finnish does, so that nothing may depend on what they sort by."""
UNPRIVILEGED = ("postgres", "nobody")


def programs() -> Path | None:
    """The folder of the server's programs, the newest there is; None where there is none of version 15 or newer."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if path.parts[-3].isdigit()]
    found = [path for path in found if int(path.parts[-2]) >= OLDEST]
    if found:
        return max(found, key=lambda path: int(path.parts[-2]))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def running() -> Iterator[str]:
    """The address of a server without a password for local users: `postgresql://mittari@127.0.0.1:PORT`."""
    bin_folder = programs()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="mittari-pg-", dir="/tmp"))  # a socket's path must be short
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner, -1)
    data, port = folder / "data", free_port()
    _run(
        [bin_folder / "initdb", "-D", data, "-U", "mittari", "-A", "trust", "--no-sync", "-E", "UTF8", *UNLIKE_OURS],
        owner,
        folder,
    )
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off "
        "-c max_connections=60 -c shared_buffers=64MB -c full_page_writes=off -c synchronous_commit=off"
    )
    started = [bin_folder / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "120", "-o", options, "start"]
    try:
        _run(started, owner, folder)
        yield f"postgresql://mittari@127.0.0.1:{port}"
    finally:
        _run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], owner, folder)
        shutil.rmtree(folder)


def _run(command: Sequence[str | Path], owner: int | None, folder: Path) -> None:
    """Run as the owner of the folder: the server refuses to run as root."""
    done = subprocess.run(
        [str(part) for part in command],
        user=owner,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if command[-1] != "start" else subprocess.DEVNULL,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata"},
    )
    assert done.returncode == 0, (command, done.stderr)


def _owner() -> int | None:
    """Who the server runs as: oneself, or as root somebody else."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise AssertionError("no user to run PostgreSQL as")


if __name__ == "__main__":
    sys.exit(programs() is None)
