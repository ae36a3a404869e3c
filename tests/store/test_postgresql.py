"""PostgreSQL as the engine: a copy that follows the warehouse by difference, whole or not at all."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

import mittari
import postgresql_server
from commands.running import environment
from commands.running import mittari as command
from installation import copy_of
from mittari.errors import UserError
from mittari.facts import TABLES
from mittari.settings import Settings
from mittari.workspace.local import PLANS, LocalWorkspace
from mittari.workspace.opening import open_local
from ports import free_port

CALLS = "call_id,queued_at,outcome,wait_s,customer_id\n"
MORNING = "".join(f"c{number},2025-03-03T08:{number:02d}:00Z,answered,{number},k{number}\n" for number in range(50))
REPLACED = "c1,2025-03-03T08:01:00Z,abandoned,99,k1\n"
NEW = "c99,2025-03-03T09:00:00Z,answered,5,k99\n"


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    return new_database()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return mittari.create_home(tmp_path / "home")


@pytest.fixture
def workspace(home: Path, database: str) -> Iterator[LocalWorkspace]:
    with open_local(home, Settings(engine=database)) as opened:
        yield opened


def load(workspace: LocalWorkspace, rows: str, table: str = "calls", header: str = CALLS) -> None:
    path = workspace.home / f"{table}.csv"
    path.write_text(header + rows, encoding="utf-8")
    (report,) = workspace.load(path, table)
    assert report.rejected == 0


def told(database: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database, autocommit=True, options="-c search_path=mittari") as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def writers(database: str, table: str) -> int:
    """By how many transactions the rows that the table holds were written."""
    return int(told(database, f"SELECT count(DISTINCT xmin::text) FROM {table}")[0][0])


def differing(workspace: LocalWorkspace, database: str) -> list[str]:
    """The tables whose rows are not the same in the warehouse and in its copy."""
    found = []
    with workspace.warehouse.session() as connection:
        for name in TABLES:
            columns = ", ".join(f'"{row[0]}"' for row in connection.execute(f'DESCRIBE "{name}"').fetchall())
            asked = f'SELECT {columns} FROM "{name}"'
            ours = connection.execute(asked).fetchall()
            if sorted(map(repr, ours)) != sorted(map(repr, told(database, asked))):
                found.append(name)
    return found


def test_an_installation_that_holds_facts_is_copied_at_opening(
    loaded_home: Path, tmp_path: Path, database: str
) -> None:
    with open_local(copy_of(loaded_home, tmp_path), Settings(engine=database)) as workspace:
        assert differing(workspace, database) == []
    assert told(database, "SELECT count(*) FROM conversations") != [(0,)]


def test_a_later_load_sends_only_what_it_changed(workspace: LocalWorkspace, database: str) -> None:
    load(workspace, MORNING)
    assert writers(database, "calls") == 1
    load(workspace, REPLACED + NEW)
    assert differing(workspace, database) == []
    assert told(database, "SELECT count(*), max(wait_s) FROM calls") == [(51, 99)]
    first, second = told(database, "SELECT count(*) FROM calls GROUP BY xmin::text ORDER BY 1 DESC")
    assert (first, second) == ((49,), (2,))


def test_a_load_that_changes_nothing_sends_nothing(workspace: LocalWorkspace, database: str) -> None:
    load(workspace, MORNING)
    before = told(database, "SELECT xmin::text FROM versions")
    load(workspace, MORNING)
    assert told(database, "SELECT xmin::text FROM versions") == before


@pytest.mark.parametrize("instead", ["Kallista", "Vihreää", ""])
def test_a_row_that_left_the_warehouse_leaves_the_copy(workspace: LocalWorkspace, database: str, instead: str) -> None:
    """A comment that is written anew names other words of the brand, or none."""
    terms = "attribute,lang,lemmas,expected,polarity\nfast,fi,nopea,1,1\ngreen,fi,vihreä,1,1\n"
    load(workspace, "", "brand_terms", terms)
    header = "response_id,customer_id,responded_at,kind,score,lang,comment\n"
    row = "{},k1,2025-03-03T08:00:00Z,nps,9,fi,{}\n"
    load(workspace, row.format("r1", "Nopeaa") + row.format("r2", "Nopeaa"), "responses", header)
    assert told(database, "SELECT count(*) FROM text_attributes") == [(2,)]
    load(workspace, row.format("r1", instead), "responses", header)
    assert differing(workspace, database) == []


def test_a_copy_that_is_behind_is_brought_up_at_opening(home: Path, database: str) -> None:
    with open_local(home, Settings(engine=database)) as workspace:
        load(workspace, MORNING)
    with open_local(home, Settings()) as workspace:  # without the engine
        load(workspace, REPLACED + NEW)
    with open_local(home, Settings(engine=database)) as workspace:
        assert differing(workspace, database) == []
    assert writers(database, "calls") == 2  # only what had changed


def test_a_copy_that_is_ahead_is_made_again(workspace: LocalWorkspace, home: Path, database: str) -> None:
    """The engine has kept a load and then the warehouse could not."""
    load(workspace, MORNING)

    def fail(_connection: object) -> None:
        raise OSError(28, "No space left on device")

    workspace.warehouse.followed_by(fail)
    with pytest.raises(UserError, match="the disk is full"):
        load(workspace, REPLACED + NEW)
    assert differing(workspace, database) != []
    workspace.close()
    with open_local(home, Settings(engine=database)) as again:
        assert differing(again, database) == []
        load(again, NEW)  # under the version that the lost load had
        assert differing(again, database) == []


def test_what_the_engine_refuses_is_not_half_written(workspace: LocalWorkspace, database: str) -> None:
    load(workspace, MORNING)
    told(database, "ALTER TABLE calls ADD CHECK (wait_s < 90)")
    with pytest.raises(psycopg.errors.CheckViolation):
        load(workspace, NEW + REPLACED)
    assert differing(workspace, database) == []
    assert workspace.state().versions["calls"] == 1


def test_texts_come_as_they_are(workspace: LocalWorkspace, database: str) -> None:
    texts = ['"say ""hi"""', r"\N", r"\.", '"two\nlines"', "Äö%s", "50 %", "NULL", ""]
    load(workspace, "".join(f"c{n},2025-03-03T08:00:00Z,answered,1,{text}\n" for n, text in enumerate(texts)))
    assert differing(workspace, database) == []
    assert workspace.kpi("conversation_count", "2025-03", where={"channel": "50 %'"}).one().value in (0, None)


