"""The questions of `bench/peers.py` in PostgreSQL: a server of its own, the tables copied in and indexed.

The server is tuned as its manual advises for a machine that does this alone: a quarter of the memory for its buffers,
room for sorts. Parallel workers are left at their defaults. Statements go through one psql that stays open.
"""

import csv
import os
import pwd
import shutil
import socket
import subprocess
from datetime import date
from pathlib import Path

import duckdb

from peer import Values

STATEMENTS = Path(__file__).parent / "postgres"
TYPES = {"VARCHAR": "text", "TINYINT": "smallint", "DOUBLE": "double precision", "UTINYINT": "smallint"}
CLOCKS = {
    "conversations": ("opened_local", "wait_started_local", "solved_last_local", "solved_first_local"),
    "calls": ("queued_local", "ended_local"),
    "responses": ("responded_local", "person_id"),
}
DONE = "-- done --"


class PostgresError(Exception):
    """What the server or its client answered instead of rows."""


def programs() -> Path | None:
    """The folder with the newest server's programs; None where none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Postgres:
    """A server in `folder` while this object is open; it never runs as root, which PostgreSQL refuses."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        bin_folder = programs()
        if bin_folder is None:
            raise PostgresError("no PostgreSQL server is installed")
        self._programs = bin_folder
        self._user = _unprivileged()
        folder.chmod(0o711)  # the server's user passes through
        own = folder / "server"
        own.mkdir()
        if self._user is not None:
            os.chown(own, pwd.getpwnam(self._user).pw_uid, -1)
        self._data, self._socket = own / "data", own
        self._start()
        try:
            self._client = self._connect()
            self.version = self._ask("SHOW server_version;")[0][0].split()[0]
            for table in CLOCKS:
                self._copy(connection, table, folder)
        except BaseException:
            self.close()
            raise

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, user=self._user, cwd=self._socket, stdout=subprocess.DEVNULL)

    def _start(self) -> None:
        self._run(
            f"{self._programs}/initdb", "-D", str(self._data), "-A", "trust", "-U", "bench", "-E", "UTF8", "--locale=C"
        )
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        self._port = _free_port()
        settings = {
            "listen_addresses": "''",
            "port": self._port,
            "unix_socket_directories": f"'{self._socket}'",
            "shared_buffers": f"{memory // 4}MB",
            "effective_cache_size": f"{memory * 3 // 4}MB",
            "work_mem": f"{max(memory // 64, 64)}MB",
            "maintenance_work_mem": f"{max(memory // 16, 64)}MB",
            "max_wal_size": "8GB",
            "random_page_cost": 1.1,
            "timezone": "'UTC'",
        }
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self._run(f"{self._programs}/pg_ctl", "-D", str(self._data), "-l", str(self._socket / "log"), "-w", "start")

    def _connect(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [f"{self._programs}/psql", "-XqAt", "--csv", "-v", "ON_ERROR_STOP=1", "-h", str(self._socket),
             "-p", str(self._port), "-U", "bench", "-d", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def _ask(self, sql: str) -> list[list[str]]:
        """The rows of one or more statements, as text."""
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(f"{sql}\n\\echo '{DONE}'\n")
        self._client.stdin.flush()
        lines = []
        for line in self._client.stdout:
            if line.rstrip("\n") == DONE:
                return list(csv.reader(lines))
            lines.append(line)
        raise PostgresError("".join(lines))

    def _copy(self, connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> None:
        """A table of the warehouse with every column that holds anything, then its indexes and statistics."""
        filled = connection.table(table).aggregate(
            ", ".join(f'count("{name}") AS "{name}"' for name in connection.table(table).columns)
        )
        names = [name for name, n in zip(filled.columns, filled.fetchall()[0], strict=True) if n]
        names += [name for name in ASKED_EMPTY.get(table, ()) if name not in names]
        rows = connection.table(table).select(*(duckdb.ColumnExpression(name) for name in names))
        path = folder / f"{table}.csv"
        rows.write_csv(str(path), header=False)
        columns = ", ".join(
            f'"{name}" {TYPES.get(str(kind), str(kind))}' for name, kind in zip(rows.columns, rows.types, strict=True)
        )
        self._ask(f"CREATE TABLE {table} ({columns});\n\\copy {table} FROM '{path}' (FORMAT csv)")
        for column in CLOCKS[table]:
            self._ask(f"CREATE INDEX ON {table} ({column});")
        self._ask(f"VACUUM ANALYZE {table};")
        path.unlink()

    def answer(self, first: date, end: date) -> Values:
        found: Values = {}
        for file in sorted(STATEMENTS.glob("*.sql")):
            rows = self._ask(f"\\set first '{first}'\n\\set end '{end}'\n\\pset tuples_only off\n{file.read_text()}")
            _, *outputs = rows[0]
            for month, *values in rows[1:]:
                texts = zip(outputs, values, strict=True)
                found |= {(output, month[:7]): float(text) if text else None for output, text in texts}
        return found

    def close(self) -> None:
        if hasattr(self, "_client"):
            self._client.communicate("\\q\n")
        self._run(f"{self._programs}/pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")


ASKED_EMPTY = {
    "conversations": ("deleted_at", "reopen_is_trivial"),
    "responses": ("is_repeat_press",),
}
"""Columns that the queries name whether or not the file held them."""


def _unprivileged() -> str | None:
    """Whom the server runs as: whoever runs this, or another one where that is root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
