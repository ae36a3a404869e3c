"""Columns kept about other rows: repeats, chains of buying days, scores given again, however rows arrive."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measure.worlds import columns
from mittari.load import load_rows
from mittari.settings import Settings
from mittari.store import Warehouse

NOW = datetime(2026, 11, 5, 12, 0)
NEVER = datetime(9999, 12, 31)
Row = dict[str, Any]


def at(day: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2025, 3, day, hour, minute, second)


def case(name: str, opened: datetime, **more: Any) -> Row:
    row = {"conversation_id": name, "customer_id": "k", "channel": "email", "created_at": opened}
    return row | {"reason_code": "bill"} | more


def solved(first: datetime, last: datetime | None = None) -> Row:
    return {"first_solved_at": first, "last_solved_at": last or first}


def call(name: str, queued: datetime, outcome: str = "answered", wait_s: float = 60, **more: Any) -> Row:
    row = {"call_id": name, "customer_id": "k", "queued_at": queued, "wait_s": wait_s, "outcome": outcome}
    return row | {"reason_code": "bill"} | more


def order(name: str, ordered: datetime, **more: Any) -> Row:
    row = {"order_id": name, "customer_id": "k", "ordered_at": ordered, "currency": "EUR", "invoice_amount": 10.0}
    return row | more


def answer(name: str, responded: datetime, **more: Any) -> Row:
    row = {"response_id": name, "customer_id": "k", "kind": "nps", "responded_at": responded, "score": 9.0}
    return row | {"survey_id": "s"} | more


@pytest.fixture
def bring(warehouse: Warehouse, settings: Settings) -> Callable[..., None]:
    def bring(table: str, *rows: Row) -> None:
        report = load_rows(warehouse, settings, table, columns(rows), now=NOW)
        assert report.rejected == 0, report.rejects

    return bring


Bring = Callable[..., None]
Kept = Callable[[], dict[str, Any]]


@pytest.fixture
def repeats(warehouse: Warehouse) -> Kept:
    """Id of each repeat -> until when it is one."""
    one, other = (
        "SELECT conversation_id AS id, repeat_until FROM conversations",
        "SELECT call_id, repeat_until FROM calls",
    )

    def found() -> dict[str, Any]:
        rows = (
            warehouse.connection().execute(f"FROM ({one} UNION ALL {other}) WHERE repeat_until IS NOT NULL").fetchall()
        )
        return dict(rows)

    return found


@pytest.fixture
def chain(warehouse: Warehouse) -> Kept:
    """Order that stands for a buying day -> the buying days before and after it, and the instant of the latter."""
    columns = "order_id, bought_before_on, bought_next_on, bought_next_at"

    def found() -> dict[str, Any]:
        rows = (
            warehouse.connection().execute(f"SELECT {columns} FROM orders WHERE bought_next_at IS NOT NULL").fetchall()
        )
        return {key: tuple(rest) for key, *rest in rows}

    return found


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (case("a", at(1), **solved(at(2))), case("b", at(9))),
        (case("a", at(1), **solved(at(2)), reason_code=None), case("b", at(3))),
        (case("a", at(1), **solved(at(2))), case("b", at(3), reason_code=None)),
        (case("a", at(1)), case("b", at(31))),
        (case("a", at(1), **solved(at(2), at(20)), reopened_at=at(19)), case("b", at(27))),
        (case("a", at(1), **solved(at(2), at(29)), reopened_at=at(10)), case("b", at(11))),
        (case("a", at(1), abandoned_at=at(1, 13)), case("b", at(8, 13))),
        (case("a", at(1), abandoned_at=at(1, 12, 0, 11)), case("b", at(2))),
        (case("a", at(1), **solved(at(2))), case("b", at(3), channel="chat")),
    ],
    ids=[
        "a week after the solve", "the earlier reason is unknown", "the later reason is unknown",
        "still open after 30 days", "a week after the last of two solves", "reopened in between",
        "a week after the customer left", "left after waiting eleven seconds", "on another channel",
    ],
)  # fmt: skip
def test_a_contact_repeats_an_earlier_one(bring: Bring, repeats: Kept, earlier: Row, later: Row) -> None:
    bring("conversations", earlier, later)
    assert repeats() == {"b": NEVER}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (case("a", at(1), **solved(at(2))), case("b", at(9, 12, 0, 1))),
        (case("a", at(1), **solved(at(2)), reason_code="fault"), case("b", at(3))),
        (case("a", at(1), **solved(at(2)), customer_id="j"), case("b", at(3))),
        (case("a", at(1), **solved(at(2)), customer_id=None), case("b", at(3), customer_id=None)),
        (case("a", at(1)), case("b", at(31, 12, 0, 1))),
        (case("a", at(1)), case("b", at(1))),
        (case("a", at(1), **solved(at(2)), direction="out"), case("b", at(3))),
        (case("a", at(1), **solved(at(2)), is_spam=1), case("b", at(3))),
        (case("a", at(1), **solved(at(2)), is_test=1), case("b", at(3))),
        (case("a", at(1), **solved(at(2)), merged_into="z"), case("b", at(3))),
        (case("a", at(1), abandoned_at=at(1, 13)), case("b", at(8, 13, 0, 1))),
    ],
    ids=[
        "a second more than a week after the solve", "another reason", "another customer", "customers unknown",
        "open for more than 30 days", "at the same instant", "we wrote first", "spam", "a test", "merged",
        "a second more than a week after the customer left",
    ],
)  # fmt: skip
def test_a_contact_is_no_repeat(bring: Bring, repeats: Kept, earlier: Row, later: Row) -> None:
    bring("conversations", earlier, later)
    assert repeats() == {}


def test_the_last_of_all_words_is_kept(bring: Bring, warehouse: Warehouse) -> None:
    said = {"conversation_id": "a", "author_type": "customer"}
    bring("conversations", case("a", at(1)))
    bring("messages", *[{"message_id": f"m{day}", "sent_at": at(day), **said} for day in (3, 2, 4)])
    asked = "SELECT spoke_last_at FROM conversations"
    assert warehouse.connection().execute(asked).fetchall() == [(at(4),)]


def test_a_repeat_holds_until_the_earlier_contact_is_deleted(bring: Bring, repeats: Kept) -> None:
    bring("conversations", case("a", at(1), **solved(at(2)), deleted_at=at(20)), case("b", at(3)))
    assert repeats() == {"b": at(20)}


def test_of_several_earlier_contacts_the_one_that_counts_longest_decides(bring: Bring, repeats: Kept) -> None:
    gone = {"deleted_at": at(20)}
    bring("conversations", case("a", at(1), **solved(at(2)), **gone), case("b", at(2), **gone), case("c", at(3)))
    assert repeats() == {"b": at(20), "c": at(20)}
    bring("conversations", case("d", at(2), **solved(at(2, 13))))
    assert repeats() == {"b": at(20), "c": NEVER, "d": at(20)}


def test_who_leaves_within_ten_seconds_counts_until_that_is_known(bring: Bring, repeats: Kept) -> None:
    bring("conversations", case("a", at(1), abandoned_at=at(1, 12, 0, 10)), case("b", at(2)))
    assert repeats() == {"b": at(1, 12, 0, 10)}


@pytest.mark.parametrize("answered_after", [8, 9])
def test_a_short_wait_that_ended_in_an_answer_counts(bring: Bring, repeats: Kept, answered_after: int) -> None:
    """Who is answered at the instant of leaving has an answer."""
    answered = {"abandoned_at": at(1, 12, 0, 9), "first_response_at": at(1, 12, 0, answered_after)}
    bring("conversations", case("a", at(1), **answered), case("b", at(2)))
    assert repeats() == {"b": NEVER}


@pytest.mark.parametrize(
    ("earlier", "is_one"),
    [
        (call("p", at(1)), True),
        (call("p", at(1), "abandoned", 6), True),
        (call("p", at(1), "abandoned", 5), False),
        (call("p", at(1), "answered", 5), True),
        (call("p", at(1), is_test=1), False),
        (call("p", at(1), direction="out"), False),
        (call("p", at(1), talk_s=86_400 * 7), True),
    ],
)
def test_calls_and_conversations_repeat_each_other(bring: Bring, repeats: Kept, earlier: Row, is_one: bool) -> None:
    bring("calls", earlier)
    bring("conversations", case("b", at(8)))
    bring("calls", call("q", at(8)))
    assert repeats() == ({"b": NEVER, "q": NEVER} if is_one else {})


def test_a_phone_conversation_gives_way_once_calls_are_loaded(bring: Bring, repeats: Kept) -> None:
    bring("conversations", case("a", at(1), channel="phone"), case("b", at(2)))
    assert repeats() == {"b": NEVER}
    bring("calls", call("p", at(3), customer_id="somebody else"))
    assert repeats() == {}


def test_a_contact_that_changes_takes_its_repeats_along(bring: Bring, repeats: Kept) -> None:
    bring("conversations", case("a", at(1), **solved(at(2))), case("b", at(9)))
    bring("conversations", case("a", at(1), **solved(at(1, 13))))
    assert repeats() == {}
    bring("conversations", case("a", at(1), **solved(at(2))))
    assert repeats() == {"b": NEVER}
    bring("conversations", case("a", at(1), **solved(at(2)), customer_id="j"))
    assert repeats() == {}


def test_a_status_that_arrives_later_moves_a_repeat(bring: Bring, repeats: Kept) -> None:
    bring("conversations", case("a", at(1)), case("b", at(20)))
    assert repeats() == {"b": NEVER}
    bring("status_events", {"conversation_id": "a", "at": at(2), "kind": "status", "value": "solved"})
    assert repeats() == {}


def test_the_first_valid_line_stands_for_a_buying_day(bring: Bring, chain: Kept) -> None:
    bring(
        "orders", order("b", at(1, 13)), order("a", at(1, 12)), order("c", at(5)),
        order("x", at(3), status="cancelled"), order("y", at(4), refund_amount=10.0),
        order("z", at(4), customer_id="j"),
    )  # fmt: skip
    assert chain() == {
        "a": (None, date(2025, 3, 5), at(5)),
        "c": (date(2025, 3, 1), None, NEVER),
        "z": (None, None, NEVER),
    }


def test_the_next_buying_day_is_known_from_its_first_valid_line_on(bring: Bring, chain: Kept) -> None:
    bring(
        "orders",
        order("a", at(1)),
        order("b", at(2, 15)),
        order("c", at(2, 11)),
        order("d", at(2, 10), status="cancelled"),
    )
    assert chain()["a"] == (None, date(2025, 3, 2), at(2, 11))


def test_a_buying_day_is_a_local_one(bring: Bring, chain: Kept) -> None:
    """In Helsinki 22:30 UTC is the next day."""
    bring("orders", order("a", at(1, 21, 30)), order("b", at(1, 22, 30)))
    assert chain() == {"a": (None, date(2025, 3, 2), at(1, 22, 30)), "b": (date(2025, 3, 1), None, NEVER)}


def test_an_order_that_is_cancelled_leaves_the_chain(bring: Bring, chain: Kept) -> None:
    bring("orders", order("a", at(1)), order("b", at(2)), order("c", at(3)))
    bring("orders", order("b", at(2), status="cancelled"))
    assert chain() == {"a": (None, date(2025, 3, 3), at(3)), "c": (date(2025, 3, 1), None, NEVER)}


@pytest.fixture
def rescored(warehouse: Warehouse) -> Kept:
    """Id of each answer that was given again -> when."""

    def rescored() -> dict[str, Any]:
        asked = "SELECT response_id, rescored_at FROM responses WHERE rescored_at IS NOT NULL"
        return dict(warehouse.connection().execute(asked).fetchall())

    return rescored


def test_the_next_score_of_the_same_person_is_known(bring: Bring, rescored: Kept) -> None:
    bring("responses", answer("c", at(20)), answer("a", at(1)), answer("b", at(9)), answer("x", at(5), customer_id="m"))
    assert rescored() == {"a": at(9), "b": at(20)}


def test_a_score_given_again_is_known_on_the_local_clock(bring: Bring, warehouse: Warehouse) -> None:
    bring("responses", answer("a", at(1)), answer("b", at(9, 22, 30)))
    asked = "SELECT rescored_local FROM responses WHERE response_id = 'a'"
    assert warehouse.connection().execute(asked).fetchone() == (datetime(2025, 3, 10, 0, 30),)


@pytest.mark.parametrize(
    "later",
    [
        answer("b", at(9), customer_id="m"),
        answer("b", at(9), customer_id=None),
        answer("b", at(9), kind="ces", score=5.0),
        answer("b", at(9), item="other"),
        answer("b", at(9), score=None, answered=0),
        answer("b", at(9), answered=0),
        answer("b", at(9), is_test=1),
        answer("b", at(9), is_repeat_press=1),
        answer("b", at(9), nps_kind="transactional"),
    ],
)
def test_another_question_or_person_or_no_score_does_not_score_again(bring: Bring, rescored: Kept, later: Row) -> None:
    bring("responses", answer("a", at(1)), later)
    assert rescored() == {}


@pytest.mark.parametrize("about", [{"conversation_id": "v"}, {"order_id": "o"}, {"touchpoint_id": "t"}])
def test_an_answer_about_a_contact_does_not_score_the_company_again(bring: Bring, rescored: Kept, about: Row) -> None:
    image = {"kind": "image", "item": "modern", "score": 4.0}
    bring("responses", answer("a", at(1), **image), answer("b", at(9), **image, **about))
    assert rescored() == {}
    bring("responses", answer("c", at(11), **image))
    assert rescored() == {"a": at(11)}


def test_an_nps_answer_with_a_contact_speaks_of_the_company_unless_it_says_otherwise(
    bring: Bring, rescored: Kept
) -> None:
    bring("responses", answer("a", at(1)), answer("b", at(9), conversation_id="v", nps_kind="relationship"))
    assert rescored() == {"a": at(9)}


def test_an_answer_that_changes_its_person_leaves_the_chain(bring: Bring, rescored: Kept) -> None:
    bring("responses", answer("a", at(1)), answer("b", at(2)), answer("c", at(3)))
    bring("responses", answer("b", at(2), customer_id="m"))
    assert rescored() == {"a": at(3)}


def test_an_answer_that_takes_its_score_back_leaves_the_chain(bring: Bring, rescored: Kept) -> None:
    bring("responses", answer("a", at(1)), answer("b", at(2)))
    bring("responses", answer("b", at(2), score=None, answered=0))
    assert rescored() == {}


def test_of_two_scores_at_one_instant_the_later_id_stands(bring: Bring, rescored: Kept) -> None:
    bring("responses", answer("b", at(1)), answer("a", at(1)))
    assert rescored() == {"a": at(1)}


def test_pieces_in_any_order_keep_the_same_columns_as_the_whole(
    warehouse: Warehouse, settings: Settings, tmp_path: Path, empty_warehouse: Path
) -> None:
    some = np.random.default_rng(7)
    tables = {"conversations": cases(some), "calls": calls(some), "orders": orders(some), "responses": answers(some)}
    fill(warehouse, settings, tables)
    pieces = tmp_path / "pieces.duckdb"
    pieces.write_bytes(empty_warehouse.read_bytes())
    with Warehouse.open(pieces, settings=settings) as other:
        for turn in range(6):
            fill(other, settings, {name: first_state(rows)[turn::6] for name, rows in tables.items()})
        for turn in (3, 1, 5, 0, 4, 2):
            fill(other, settings, {name: rows[turn::6] for name, rows in tables.items()})
        assert kept(other) == kept(warehouse)
    assert sum(row[1] is not None for row in kept(warehouse)["conversations"]) > 40
    assert sum(row[1] is not None for row in kept(warehouse)["responses"]) > 40


def fill(warehouse: Warehouse, settings: Settings, tables: dict[str, list[Row]]) -> None:
    for name, rows in tables.items():
        load_rows(warehouse, settings, name, columns(rows), now=NOW)


def first_state(rows: list[Row]) -> list[Row]:
    """The rows as they were before they were solved, deleted or cancelled, some of other customers."""
    fresh = {"first_solved_at": None, "last_solved_at": None, "reopened_at": None, "deleted_at": None, "status": "open"}
    return [
        {**row, **{name: value for name, value in fresh.items() if name in row}, "customer_id": f"k{number % 9}"}
        for number, row in enumerate(rows)
    ]


def kept(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    asked = {
        "conversations": "conversation_id, repeat_until",
        "calls": "call_id, repeat_until",
        "orders": "order_id, bought_before_on, bought_next_on, bought_next_at",
        "responses": "response_id, rescored_at, rescored_local",
    }
    connection = warehouse.connection()
    return {
        name: connection.execute(f"SELECT {columns} FROM {name} ORDER BY 1").fetchall()
        for name, columns in asked.items()
    }


def cases(some: np.random.Generator) -> list[Row]:
    rows = []
    for number in range(240):
        opened = moment(some)
        first = opened + timedelta(hours=int(some.integers(1, 200))) if some.random() < 0.8 else None
        again = first + timedelta(hours=5) if first and some.random() < 0.3 else None
        last = again + timedelta(hours=7) if again and some.random() < 0.5 else first
        gone = opened + timedelta(days=30) if some.random() < 0.1 else None
        row = case(f"c{number}", opened, customer_id=f"k{some.integers(12)}", reason_code=reason(some))
        rows.append(row | {"first_solved_at": first, "last_solved_at": last, "reopened_at": again, "deleted_at": gone})
    return rows


def calls(some: np.random.Generator) -> list[Row]:
    outcomes = ("answered", "abandoned", "callback")
    return [
        call(
            f"p{number}", moment(some), str(some.choice(outcomes)), float(some.integers(1, 12)),
            customer_id=f"k{some.integers(12)}", reason_code=reason(some),
        )
        for number in range(80)
    ]  # fmt: skip


def orders(some: np.random.Generator) -> list[Row]:
    states = ("paid", "paid", "paid", "cancelled")
    return [
        order(f"o{number}", moment(some), customer_id=f"k{some.integers(12)}", status=str(some.choice(states)))
        for number in range(150)
    ]


def answers(some: np.random.Generator) -> list[Row]:
    kinds = ("relationship", "relationship", "transactional")
    return [
        answer(f"r{number}", moment(some), customer_id=f"k{some.integers(12)}", nps_kind=str(some.choice(kinds)))
        for number in range(120)
    ]


def moment(some: np.random.Generator) -> datetime:
    return datetime(2025, 1, 1) + timedelta(seconds=int(some.integers(90 * 86_400)))


def reason(some: np.random.Generator) -> str | None:
    return str(some.choice(["bill", "fault"])) if some.random() < 0.8 else None
