"""Rules that no golden record touches, worked out by hand on a few rows each."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from measure.worlds import columns, installation
from mittari.workspace import Workspace
from mittari.workspace.local import LocalWorkspace

AS_OF = "2025-12-01"


@pytest.fixture
def empty(tmp_path: Path, plans_folder: Path) -> Iterator[LocalWorkspace]:
    workspace = installation(tmp_path / "home", plans_folder, {})
    yield workspace
    workspace.close()


def load(workspace: LocalWorkspace, table: str, *rows: dict[str, Any]) -> None:
    assert workspace.load_rows(table, columns(rows)).rejected == 0


def answer(number: int, kind: str, score: float, **more: Any) -> dict[str, Any]:
    day = datetime(2025, 3, 1 + number, 9)
    return {
        "response_id": f"r{number}",
        "kind": kind,
        "score": score,
        "responded_at": day,
        "customer_id": f"k{number}",
    } | more


def value(workspace: Workspace, name: str, period: str = "2025-03", **more: Any) -> tuple[float | None, int | None]:
    record = workspace.kpi(name, period, as_of=AS_OF, **more).one()
    return record.value, record.n


def test_answers_without_a_scale_are_on_the_usual_one(empty: LocalWorkspace) -> None:
    """CSAT is 1 to 5 with the boxes 4 and 5; 1 and 2 are the lowest boxes."""
    scores = (1, 2, 3, 4, 5)
    load(empty, "responses", *[answer(n, "csat", score, conversation_id=f"c{n}") for n, score in enumerate(scores)])
    assert value(empty, "csat.share") == (0.4, 5)
    assert value(empty, "csat.bottom2") == (0.4, 5)
    assert value(empty, "csat.share", where={"scale": "1-5"}) == (0.4, 5)


@pytest.mark.parametrize(
    ("low", "high", "satisfied"),
    [(1, 5, 2), (1, 7, 2), (0, 10, 2), (1, 10, 2), (1, 4, 2), (1, 3, 1), (0, 1, 1)],
)
def test_the_satisfied_boxes_depend_on_the_scale(empty: LocalWorkspace, low: int, high: int, satisfied: int) -> None:
    scale = {"scale_min": low, "scale_max": high, "conversation_id": "c"}
    rows = [answer(n, "csat", score, **scale) for n, score in enumerate(range(low, high + 1))]
    load(empty, "responses", *rows)
    assert value(empty, "csat.share") == (pytest.approx(satisfied / len(rows)), len(rows))


@pytest.mark.parametrize("mark", ["is_test", "is_repeat_press"])
def test_an_answer_that_does_not_count_replaces_none(empty: LocalWorkspace, mark: str) -> None:
    first = answer(0, "csat", 5, conversation_id="c", survey_id="s")
    later = {**first, "response_id": "later", "score": 1, "responded_at": datetime(2025, 3, 1, 10), mark: 1}
    load(empty, "responses", first, later)
    assert value(empty, "csat.share") == (1, 1)


@pytest.mark.parametrize(("hour", "counted"), [(9, (0, 1)), (10, (0.5, 2))])
def test_an_answer_is_edited_within_a_day(empty: LocalWorkspace, hour: int, counted: tuple[float, int]) -> None:
    first = answer(0, "csat", 5, conversation_id="c", survey_id="s")
    edit = {**first, "response_id": "later", "score": 1, "responded_at": datetime(2025, 3, 2, hour)}
    load(empty, "responses", first, edit)
    assert value(empty, "csat.share") == counted


def order(number: int, customer: str, day: str, status: str = "paid", **more: Any) -> dict[str, Any]:
    row = {
        "order_id": f"o{number}",
        "customer_id": customer,
        "ordered_at": datetime.fromisoformat(day),
        "status": status,
    }
    return {**row, "currency": "EUR", "invoice_amount": 10.0, **more}


def test_who_ordered_in_the_year_before_is_a_customer(empty: LocalWorkspace) -> None:
    """At the opening of March 2025 b, c and d are active; c's year ends on 20 March, d's on the last day."""
    load(
        empty,
        "orders",
        order(1, "a", "2024-01-10T12:00"),
        order(2, "b", "2024-06-01T12:00"),
        order(3, "c", "2024-03-20T12:00"),
        order(4, "d", "2024-03-31T12:00"),
        order(5, "e", "2024-06-01T12:00", "cancelled"),
        order(6, "f", "2024-06-01T12:00", refund_amount=10.0),
        order(7, "g", "2025-03-10T12:00"),
    )
    assert value(empty, "customer_retention_rate") == (pytest.approx(1 / 3), 3)
    assert value(empty, "customer_retention_rate", "2025-02") == (1, 3)
    rate = empty.kpi("new_customer_count.rate", "2025-03", as_of=AS_OF).one()
    assert (rate.n, rate.components["exposure"]) == (1, 3)


def test_a_year_after_the_order_ends_with_its_last_day(empty: LocalWorkspace) -> None:
    """An order on 1 April 2024 is in force at the midnight that opens 1 April 2025, one on 31 March no more."""
    load(empty, "orders", order(1, "a", "2024-04-01T12:00"), order(2, "b", "2024-03-31T12:00"))
    assert value(empty, "customer_retention_rate") == (0.5, 2)


def test_a_contract_without_a_day_is_no_loss(empty: LocalWorkspace) -> None:
    contract = {"customer_id": "a", "started_at": "2025-03-10", "mrr": 5.0, "currency": "EUR"}
    load(
        empty,
        "subscriptions",
        {**contract, "subscription_id": "1", "ended_at": "2025-03-10"},
        {**contract, "subscription_id": "2", "customer_id": "b", "started_at": "2025-01-01", "ended_at": "2025-03-20"},
    )
    assert value(empty, "churned_revenue") == (5.0, 1)


def test_a_contact_at_the_first_midnight_can_be_a_repeat(empty: LocalWorkspace) -> None:
    """1 March begins in Helsinki at 22:00 UTC the day before."""
    contact = {"customer_id": "k", "channel": "email", "reason_code": "bill"}
    solved = {"first_solved_at": datetime(2025, 2, 27, 12), "last_solved_at": datetime(2025, 2, 27, 12)}
    load(
        empty,
        "conversations",
        {**contact, "conversation_id": "1", "created_at": datetime(2025, 2, 27, 9), **solved},
        {**contact, "conversation_id": "2", "created_at": datetime(2025, 2, 28, 22)},
    )
    assert value(empty, "repeat_contact_rate") == (1, 1)


def test_who_returns_with_contracts_in_two_currencies_brings_both(empty: LocalWorkspace) -> None:
    """Lost in March at 100 EUR a month, back in April with 40 EUR and 200 SEK at 10 SEK a euro: 60 of 100 are kept."""
    contract = {"customer_id": "k", "subscription_id": "s", "currency": "EUR", "ended_at": None}
    load(
        empty,
        "subscriptions",
        contract | {"started_at": datetime(2024, 1, 1), "ended_at": datetime(2025, 3, 20), "mrr": 100.0},
        contract | {"subscription_id": "t", "started_at": datetime(2025, 4, 5), "mrr": 40.0},
        contract | {"subscription_id": "u", "started_at": datetime(2025, 4, 5), "mrr": 200.0, "currency": "SEK"},
    )
    load(empty, "fx_rates", {"date": datetime(2025, 2, 27), "base": "EUR", "quote": "SEK", "rate": 10.0})
    assert value(empty, "gross_revenue_retention") == (0.6, 1)


@pytest.mark.parametrize("where", [{}, {"customer.segment": "b2b"}])
def test_an_order_on_the_first_day_of_the_window_makes_a_return(empty: LocalWorkspace, where: dict[str, str]) -> None:
    """The 365 days that end with March 2025 begin on 1 April 2024; with and without a slice the answer is the same."""
    order = {"currency": "EUR", "invoice_amount": 10.0, "status": "paid"}
    load(empty, "customers", *[{"customer_id": who, "segment": "b2b"} for who in "ab"])
    load(
        empty,
        "orders",
        *[
            order | {"order_id": f"{who}{n}", "customer_id": who, "ordered_at": datetime(*day, 12)}
            for who, first in (("a", (2024, 4, 1)), ("b", (2024, 3, 31)))
            for n, day in enumerate((first, (2025, 3, 10)))
        ],
    )
    assert value(empty, "repeat_purchase_rate", where=where) == (0.5, 2)
