"""The writer: what waits in the inbox is in the warehouse once, whatever happens in between."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import mittari
from mittari.errors import UserError
from mittari.store.inbox import ANONYMOUS, FIRST, Arrival, Inbox
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.writer import Writer
from patience import until

CALL = {"queued_at": "2026-10-05T09:00:00Z", "wait_s": 5.0, "outcome": "answered"}


class Bench:
    def __init__(self, workspace: LocalWorkspace, inbox: Inbox) -> None:
        self.workspace, self.inbox, self.writer = workspace, inbox, Writer(workspace, inbox)

    def arrive(self, *rows: dict[str, Any], table: str = "calls", how: str = "newest") -> None:
        self.inbox.put([Arrival(table, rows, how)]).result()

    def drain(self) -> None:
        while self.writer.drain():
            pass

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.workspace.warehouse.connection().execute(sql).fetchall()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with mittari.open(mittari.create_home(tmp_path / "home")) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        inbox = Inbox.open(workspace.home / "inbox.sqlite")
        yield Bench(workspace, inbox)
        inbox.close()


def call(number: int, **more: Any) -> dict[str, Any]:
    return {"call_id": f"k{number}", **CALL, **more}


def test_what_waits_is_loaded_in_one_step_and_then_forgotten(bench: Bench):
    for number in range(30):
        bench.arrive(call(number))
    before = bench.workspace.data_version()
    bench.drain()
    assert bench.rows("SELECT count(*) FROM calls") == [(30,)]
    assert bench.workspace.data_version() == before + 1
    assert bench.inbox.waiting(1) == []


def test_a_replay_after_a_crash_changes_nothing(bench: Bench):
    bench.arrive(call(1), call(2))
    waiting = bench.inbox.waiting(10)
    bench.writer._let_in(waiting)
    version = bench.workspace.data_version()
    bench.drain()
    assert bench.rows("SELECT count(*) FROM calls") == [(2,)]
    assert bench.workspace.data_version() == version


def test_the_newest_of_a_key_stands_within_one_batch_and_across_two(bench: Bench):
    bench.arrive(call(1, talk_s=10.0))
    bench.arrive(call(1, talk_s=20.0))
    bench.drain()
    assert bench.rows("SELECT talk_s FROM calls") == [(20.0,)]
    bench.arrive(call(1, talk_s=30.0))
    bench.drain()
    assert bench.rows("SELECT talk_s FROM calls") == [(30.0,)]


def test_of_presses_the_first_stands_within_one_batch_and_across_two(bench: Bench):
    press = {"response_id": "d:1", "kind": "csat", "score": 1.0, "responded_at": "2026-10-05T09:00:00Z"}
    bench.arrive(press, table="responses", how=FIRST)
    bench.arrive({**press, "score": 2.0}, table="responses", how=FIRST)
    bench.drain()
    bench.arrive({**press, "score": 3.0}, table="responses", how=FIRST)
    bench.drain()
    assert bench.rows("SELECT score FROM responses") == [(1.0,)]


def test_a_row_with_fewer_columns_keeps_what_an_earlier_one_said_also_in_one_batch(bench: Bench):
    bench.arrive(call(1, talk_s=10.0))
    bench.arrive(call(1, acw_s=7.0))
    bench.arrive(call(1, talk_s=None))
    bench.drain()
    assert bench.rows("SELECT talk_s, acw_s FROM calls") == [(None, 7.0)]


def test_one_arrival_that_cannot_be_let_in_is_set_aside_and_the_others_stand(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    original = bench.workspace.load_many

    def fails_at_two(given: Any) -> Any:
        if any("k2" in rows.columns["call_id"] for rows in given):
            raise UserError("k2 contradicts the rest")
        return original(given)

    monkeypatch.setattr(bench.workspace, "load_many", fails_at_two)
    for number in range(4):
        bench.arrive(call(number))
    bench.drain()
    assert bench.rows("SELECT call_id FROM calls ORDER BY 1") == [("k0",), ("k1",), ("k3",)]
    assert [(table, reason) for _, table, reason in bench.inbox.aside()] == [("calls", "k2 contradicts the rest")]
    told = [finding for finding in bench.workspace.doctor() if "set aside" in finding.what]
    assert [(finding.ok, "k2 contradicts the rest" in finding.what) for finding in told] == [(False, True)]


def test_what_a_row_says_does_not_come_into_the_log_when_it_is_set_aside(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def refuses(_given: Any) -> Any:
        raise UserError("expected a call, found 'I am Maija Meri and waited'")

    monkeypatch.setattr(bench.workspace, "load_many", refuses)
    bench.arrive(call(1))
    bench.drain()
    assert "was set aside" in caplog.text
    assert "Maija" not in caplog.text


def test_a_running_writer_brings_rows_by_itself(bench: Bench):
    bench.writer.start()
    bench.arrive(call(1))
    try:
        until(lambda: bench.rows("SELECT count(*) FROM calls") == [(1,)], "the row is in the warehouse")
    finally:
        bench.writer.stop()


def test_an_old_row_beside_one_of_today_covers_no_day_between(bench: Bench):
    for number, day in ((1, "2026-09-01"), (2, "2026-09-02"), (3, "2026-10-05")):
        bench.arrive(call(number, queued_at=f"{day}T09:00:00Z"))
    bench.drain()
    covered = bench.rows(
        "SELECT from_date::VARCHAR, to_date::VARCHAR FROM coverage WHERE \"table\" = 'calls' ORDER BY 1"
    )
    assert covered == [("2026-09-01", "2026-09-02"), ("2026-10-05", "2026-10-05")]


def test_senders_that_leave_out_what_is_empty_cost_one_load_and_take_nothing_back(bench: Bench):
    names = ["agent_id", *(f"dim_{letter}" for letter in "abcd")]
    bench.arrive(call(0, agent_id="a0", wait_s=9.0))
    bench.drain()
    rows = [
        call(number, **{name: "x" for place, name in enumerate(names) if number >> place & 1})
        for number in range(1, 2 ** len(names))
    ]
    loads: list[int] = []
    load_many = bench.workspace.load_many
    bench.workspace.load_many = lambda given: loads.append(len(given)) or load_many(given)  # type: ignore[method-assign]
    bench.arrive(call(0, wait_s=1.0), *rows)
    bench.drain()
    assert loads == [1]
    assert bench.rows("SELECT agent_id, wait_s FROM calls WHERE call_id = 'k0'") == [("a0", 1.0)]
    assert bench.rows("SELECT count(*), count(agent_id) FROM calls") == [
        (len(rows) + 1, sum("agent_id" in row for row in rows) + 1)
    ]


def test_a_conversation_that_says_nothing_of_its_merge_still_closes_a_circle(bench: Bench):
    a, b = ({"conversation_id": name, "channel": "email", "created_at": "2026-10-05T09:00:00Z"} for name in "ab")
    bench.arrive({**a, "merged_into": "b"}, b, table="conversations")
    bench.drain()
    bench.arrive({**a, "channel": "chat"}, {**b, "merged_into": "a"}, table="conversations")
    bench.drain()
    told = bench.rows("SELECT conversation_id, merged_into, channel FROM conversations ORDER BY 1")
    assert told == [("a", "b", "chat"), ("b", None, "email")]


def instants(bench: Bench) -> Iterator[tuple[str, str, datetime]]:
    """Table, column and value of every instant in every table there is, whatever made the table."""
    columns = bench.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type = 'TIMESTAMP' "
        "AND database_name = current_database()"
    )
    for table, column in columns:
        for (value,) in bench.rows(f'SELECT DISTINCT "{column}" FROM "{table}"'):
            if value is not None:
                yield table, column, value


def test_no_table_keeps_the_moment_at_which_anonymous_answers_came(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench.workspace, "clock", lambda: datetime(2026, 10, 5, 9, 7, 31, 5))
    at = "2026-10-05T09:00:00Z"
    answer = {"response_id": "a:nps", "kind": "nps", "responded_at": at, "score": 2.0, "answered": 1}
    bench.arrive(answer, table="responses", how=ANONYMOUS)
    bench.arrive({**answer, "response_id": "b:nps", "score": 11.0}, table="responses", how=ANONYMOUS)  # a reject
    bench.drain()
    assert {table for table, *_ in instants(bench)} >= {"responses", "rejects", "coverage", "versions"}
    assert [found for found in instants(bench) if (found[2].minute % 15, found[2].second) != (0, 0)] == []


def test_anonymous_answers_make_no_table_older_than_it_was(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Numbers are asked as of the newest load: what was loaded within the same quarter of an hour still counts."""
    answer = {"kind": "nps", "responded_at": "2026-10-05T09:03:00Z", "score": 9.0, "answered": 1}
    monkeypatch.setattr(bench.workspace, "clock", lambda: datetime(2026, 10, 5, 9, 5))
    bench.arrive({"response_id": "known:nps", **answer}, table="responses")
    bench.drain()
    monkeypatch.setattr(bench.workspace, "clock", lambda: datetime(2026, 10, 5, 9, 7))
    secret = {**answer, "response_id": "secret:nps", "responded_at": "2026-10-05T09:00:00Z"}
    bench.arrive(secret, table="responses", how=ANONYMOUS)
    bench.drain()
    assert bench.workspace.freshness() == datetime(2026, 10, 5, 9, 5)