def test_a_column_of_the_users_own_comes_along(workspace: LocalWorkspace, database: str) -> None:
    load(workspace, MORNING)
    header = "conversation_id,customer_id,channel,created_at,dim_shop\n"
    load(workspace, "t1,k1,email,2025-03-03T08:00:00Z,\n", "conversations", header)
    load(workspace, "t2,k1,email,2025-03-03T08:00:00Z,Åbo\n", "conversations", header)
    assert differing(workspace, database) == []
    assert told(database, "SELECT dim_shop FROM conversations WHERE conversation_id = 't2'") == [("Åbo",)]


def test_small_letters_and_order_are_those_of_the_warehouse(workspace: LocalWorkspace) -> None:
    load(workspace, "".join(f"{name},2025-03-03T08:00:00Z,answered,1,k\n" for name in ("Ä", "a", "Z", "z", "å")))
    asked = "SELECT lower(call_id) AS small, call_id AS own FROM calls ORDER BY call_id"
    ours, theirs = workspace.fetch(asked, {}), workspace._reader.fetch(asked, {})
    assert theirs["own"].tolist() == ours["own"].tolist() == ["Z", "a", "z", "Ä", "å"]
    assert theirs["small"].tolist() == ours["small"].tolist()


def test_a_close_is_signed_and_copied(workspace: LocalWorkspace, database: str, plans_folder: Path) -> None:
    (workspace.home / PLANS).symlink_to(plans_folder)
    load(workspace, MORNING)
    workspace.clock = lambda: datetime(2025, 6, 1)
    closed = workspace.close_period("2025-03", by="me")
    assert told(database, "SELECT count(*) FROM closed_results") == [(closed.figures,)]
    assert all(finding.ok for finding in workspace.doctor() if "close" in finding.what)


def test_a_database_holds_one_installation(workspace: LocalWorkspace, tmp_path: Path, database: str) -> None:
    load(workspace, MORNING)
    other = mittari.create_home(tmp_path / "other")
    with pytest.raises(UserError, match="another installation"):
        open_local(other, Settings(engine=database))
    assert told(database, "SELECT count(*) FROM calls") == [(50,)]


