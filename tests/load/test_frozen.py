"""Answers keep the agent, team and channel of their contact as they were when it ended; worked out by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from measure.worlds import columns
from mittari.load import LoadReport, load_rows
from mittari.settings import Settings
from mittari.store import Warehouse

NOW = datetime(2026, 11, 5, 12, 0)
Row = dict[str, Any]
Bring = Callable[..., LoadReport]
Held = Callable[[], dict[str, tuple[str | None, ...]]]


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2025, 3, day, hour)


def case(name: str = "c", **more: Any) -> Row:
    row = {"conversation_id": name, "customer_id": "k", "channel": "email", "created_at": at(1)}
    return row | {"last_solved_at": at(2), "agent_id": "ann", "team_id": "north"} | more


def answer(name: str = "r", day: int = 3, **more: Any) -> Row:
    row = {"response_id": name, "kind": "csat", "responded_at": at(day), "score": 5.0, "conversation_id": "c"}
    return row | more


def change(day: int, kind: str, value: str, **more: Any) -> Row:
    return {"conversation_id": "c", "at": at(day), "kind": kind, "value": value} | more


def call(name: str, queued: datetime, agent: str, **more: Any) -> Row:
    row = {"call_id": name, "queued_at": queued, "wait_s": 5.0, "outcome": "answered", "agent_id": agent}
    return row | more


@pytest.fixture
def bring(warehouse: Warehouse, settings: Settings) -> Bring:
    def bring(table: str, *rows: Row, under: Settings = settings) -> LoadReport:
        report = load_rows(warehouse, under, table, columns(rows), now=NOW)
        assert report.rejected == 0, report.rejects
        return report

    return bring


@pytest.fixture
def held(warehouse: Warehouse) -> Held:
    """Id of each answer -> agent, team and channel."""

    def held() -> dict[str, tuple[str | None, ...]]:
        asked = "SELECT response_id, agent_id, team_id, channel FROM responses"
        return {name: tuple(rest) for name, *rest in warehouse.connection().execute(asked).fetchall()}

    return held


ANN = {"r": ("ann", "north", "email")}


def test_an_answer_takes_who_solved_its_conversation(bring: Bring, held: Held) -> None:
    bring("conversations", case())
    bring("responses", answer())
    assert held() == ANN


def test_an_answer_that_came_first_is_filled_when_its_conversation_arrives(bring: Bring, held: Held) -> None:
    bring("responses", answer())
    assert held() == {"r": (None, None, None)}
    bring("conversations", case(), case("other", agent_id="bo"))
    assert held() == ANN


def test_what_fills_answers_from_afar_makes_a_new_version_of_them(bring: Bring, warehouse: Warehouse) -> None:
    bring("responses", answer())
    before = warehouse.data_version(["responses"])
    bring("conversations", case())
    filled = warehouse.data_version(["responses"])
    assert filled > before
    assert warehouse.connection().execute("SELECT changed_in FROM responses").fetchall() == [(filled,)]
    bring("conversations", case(agent_id="bo"))
    assert warehouse.data_version(["responses"]) == filled


def test_a_later_reassignment_moves_no_score(bring: Bring, held: Held) -> None:
    bring("conversations", case())
    bring("responses", answer())
    bring("conversations", case(agent_id="bo", team_id="south", channel="chat"))
    assert held() == ANN


def test_the_same_answer_again_without_them_keeps_them_and_is_unchanged(bring: Bring, held: Held) -> None:
    bring("conversations", case())
    bring("responses", answer(agent_id=None, team_id=None, channel=None))
    bring("conversations", case(agent_id="bo", team_id="south", channel="chat"))
    again = bring("responses", answer(agent_id=None, team_id=None, channel=None))
    assert (again.unchanged, again.replaced) == (1, 0)
    assert bring("responses", answer()).unchanged == 1
    assert held() == ANN


def test_an_answer_that_changes_otherwise_keeps_them(bring: Bring, held: Held) -> None:
    bring("conversations", case())
    bring("responses", answer())
    bring("conversations", case(agent_id="bo", team_id="south", channel="chat"))
    assert bring("responses", answer(score=1.0, agent_id=None)).replaced == 1
    assert held() == ANN


def test_a_value_in_the_file_wins(bring: Bring, held: Held) -> None:
    bring("conversations", case())
    bring("responses", answer(agent_id="eve"))
    assert held() == {"r": ("eve", "north", "email")}
    assert bring("responses", answer(agent_id="eve")).unchanged == 1
    assert bring("responses", answer(agent_id="kim", channel="chat")).replaced == 1
    assert held() == {"r": ("kim", "north", "chat")}


def test_other_settings_do_not_change_them(bring: Bring, held: Held, settings: Settings) -> None:
    bring("conversations", case())
    bring("responses", answer())
    bring("conversations", case(agent_id="bo", team_id="south", channel="chat"))
    bring("customers", {"customer_id": "k"}, under=replace(settings, timezone="Asia/Tokyo"))
    assert held() == ANN


def test_what_stood_at_the_last_solve_before_the_answer_counts(bring: Bring, held: Held) -> None:
    """Solved by ann on the 2nd, given to bo on the 4th, solved again on the 5th: answers of the 3rd and of the 6th."""
    bring(
        "status_events",
        change(1, "assign", "ann"), change(1, "team", "north"), change(1, "status", "open"),
        change(2, "status", "solved"),
        change(4, "status", "open"), change(4, "assign", "bo"), change(4, "team", "south"),
        change(5, "status", "solved"),
        change(7, "assign", "eve"), change(7, "team", "west"),
    )  # fmt: skip
    bring("conversations", case(agent_id="eve", team_id="west", last_solved_at=at(5)))
    bring("responses", answer(), answer("later", 6))
    assert held() == ANN | {"later": ("bo", "south", "email")}


def test_a_change_at_the_instant_of_the_solve_counts_and_one_after_it_does_not(bring: Bring, held: Held) -> None:
    events = [change(2, "assign", "ann"), change(2, "status", "solved")]
    bring("status_events", *events, change(3, "assign", "bo"), change(3, "status", "closed", agent_id="robot"))
    bring("conversations", case(agent_id="bo", last_solved_at=None))
    bring("responses", answer(day=4))
    assert held() == ANN


def test_who_solved_it_counts_where_nothing_was_assigned_before(bring: Bring, held: Held) -> None:
    bring("status_events", change(2, "status", "solved", agent_id="ann"), change(4, "assign", "bo"))
    bring("conversations", case(agent_id="bo"))
    bring("responses", answer())
    assert held() == ANN


def test_of_a_later_assignment_alone_nobody_is_concluded(bring: Bring, held: Held) -> None:
    bring("status_events", change(4, "assign", "bo"))
    bring("conversations", case(agent_id="bo"))
    bring("responses", answer())
    assert held() == {"r": (None, "north", "email")}


def test_a_contact_not_solved_yet_is_seen_at_the_answer(bring: Bring, held: Held) -> None:
    bring("status_events", change(2, "assign", "ann"), change(4, "assign", "bo"), change(5, "status", "solved"))
    bring("conversations", case(agent_id="bo", last_solved_at=at(5)))
    bring("responses", answer())
    assert held() == ANN


def test_the_agent_comes_when_somebody_solves_and_then_stays(bring: Bring, held: Held) -> None:
    bring("conversations", case(agent_id=None, last_solved_at=None))
    bring("responses", answer())
    assert held() == {"r": (None, "north", "email")}
    bring("conversations", case())
    bring("conversations", case(agent_id="bo"))
    assert held() == ANN


@pytest.mark.parametrize("named", [{"conversation_id": "c"}, {}], ids=["by its conversation", "by itself"])
def test_an_answer_about_a_call_takes_the_agent_of_the_call(bring: Bring, held: Held, named: Row) -> None:
    bring("responses", answer())
    name = "p" if named else "c"
    bring("calls", call(name, at(2), "ann", **named))
    bring("calls", call(name, at(2), "bo", **named))
    assert held() == {"r": ("ann", None, "phone")}


def test_of_several_calls_the_last_before_the_answer_counts(bring: Bring, held: Held) -> None:
    about = {"conversation_id": "c"}
    bring("calls", *[call(f"p{day}", at(day), f"agent {day}", **about) for day in (1, 2, 4)])
    bring("responses", answer())
    assert held() == {"r": ("agent 2", None, "phone")}


def test_a_conversation_that_documents_a_call_asks_it_for_the_agent(bring: Bring, held: Held) -> None:
    bring("calls", call("p", at(2), "ann", conversation_id="c"))
    bring("conversations", case(channel="phone", agent_id=None))
    bring("responses", answer())
    assert held() == {"r": ("ann", "north", "phone")}


def test_answers_about_nothing_or_about_something_unknown_stay_empty(bring: Bring, held: Held) -> None:
    bring("conversations", case())
    bring("responses", answer(conversation_id=None), answer("x", conversation_id="unknown"))
    assert held() == {"r": (None, None, None), "x": (None, None, None)}
