"""ClickHouse's engine in this process: a copy in the home that follows the warehouse, whole or not at all."""

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mittari
from commands.running import environment
from commands.running import mittari as command
from installation import copy_of
from mittari.errors import UserError
from mittari.facts import TABLES
from mittari.settings import Settings
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.opening import open_local
from mittari.workspace.rolling.make import make

HEADER = "call_id,queued_at,outcome,wait_s,customer_id\n"
MORNING = "".join(f"c{number},2025-03-03T08:{number:02d}:00Z,answered,{number},k{number}\n" for number in range(50))
REPLACED = "c1,2025-03-03T08:01:00Z,abandoned,99,k1\n"
NEW = "c99,2025-03-03T09:00:00Z,answered,5,k99\n"
TOLD = Path("engine", "chdb", "versions.json")


@pytest.fixture
def engine(setting_of: Callable[[str], str]) -> Settings:
    return Settings(engine=setting_of("chdb"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return mittari.create_home(tmp_path / "home")


@pytest.fixture
def workspace(home: Path, engine: Settings) -> Iterator[LocalWorkspace]:
    with open_local(home, engine) as opened:
        yield opened


@pytest.fixture
def sent(engine: Settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None]]:
    """What is sent from here on: the table, and after which version its rows changed (None: all rows)."""
    assert engine.engine == "chdb"
    from mittari.store.chdb_tables import Tables

    found: list[tuple[str, int | None]] = []
    send = Tables._send

    def seen(self: Any, warehouse: Any, change: Any, *rest: Any) -> None:
        found.append((change.table, change.since))
        send(self, warehouse, change, *rest)

    monkeypatch.setattr(Tables, "_send", seen)
    return found


def load(workspace: LocalWorkspace, rows: str, table: str = "calls", header: str = HEADER) -> None:
    path = workspace.home / f"{table}.csv"
    path.write_text(header + rows, encoding="utf-8")
    (report,) = workspace.load(path, table)
    assert report.rejected == 0


def rows_of(frame: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows; decimal numbers become doubles in two ways that may differ in the last bit."""
    columns = [
        [round(each, 9) if isinstance(each, float) else each for each in column.tolist()] for column in frame.values()
    ]
    return list(zip(*columns, strict=True))


def told(workspace: LocalWorkspace, sql: str) -> list[tuple[Any, ...]]:
    return rows_of(workspace._reader.fetch(sql, {}))


def differing(workspace: LocalWorkspace) -> list[str]:
    """The tables whose rows are not the same in the warehouse and in its copy."""
    schemas = workspace.state().schemas
    assert schemas.keys() == TABLES.keys()
    found = []
    for name, columns in schemas.items():
        asked = 'SELECT {} FROM "{}"'.format(", ".join(f'"{column}"' for column in columns), name)
        ours, theirs = (rows_of(each.fetch(asked, {})) for each in (workspace, workspace._reader))
        if sorted(map(repr, ours)) != sorted(map(repr, theirs)):
            found.append(name)
    return found


def test_an_installation_that_holds_facts_is_copied_at_opening(
    loaded_home: Path, tmp_path: Path, engine: Settings
) -> None:
    with open_local(copy_of(loaded_home, tmp_path), engine) as workspace:
        assert differing(workspace) == []
        assert told(workspace, "SELECT count(*) AS n FROM conversations") != [(0,)]


def test_a_later_load_sends_only_what_it_changed(workspace: LocalWorkspace, sent: list[tuple[str, int | None]]) -> None:
    load(workspace, MORNING)
    sent.clear()
    load(workspace, REPLACED + NEW)
    assert sent == [("calls", 1)]
    assert differing(workspace) == []
    assert told(workspace, "SELECT count(*) AS n, max(wait_s) AS most FROM calls") == [(51, 99.0)]


def test_a_load_that_changes_nothing_sends_nothing(
    workspace: LocalWorkspace, sent: list[tuple[str, int | None]]
) -> None:
    load(workspace, MORNING)
    sent.clear()
    load(workspace, MORNING)
    assert sent == []


@pytest.mark.parametrize("instead", ["Kallista", "Vihreää", ""])
def test_a_row_that_left_the_warehouse_leaves_the_copy(workspace: LocalWorkspace, instead: str) -> None:
    """A comment that is written anew names other words of the brand, or none."""
    terms = "attribute,lang,lemmas,expected,polarity\nfast,fi,nopea,1,1\ngreen,fi,vihreä,1,1\n"
    load(workspace, "", "brand_terms", terms)
    header = "response_id,customer_id,responded_at,kind,score,lang,comment\n"
    row = "{},k1,2025-03-03T08:00:00Z,nps,9,fi,{}\n"
    load(workspace, row.format("r1", "Nopeaa") + row.format("r2", "Nopeaa"), "responses", header)
    assert told(workspace, "SELECT count(*) AS n FROM text_attributes") == [(2,)]
    load(workspace, row.format("r1", instead), "responses", header)
    assert differing(workspace) == []


def test_a_copy_that_is_behind_is_brought_up_at_opening(
    home: Path, engine: Settings, sent: list[tuple[str, int | None]]
) -> None:
    with open_local(home, engine) as workspace:
        load(workspace, MORNING)
    with open_local(home, Settings()) as workspace:  # without the engine
        load(workspace, REPLACED + NEW)
    sent.clear()
    with open_local(home, engine) as workspace:
        assert sent == [("calls", 1)]
        assert differing(workspace) == []


def test_a_copy_that_is_ahead_is_made_again(workspace: LocalWorkspace, home: Path, engine: Settings) -> None:
    """The engine has kept a load and then the warehouse could not."""
    load(workspace, MORNING)

    def fail(_connection: object) -> None:
        raise OSError(28, "No space left on device")

    workspace.warehouse.followed_by(fail)
    with pytest.raises(UserError, match="the disk is full"):
        load(workspace, REPLACED + NEW)
    assert differing(workspace) != []
    workspace.close()
    with open_local(home, engine) as again:
        assert differing(again) == []
        load(again, NEW)  # under the version that the lost load had
        assert differing(again) == []


LONG_STEPS = ["CLONE AS", "DELETE FROM", "INSERT INTO", "DROP TABLE"]
KILLED = """
import os, signal, sys
from pathlib import Path
from mittari.settings import Settings
from mittari.store.chdb_tables import Tables
from mittari.workspace.opening import open_local
run = Tables._run
def stopped(self, sql):
    found = run(self, sql)
    if {when!r} in sql:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
with open_local(Path(sys.argv[1]), Settings(engine="chdb")) as workspace:
    Tables._run = stopped
    workspace.load(Path(sys.argv[2]))
"""


STEPS = ["EXCHANGE TABLES", *(pytest.param(step, marks=pytest.mark.long) for step in LONG_STEPS)]


@pytest.mark.parametrize("when", STEPS)
def test_a_crash_at_any_step_leaves_the_old_copy_or_is_mended_at_opening(
    home: Path, engine: Settings, tmp_path: Path, when: str
) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    (folder / "calls.csv").write_text(HEADER + REPLACED + NEW, encoding="utf-8")
    (folder / "customers.csv").write_text("customer_id,segment\nk1,b2b\nk2,b2c\n", encoding="utf-8")
    with open_local(home, engine) as workspace:
        load(workspace, MORNING)
        load(workspace, "k1,b2c\n", "customers", "customer_id,segment\n")
    script = KILLED.format(when=when)
    done = subprocess.run([sys.executable, "-c", script, str(home), str(folder)], env=environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    with open_local(home, engine) as workspace:
        assert differing(workspace) == []
        assert workspace.state().versions["calls"] == 1  # the warehouse kept nothing of the load either
        workspace.load(folder)
        assert differing(workspace) == []


def test_what_cannot_be_prepared_leaves_both_as_they_were(workspace: LocalWorkspace) -> None:
    load(workspace, MORNING)
    workspace._replica._first.query("ALTER TABLE calls ADD CONSTRAINT short CHECK wait_s < 90")
    with pytest.raises(UserError, match="nothing was changed"):
        load(workspace, NEW + REPLACED)
    assert differing(workspace) == []
    assert workspace.state().versions["calls"] == 1


def test_texts_come_as_they_are(workspace: LocalWorkspace) -> None:
    texts = ['"say ""hi"""', r"\N", r"a\b", "it's", '"two\nlines"', "Äö%s", "{as_of:String}", "NULL", "tab\there", ""]
    load(workspace, "".join(f"c{n},2025-03-03T08:00:00Z,answered,1,{text}\n" for n, text in enumerate(texts)))
    assert differing(workspace) == []


@pytest.mark.parametrize("team", ["it's", r"a\b", "tab\there", "two\nlines", r"\N", "{as_of:String}", '"', "Åbo €"])
def test_a_slice_is_asked_for_by_the_very_text(workspace: LocalWorkspace, team: str) -> None:
    header = "conversation_id,customer_id,channel,created_at,team_id\n"
    quoted = '"' + team.replace('"', '""') + '"'
    rows = f"t1,k1,email,2025-03-03T08:00:00Z,{quoted}\nt2,k1,email,2025-03-03T08:00:00Z,other\n"
    load(workspace, rows, "conversations", header)
    record = workspace.kpi("conversation_count", "2025-03", where={"team_id": team}).one()
    assert record.value == 1
    (sql, *_) = workspace.receipt(record).sql
    assert sum(told(workspace, sql)[0][1:]) == 1


def test_a_column_of_the_users_own_comes_along(workspace: LocalWorkspace) -> None:
    load(workspace, MORNING)
    header = "conversation_id,customer_id,channel,created_at,dim_shop\n"
    load(
        workspace,
        "t1,k1,email,2025-03-03T08:00:00Z,\n",
        "conversations",
        header.replace(",dim_shop", "").strip() + "\n",
    )
    load(workspace, "t2,k1,email,2025-03-03T08:00:00Z,Åbo\n", "conversations", header)
    assert differing(workspace) == []
    assert told(workspace, "SELECT dim_shop FROM conversations WHERE conversation_id = 't2'") == [("Åbo",)]


def test_no_query_sees_half_of_a_load(workspace: LocalWorkspace, tmp_path: Path) -> None:
    """Two tables that every load gives as many rows as the other, asked in one statement meanwhile."""
    folder = tmp_path / "both"
    folder.mkdir()
    seen: set[tuple[int, ...]] = set()
    stop = threading.Event()

    def watch() -> None:
        asked = "SELECT (SELECT count(*) FROM calls) AS a, (SELECT count(*) FROM customers) AS b"
        over = False
        while not over:  # once more after the last load
            over = stop.is_set()
            seen.update(told(workspace, asked))

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for each in watchers:
        each.start()
    try:
        for number in range(1, 7):
            names = [f"k{number}-{place}" for place in range(number)]
            calls = "".join(f"{name},2025-03-03T08:00:00Z,answered,1,{name}\n" for name in names)
            (folder / "calls.csv").write_text(HEADER + calls, encoding="utf-8")
            (folder / "customers.csv").write_text("customer_id\n" + "\n".join(names) + "\n", encoding="utf-8")
            workspace.load(folder)
    finally:
        stop.set()
        for each in watchers:
            each.join()
    assert (21, 21) in seen
    assert [pair for pair in seen if pair[0] != pair[1]] == []


def test_an_answer_after_a_failed_one_is_its_own(workspace: LocalWorkspace) -> None:
    import chdb

    for _ in range(3):
        with pytest.raises(chdb.ChdbError, match="non-zero"):
            told(workspace, "SELECT throwIf(number = 900000) AS n FROM numbers(1000000)")
        assert told(workspace, "SELECT number AS n FROM numbers(3)") == [(0,), (1,), (2,)]


def test_one_process_asks_one_installation(workspace: LocalWorkspace, tmp_path: Path, engine: Settings) -> None:
    other = mittari.create_home(tmp_path / "other")
    with pytest.raises(UserError, match="has another one open") as caught:
        open_local(other, engine)
    assert str(workspace.home) in str(caught.value)
    workspace.close()
    open_local(other, engine).close()


def test_a_deleted_copy_is_made_anew(home: Path, engine: Settings) -> None:
    with open_local(home, engine) as workspace:
        load(workspace, MORNING)
    shutil.rmtree(home / "engine")
    with open_local(home, engine) as workspace:
        assert differing(workspace) == []


def test_days_kept_as_sums_follow_loads_that_another_engine_is_asked_after(
    loaded_home: Path, tmp_path: Path, engine: Settings
) -> None:
    home = copy_of(loaded_home, tmp_path)
    with open_local(home, Settings(rollups_from=1)) as workspace:
        assert make(workspace) > 0
        before = workspace.kpi("conversation_count", "2025-03").one().value
    with open_local(home, replace(engine, rollups_from=1)) as workspace:
        row = "new1,k1,email,2025-03-03T08:00:00Z\n"
        load(workspace, row, "conversations", "conversation_id,customer_id,channel,created_at\n")
        assert workspace.kpi("conversation_count", "2025-03").one().value == before + 1
    with open_local(home, Settings(rollups_from=1)) as workspace:
        assert workspace.state().rollups is not None
        assert workspace.kpi("conversation_count", "2025-03").one().value == before + 1


def test_an_address_is_refused(home: Path, engine: Settings) -> None:
    with pytest.raises(UserError, match='expected "chdb" alone'):
        open_local(home, Settings(engine=f"{engine.engine}://host"))


def test_a_command_asks_it_and_doctor_names_it(home: Path, engine: Settings) -> None:
    settings = (home / "mittari.toml").read_text(encoding="utf-8")
    chosen = settings.replace('engine = "duckdb"', f'engine = "{engine.engine}"')
    (home / "mittari.toml").write_text(chosen, encoding="utf-8")
    (home.parent / "calls.csv").write_text(HEADER + MORNING, encoding="utf-8")
    assert command(home, "import", str(home.parent / "calls.csv")).returncode == 0
    assert (home / TOLD).is_file()
    done = command(home, "kpi", "average_speed_of_answer", "--period", "2025-03", "--json")
    assert '"value":24.5' in done.stdout.replace(" ", "")
    assert "ClickHouse" in command(home, "doctor").stdout


@pytest.mark.parametrize("name", ["nps", "service_level", "net_revenue_retention", "csat", "target_attainment_rate"])
def test_the_sql_of_a_receipt_runs_as_it_stands(golden_on: Callable[[str], LocalWorkspace], name: str) -> None:
    workspace = golden_on("chdb")
    receipt = workspace.receipt(workspace.kpi(name, "2025-03").one())
    assert receipt.sql
    for statement in receipt.sql:
        assert workspace._reader.fetch(statement, {})


def test_an_engine_whose_package_is_missing_says_how_to_get_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mittari.store.chdb", raising=False)
    monkeypatch.setitem(sys.modules, "chdb", None)
    with pytest.raises(UserError, match=r"needs the package chdb.*pip install 'mittari\[chdb\]'"):
        open_local(home, Settings(engine="chdb"))


def test_the_engine_is_not_loaded_where_it_is_not_asked(home: Path) -> None:
    probe = f"import sys, mittari; mittari.open({str(home)!r}).close(); print('chdb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout == "False\n"