def test_a_server_that_is_down_is_named_before_anything_is_read(home: Path) -> None:
    engine = f"postgresql://somebody:hidden-word@127.0.0.1:{free_port()}/numbers"
    settings = (home / "mittari.toml").read_text(encoding="utf-8")
    (home / "mittari.toml").write_text(settings.replace('engine = "duckdb"', f'engine = "{engine}"'), encoding="utf-8")
    before = hashlib.sha256((home / "warehouse.duckdb").read_bytes()).digest()
    (home.parent / "calls.csv").write_text(CALLS + MORNING, encoding="utf-8")
    for arguments in (["import", str(home.parent / "calls.csv")], ["kpi", "nps"], ["doctor"]):
        done = command(home, *arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert engine.partition("@")[2] in done.stderr
        assert "hidden-word" not in done.stderr + done.stdout
        assert done.stdout == ""
    assert hashlib.sha256((home / "warehouse.duckdb").read_bytes()).digest() == before


def test_a_server_that_stops_meanwhile_leaves_nothing_half_written(home: Path) -> None:
    with postgresql_server.running() as address:
        told(f"{address}/postgres", "CREATE DATABASE numbers")
        workspace = open_local(home, Settings(engine=f"{address}/numbers"))
        load(workspace, MORNING)
    with pytest.raises(UserError, match=r"127\.0\.0\.1:\d+/numbers"):
        load(workspace, NEW)
    assert workspace.state().versions["calls"] == 1
    assert workspace.fetch("SELECT count(*) AS n FROM calls", {})["n"].tolist() == [50]
    workspace.close()


@pytest.mark.parametrize("address", ["postgresql://u:pa@ss@127.0.0.1:1/db", "postgresql://u:hidden%zz@127.0.0.1:1/db"])
def test_no_part_of_a_password_is_told(home: Path, address: str) -> None:
    with pytest.raises(UserError) as caught:
        open_local(home, Settings(engine=address))
    assert "hidden" not in str(caught.value)
    assert "ss@" not in str(caught.value)
    assert "hidden" not in repr(Settings(engine=address))


def test_a_password_stands_in_no_receipt_and_in_no_file_beside_the_settings(home: Path, database: str) -> None:
    engine = database.replace("mittari@", "mittari:hidden-word@")
    with open_local(home, Settings(engine=engine)) as workspace:
        load(workspace, MORNING)
        record = workspace.kpi("service_level", "2025-03").one()
        said = repr([workspace.receipt(record).as_dict(), workspace.doctor(), workspace.rows(record)])
    assert record.n == 50
    assert "of PostgreSQL" in said
    assert "hidden-word" not in said
    for path in home.rglob("*"):
        assert not path.is_file() or b"hidden-word" not in path.read_bytes()


@pytest.mark.parametrize(
    ("setting", "said"),
    [("postgres://host/db", 'Did you mean "postgresql"'), ("oracle", "There are duckdb, postgresql")],
)
def test_an_unknown_engine_is_refused_with_those_there_are(home: Path, setting: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        open_local(home, Settings(engine=setting))


@pytest.mark.parametrize("name", ["nps", "service_level", "net_revenue_retention", "csat", "first_response_time"])
def test_the_sql_of_a_receipt_runs_as_it_stands(golden_on: Callable[[str], LocalWorkspace], name: str) -> None:
    workspace = golden_on("postgresql")
    receipt = workspace.receipt(workspace.kpi(name, "2025-03").one())
    with psycopg.connect(workspace._replica._url, options="-c search_path=mittari,pg_catalog") as connection:
        for statement in receipt.sql:
            assert connection.execute(statement.encode()).description


def test_an_engine_whose_package_is_missing_says_how_to_get_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mittari.store.postgresql", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UserError, match=r"needs the package psycopg.*pip install 'mittari\[postgresql\]'"):
        open_local(home, Settings(engine="postgresql://host/db"))


def test_an_engine_is_not_loaded_where_it_is_not_asked(home: Path) -> None:
    probe = f"import sys, mittari; mittari.open({str(home)!r}).close(); print('psycopg' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == "False\n"
