"""The warehouse file: made, opened, shared, and refused where it cannot be used."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

import mittari
from mittari.errors import UserError, WarehouseBusy
from mittari.facts import TABLES
from mittari.settings import Settings
from mittari.store import Warehouse
from patience import PATIENCE_S

SOURCES = Path(mittari.__file__).parents[1]
NOW = datetime(2026, 11, 5, 12, 0)


def with_sources() -> dict[str, str]:
    """The environment of a process that can import Mittari, installed or not."""
    return {**os.environ, "PYTHONPATH": str(SOURCES)}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "warehouse.duckdb", settings=Settings(threads=1, memory_limit="300MB")) as opened:
        yield opened


def test_every_declared_column_has_a_place(warehouse: Warehouse) -> None:
    found = dict(
        warehouse.connection()
        .execute("SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() GROUP BY 1")
        .fetchall()
    )
    for name, table in TABLES.items():
        assert found[name] == [column.name for column in table] + ["loaded_at", "changed_in"]


def test_a_column_that_a_later_version_adds_is_added_to_an_old_file(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path) as old, old.writing() as connection:
        connection.execute("INSERT INTO calls (call_id) VALUES ('k1')")
        connection.execute("ALTER TABLE calls DROP queued_local")
        connection.execute("DROP TABLE promises")
    with Warehouse.open(path) as new:
        rows = new.connection().execute("SELECT call_id, queued_local FROM calls").fetchall()
        assert rows == [("k1", None)]
        assert new.connection().execute("SELECT count(*) FROM promises").fetchall() == [(0,)]


def test_the_session_runs_in_utc_wherever_the_machine_stands(warehouse: Warehouse) -> None:
    script = "SELECT current_setting('TimeZone'), TIMESTAMPTZ '2026-07-01 12:00:00+03'::TIMESTAMP"
    assert warehouse.connection().execute(script).fetchall() == [("UTC", datetime(2026, 7, 1, 9))]


def test_settings_reach_the_database_and_overflow_stays_in_the_home(warehouse: Warehouse) -> None:
    names = "current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
    memory, threads, folder = warehouse.connection().execute(f"SELECT {names}").fetchall()[0]
    assert (memory, threads) == ("286.1 MiB", 1)
    assert Path(folder) == warehouse.path.parent / "tmp"


def test_memory_is_held_down_for_a_while_and_never_raised(warehouse: Warehouse) -> None:
    memory = "SELECT current_setting('memory_limit')"
    connection = warehouse.connection()
    with warehouse.frugal("200MB"):
        assert connection.execute(memory).fetchall() == [("190.7 MiB",)]
    with warehouse.frugal("2GB"):
        assert connection.execute(memory).fetchall() == [("286.1 MiB",)]
    assert connection.execute(memory).fetchall() == [("286.1 MiB",)]


def test_what_is_raised_inside_writing_undoes_everything(warehouse: Warehouse) -> None:
    def begin_and_fail() -> None:
        with warehouse.writing() as connection:
            connection.execute("INSERT INTO calls (call_id) VALUES ('k1')")
            warehouse.bump(connection, ["calls"], NOW)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        begin_and_fail()
    assert warehouse.connection().execute("SELECT count(*) FROM calls").fetchall() == [(0,)]
    assert warehouse.data_version(["calls"]) == 0


def test_readers_see_what_is_committed_and_nothing_else(warehouse: Warehouse) -> None:
    count = "SELECT count(*) FROM calls"
    reader = warehouse.connection()
    with warehouse.writing() as connection:
        connection.execute("INSERT INTO calls (call_id) VALUES ('k1')")
        assert reader.execute(count).fetchall() == [(0,)]
    assert reader.execute(count).fetchall() == [(1,)]


def test_threads_write_one_after_the_other(warehouse: Warehouse) -> None:
    def add_one() -> None:
        with warehouse.writing() as connection:
            known = connection.execute("SELECT count(*) FROM calls").fetchall()[0][0]
            connection.execute("INSERT INTO calls (call_id) VALUES (?)", [f"k{known}"])
            warehouse.bump(connection, ["calls"], NOW)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warehouse.connection().execute("SELECT count(DISTINCT call_id) FROM calls").fetchall() == [(8,)]
    assert warehouse.data_version(["calls"]) == 8


def test_versions_are_of_the_tables_asked_for_and_never_repeat(warehouse: Warehouse) -> None:
    for tables in (["calls"], ["orders", "calls"], ["responses"]):
        with warehouse.writing() as connection:
            warehouse.bump(connection, tables, NOW)
    asked = [["calls"], ["orders"], ["responses"], ["calls", "responses"], ["promises"], []]
    assert [warehouse.data_version(tables) for tables in asked] == [2, 2, 3, 3, 0, 0]


def test_what_is_remembered_is_there_after_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path) as first:
        assert first.meta("made by") is None
        first.remember("made by", "one")
        first.remember("made by", "two")
    with Warehouse.open(path, read_only=True) as second:
        assert second.meta("made by") == "two"
        with pytest.raises(UserError, match="can only be read"), second.writing() as connection:
            connection.execute("DELETE FROM meta")


def test_another_process_is_told_who_holds_the_file(warehouse: Warehouse) -> None:
    script = f"from mittari.store import Warehouse; Warehouse.open({str(warehouse.path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=with_sources()
    )
    assert done.returncode == 1
    assert "WarehouseBusy" in done.stderr


def test_a_busy_file_names_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    script = f"import duckdb; held = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WarehouseBusy) as caught:
            Warehouse.open(path)
        holder.stdin.write("\n")
    assert caught.value.pid == holder.pid
    assert f"in use by process {holder.pid}" in str(caught.value)


@pytest.mark.parametrize("content", [b"no database at all" * 1000, b"x"], ids=["long", "short"])
def test_a_file_that_is_no_warehouse_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(content)
    with pytest.raises(UserError, match="damaged or no warehouse"):
        Warehouse.open(path)
    assert path.read_bytes() == content


def test_a_damaged_warehouse_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    Warehouse.open(path).close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = bytes(8192)
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match="damaged or no warehouse"):
        Warehouse.open(path)


def test_places_where_no_warehouse_can_be_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="folder of the installation does not exist"):
        Warehouse.open(tmp_path / "nowhere" / "warehouse.duckdb")
    with pytest.raises(UserError, match="found a folder"):
        Warehouse.open(tmp_path)
    with pytest.raises(UserError, match="there is no warehouse here"):
        Warehouse.open(tmp_path / "warehouse.duckdb", read_only=True)


def test_a_full_disk_is_one_clear_line_and_leaves_the_data_as_it_was(tmp_path: Path) -> None:
    """The limit on the size of files stands in for a full disk: the database meets it in the same call."""
    script = f"""
