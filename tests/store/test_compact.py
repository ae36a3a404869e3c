"""A warehouse written anew holds the same and nothing else; whatever goes wrong, the old file stays."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from measure.worlds import columns
from mittari.errors import Fault, UserError, WarehouseBusy
from mittari.load import load_rows
from mittari.settings import Settings
from mittari.store import Warehouse, compact

NOW = datetime(2026, 11, 5)
WORDS = "Zwiebelkuchen mit Speck"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A warehouse from which words were taken, whose bytes are still in it."""
    path = tmp_path / "warehouse.duckdb"
    answer = {"kind": "nps", "score": 9.0, "responded_at": "2026-11-04T10:00:00Z", "survey_id": "s"}
    rows = [{"response_id": f"r{number}", "text": f"{WORDS} {number}" * 20} | answer for number in range(3000)]
    with Warehouse.open(path) as warehouse:
        load_rows(warehouse, Settings(), "responses", columns(rows), NOW)
        warehouse.connection().execute("SET force_compression = 'uncompressed'")
        warehouse.checkpoint()
        with warehouse.writing() as connection:
            connection.execute("UPDATE responses SET text = NULL")
        warehouse.checkpoint()
    assert WORDS.encode() in path.read_bytes()
    return path


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table in the order in which they lie."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for name in names}


def definitions(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT sql FROM duckdb_tables() ORDER BY table_name").fetchall()


def test_the_new_file_is_smaller_and_holds_the_same_without_what_was_taken(file: Path) -> None:
    file.chmod(0o640)
    before, tables = content(file), definitions(file)
    done = compact.compact(file)
    assert WORDS.encode() not in file.read_bytes()
    assert done.after == file.stat().st_size < done.before
    assert (content(file), definitions(file)) == (before, tables)
    assert len(before["responses"]) == 3000
    assert file.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_what_a_crash_left_of_a_new_file_is_written_over(file: Path) -> None:
    left = file.with_name(file.name + compact.BESIDE)
    left.write_bytes(b"half a file")
    before = content(file)
    compact.compact(file)
    assert content(file) == before
    assert not left.exists()


@pytest.mark.parametrize(
    "harm", ["DELETE FROM {} WHERE response_id = 'r7'", "UPDATE {} SET score = 3.0 WHERE score = 9.0"]
)
def test_a_copy_that_is_not_the_same_does_not_take_the_place_of_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    def harmed(connection: duckdb.DuckDBPyConnection, name: str) -> None:
        connection.execute(harm.format("fresh.responses"))
        require_same(connection, name)

    require_same, before = compact._require_same, content(file)
    monkeypatch.setattr(compact, "_require_same", harmed)
    with pytest.raises(Fault, match="responses had 3000 rows, and its copy of"):
        compact.compact(file)
    assert content(file) == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_file_that_is_held_or_missing_is_told_and_left(file: Path) -> None:
    with pytest.raises(UserError, match="there is no warehouse here"):
        compact.compact(file.with_name("other.duckdb"))
    before = file.read_bytes()
    script = f"import duckdb; held = duckdb.connect({str(file)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(WarehouseBusy):
            compact.compact(file)
        holder.communicate("\n")
    assert file.read_bytes() == before