import resource, signal
from mittari.errors import UserError
from mittari.store import Warehouse
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Warehouse.open({str(tmp_path / "warehouse.duckdb")!r}) as warehouse:
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, resource.RLIM_INFINITY))
    try:
        with warehouse.writing() as connection:
            connection.execute("INSERT INTO calls (call_id) SELECT md5(i::VARCHAR) FROM range(2000000) AS t(i)")
    except UserError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=with_sources()
    )
    assert "the disk is full" in done.stdout, done.stdout + done.stderr
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        assert warehouse.connection().execute("SELECT count(*) FROM calls").fetchall() == [(0,)]


def test_a_mistake_of_ours_keeps_its_own_error(warehouse: Warehouse) -> None:
    with pytest.raises(duckdb.ParserException), warehouse.writing() as connection:
        connection.execute("SELEKT 1")


def test_who_listens_is_told_after_the_commit_and_outside_the_lock(warehouse: Warehouse) -> None:
    told: list[tuple[int, frozenset[str], int, bool]] = []

    def hear(version: int, tables: frozenset[str]) -> None:
        with ThreadPoolExecutor(1) as other:  # another writer can begin at once, and sees what was committed
            rows = warehouse.connection().execute("SELECT count(*) FROM calls").fetchall()[0][0]
            free = other.submit(warehouse.remember, "seen", str(version)).result(PATIENCE_S) is None
        told.append((version, tables, rows, free))

    warehouse.told_of(hear)
    with warehouse.writing() as connection:
        connection.execute("INSERT INTO calls (call_id) VALUES ('k1')")
        version = warehouse.bump(connection, iter(["calls", "coverage"]), NOW)
        assert told == []
    assert told == [(version, frozenset({"calls", "coverage"}), 1, True)]


def test_what_is_undone_or_gives_no_version_is_not_told(warehouse: Warehouse) -> None:
    told: list[int] = []
    warehouse.told_of(lambda version, _tables: told.append(version))

    def undone() -> None:
        with warehouse.writing() as connection:
            warehouse.bump(connection, ["calls"], NOW)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        undone()
    warehouse.remember("key", "value")
    assert told == []


def test_a_listener_that_fails_costs_the_writer_and_the_others_nothing(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []

    def broken(_version: int, _tables: frozenset[str]) -> None:
        raise RuntimeError("deaf")

    warehouse.told_of(broken)
    warehouse.told_of(lambda version, _tables: told.append(version))
    with warehouse.writing() as connection:
        version = warehouse.bump(connection, ["calls"], NOW)
    assert told == [version]
    assert warehouse.data_version(["calls"]) == version
    assert "deaf" in caplog.text
