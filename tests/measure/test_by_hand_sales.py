"""Leads and sales that follow a conversation, worked out by hand on a few rows each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, call, case, load, made_again, order, recorded, solved, status, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)
LATE = datetime(2025, 3, 31, 12)
LEADS, SALES, REVENUE = "lead_conversion_rate", "sales_conversion_rate", "service_attributed_revenue"
PHONE = {"channel": "phone"}


def handled(number: int, opened: datetime, **more: Any) -> dict[str, Any]:
    return case(number, opened, **{"first_response_at": opened, **more})


def sale(number: int, when: datetime, **more: Any) -> dict[str, Any]:
    return order(number, **{"customer": "k", "day": when.isoformat(), **more})


def found(workspace: LocalWorkspace, **more: Any) -> tuple[Any, ...]:
    """Conversations with a sale, and what was sold."""
    return value(workspace, SALES + ".count", **more)[1], value(workspace, REVENUE, **more)[0] or 0


@pytest.mark.parametrize(
    ("after", "share"), [(timedelta(), 1), (WEEK, 1), (WEEK + SECOND, 0), (-SECOND, 0)], ids=lambda case: str(case)
)
def test_a_lead_comes_within_seven_days_of_the_beginning(empty: LocalWorkspace, after: timedelta, share: int) -> None:
    load(empty, "conversations", handled(1, at(3), lead_at=at(3) + after))
    assert value(empty, LEADS) == (share, 1)
    assert value(empty, LEADS + ".count")[1] == share


def test_only_what_customers_began_and_we_handled_can_become_a_lead(empty: LocalWorkspace) -> None:
    """A bot's solution is handled too; what is not known yet is no lead."""
    lead = {"lead_at": at(5)}
    load(
        empty,
        "conversations",
        handled(1, at(3), **lead),
        case(2, at(3), **lead),
        handled(3, at(3), direction="out", **lead),
        case(4, at(3), resolved_by="bot", **solved(at(4))),
    )
    assert value(empty, LEADS) == (0.5, 2)
    assert value(empty, LEADS, as_of="2025-03-05T09:00:00Z") == (0.5, 2)
    assert value(empty, LEADS, as_of="2025-03-05T08:59:59Z") == (0, 2)
    assert value(empty, LEADS, where=PHONE) == (None, 0)


@pytest.mark.parametrize("name", [LEADS, SALES, REVENUE])
def test_a_conversation_matures_in_seven_days(empty: LocalWorkspace, name: str) -> None:
    recorded(empty, "conversations")
    load(empty, "conversations", handled(1, LATE), case(2, LATE + SECOND))
    load(empty, "orders", sale(1, LATE + SECOND))
    assert status(empty, name, LATE + WEEK - SECOND) == "provisional"
    assert status(empty, name, LATE + WEEK) == "final"


@pytest.mark.parametrize(
    ("after", "sold"), [(timedelta(), 0), (SECOND, 1), (WEEK, 1), (WEEK + SECOND, 0), (-SECOND, 0)]
)
def test_a_sale_comes_after_the_beginning_and_within_seven_days(
    empty: LocalWorkspace, after: timedelta, sold: int
) -> None:
    load(empty, "conversations", handled(1, at(3)))
    load(empty, "orders", sale(1, at(3) + after))
    assert value(empty, SALES) == (sold, 1)


@pytest.mark.parametrize(
    ("more", "sold", "euros"),
    [
        ({}, 1, 10),
        ({"refund_amount": 4.0}, 1, 6),
        ({"refund_amount": 10.0}, 0, 0),
        ({"status": "cancelled"}, 0, 0),
        ({"status": "open"}, 1, 10),
        ({"customer": "other"}, 0, 0),
        ({"currency": "NOK"}, 1, 0),
    ],
)
def test_valid_orders_count_with_what_was_kept_of_them(
    empty: LocalWorkspace, more: dict[str, Any], sold: int, euros: float
) -> None:
    load(empty, "conversations", handled(1, at(3)))
    load(empty, "orders", sale(1, at(4), **more))
    assert found(empty) == (sold, euros)
    assert value(empty, REVENUE)[1] == bool(euros)


def test_orders_without_a_rate_stay_out_of_the_sum_only(empty: LocalWorkspace) -> None:
    load(empty, "conversations", handled(1, at(3)))
    load(empty, "orders", sale(1, at(4), currency="NOK"), sale(2, at(5)), sale(3, at(6)))
    assert found(empty) == (1, 20)
    assert value(empty, REVENUE) == (20, 1)


def test_an_order_is_credited_once_to_the_last_conversation_we_handled(empty: LocalWorkspace) -> None:
    """The 5th is not handled, the 6th our own, the 7th begins with the order: the 4th has it."""
    load(
        empty,
        "conversations",
        handled(1, at(3)),
        handled(2, at(4), channel="chat"),
        case(3, at(5)),
        handled(4, at(6), direction="out"),
        handled(5, at(7)),
    )
    load(empty, "orders", sale(1, at(7)))
    assert found(empty) == (1, 10)
    assert value(empty, SALES, where={"channel": "chat"}) == (1, 1)
    assert value(empty, REVENUE, where={"channel": "chat"}, by_order_date="yes") == (10, 1)


def test_of_two_conversations_at_one_instant_one_has_the_order(empty: LocalWorkspace) -> None:
    load(empty, "conversations", handled(1, at(3)), handled(2, at(3), channel="chat"))
    load(empty, "orders", sale(1, at(4)), sale(2, at(5)))
    assert found(empty) == (1, 20)
    assert value(empty, SALES, where={"channel": "chat"}) == (1, 1)


def test_a_conversation_of_the_next_month_takes_the_order(empty: LocalWorkspace) -> None:
    """Begun on 30 March and on 6 April, ordered at the end of seven days after each: March has the first order only."""
    load(empty, "conversations", handled(1, LATE), handled(2, LATE + timedelta(days=6)))
    load(empty, "orders", sale(1, LATE + timedelta(days=6)), sale(2, LATE + WEEK))
    assert found(empty) == (1, 10)
    assert found(empty, period="2025-04") == (1, 10)


def test_a_conversation_before_the_month_takes_its_own_order_only(empty: LocalWorkspace) -> None:
    """1 March begins in Helsinki at 22:00 UTC the day before."""
    midnight = datetime(2025, 2, 28, 22)
    load(empty, "conversations", handled(1, midnight - SECOND), handled(2, midnight, customer_id="b"))
    load(empty, "orders", sale(1, midnight), sale(2, midnight + SECOND, customer="b"))
    assert found(empty) == (1, 10)
    assert found(empty, period="2025-02") == (1, 10)


@pytest.mark.parametrize(
    ("when", "sold"), [(at(3) - SECOND, 0), (at(3), 1), (at(3) + WEEK + SECOND, 1), (at(3) + timedelta(days=90), 1)]
)
def test_a_named_conversation_has_the_order_whenever_it_came_after(
    empty: LocalWorkspace, when: datetime, sold: int
) -> None:
    """Another conversation between them does not have it, nor must the customer be the same."""
    load(empty, "conversations", handled(1, at(3)), handled(2, at(3) + SECOND, channel="chat"))
    load(empty, "orders", sale(1, when, source_conversation_id="c1", customer="whoever"))
    assert found(empty) == (sold, 10 if sold else 0)
    assert value(empty, SALES, where={"channel": "chat"}) == (0, 1)


def test_an_order_that_names_a_conversation_is_no_other_ones(empty: LocalWorkspace) -> None:
    """One names a conversation we did not handle, one a conversation nobody knows."""
    load(empty, "conversations", handled(1, at(3)), case(2, at(3)))
    load(empty, "orders", sale(1, at(4), source_conversation_id="c2"), sale(2, at(4), source_conversation_id="c9"))
    assert value(empty, SALES) == (0, 1)


def test_an_order_that_names_a_merged_conversation_is_its_roots(empty: LocalWorkspace) -> None:
    load(empty, "conversations", handled(1, at(3)), case(2, at(4), merged_into="c1"))
    load(empty, "orders", sale(1, at(20), source_conversation_id="c2"))
    assert value(empty, SALES) == (1, 1)


def test_an_order_is_known_from_its_instant_on(empty: LocalWorkspace) -> None:
    load(empty, "conversations", handled(1, at(3)))
    load(empty, "orders", sale(1, at(5)))
    assert value(empty, SALES, as_of="2025-03-05T09:00:00Z") == (1, 1)
    assert value(empty, SALES, as_of="2025-03-05T08:59:59Z") == (0, 1)


def test_calls_have_orders_of_their_own(empty: LocalWorkspace) -> None:
    """By customer, by the name of the call and by that of its conversation; an abandoned call is not handled."""
    load(
        empty,
        "calls",
        call(1, at(3)),
        call(2, at(3), customer_id="b"),
        call(3, at(3), customer_id="c", conversation_id="c3"),
        call(4, at(3), "abandoned", customer_id="d"),
    )
    load(empty, "conversations", handled(9, at(4)))
    load(
        empty,
        "orders",
        sale(1, at(5)),
        sale(2, at(20), source_conversation_id="p2"),
        sale(3, at(20), source_conversation_id="c3"),
        sale(4, at(5), customer="d"),
    )
    assert value(empty, SALES, where=PHONE) == (1, 3)
    assert found(empty, where=PHONE) == (3, 30)
    assert found(empty) == (1, 10)


def test_credited_orders_without_a_rate_are_counted_as_rejected(empty: LocalWorkspace) -> None:
    """Two orders of three in a currency without a rate; what followed no conversation is nobody's loss."""
    load(empty, "conversations", handled(1, at(3)), handled(2, at(3), customer_id="b"))
    foreign = [sale(n, at(4, n), currency="NOK", customer=who) for n, who in ((1, "k"), (2, "b"), (3, "nobody"))]
    load(empty, "orders", *foreign, sale(9, at(5)))
    record = made_again(empty, REVENUE)
    assert (record.value, record.n, record.n_rejected) == (10, 1, 2)
    assert made_again(empty, REVENUE, by_order_date="yes").n_rejected == 2
    assert empty.kpi(SALES, "2025-03", as_of=AS_OF).one().n_rejected == 0


@pytest.mark.parametrize("dated", ["no", "yes"])
def test_revenue_of_which_no_order_has_a_rate_is_no_zero(empty: LocalWorkspace, dated: str) -> None:
    load(empty, "conversations", handled(1, at(3)))
    load(empty, "orders", sale(1, at(4), currency="NOK"))
    record = empty.kpi(REVENUE, "2025-03", as_of=AS_OF, by_order_date=dated).one()
    assert (record.value, record.status, record.n_rejected) == (None, "no_data", 1)
    assert "no exchange rate to EUR is known for the 1 rows" in (record.note or "")


def test_the_books_count_an_order_in_the_month_in_which_it_was_placed(empty: LocalWorkspace) -> None:
    """Three orders of March: one after a letter of 27 February, one after that of 3 March, one after none; a fourth of
    2 April after a letter of 31 March."""
    load(
        empty,
        "conversations",
        handled(1, datetime(2025, 2, 27, 9), customer_id="a"),
        handled(2, at(3), channel="chat"),
        handled(3, LATE, customer_id="c"),
    )
    load(
        empty,
        "orders",
        sale(1, at(2), customer="a", invoice_amount=100.0, refund_amount=30.0),
        sale(2, at(5)),
        sale(3, at(20)),
        sale(4, datetime(2025, 4, 2, 9), customer="c"),
    )
    books = {"by_order_date": "yes"}
    assert made_again(empty, REVENUE, **books).value == 80
    assert (made_again(empty, SALES, **books).value, made_again(empty, SALES, **books).n) == (pytest.approx(2 / 3), 3)
    assert made_again(empty, SALES + ".count", **books).value == 2
    assert value(empty, REVENUE, "2025-04", **books) == (10, 1)
    assert value(empty, REVENUE) == (20, 2)
    assert value(empty, REVENUE, where={"channel": "chat"}, **books) == (10, 1)
    assert value(empty, SALES, where={"channel": "chat"}, **books) == (1, 1)
    table = empty.kpi(REVENUE, "2025-03", as_of=AS_OF, **books)
    assert table.receipt().left_out == {"followed no conversation we handled": 1}
    assert table.one().definition_version == "1+by_order_date=yes"


def test_the_books_credit_an_order_as_the_conversations_do(empty: LocalWorkspace) -> None:
    """To the one it names, whenever that was, else to the last handled one of the seven days before; calls apart."""
    load(
        empty,
        "conversations",
        handled(1, datetime(2024, 5, 3, 9), customer_id="z"),
        handled(2, at(3)),
        case(3, at(4), merged_into="c2"),
        handled(4, at(10), customer_id="late"),
    )
    load(empty, "calls", call(1, at(5)))
    load(
        empty,
        "orders",
        sale(1, at(9), source_conversation_id="c1", customer="whoever"),
        sale(2, at(29), source_conversation_id="c3"),
        sale(3, at(10)),
        sale(4, at(10) + SECOND),
        sale(5, at(17) + SECOND, customer="late"),
        sale(6, at(17), customer="late"),
        sale(7, at(10), customer="late"),
    )
    books = {"by_order_date": "yes"}
    assert value(empty, SALES + ".count", **books) == (4, 4)
    assert value(empty, SALES + ".count", where=PHONE, **books) == (2, 2)
    assert value(empty, SALES, where=PHONE, **books) == (1, 2)


def test_by_order_date_is_yes_or_no(empty: LocalWorkspace) -> None:
    for name in (SALES, REVENUE):
        with pytest.raises(UserError, match="by_order_date is yes or no"):
            empty.kpi(name, "2025-03", by_order_date="1")


@pytest.mark.parametrize(("answer", "leads"), [(None, 1), ("open", 1), ("accepted", 1), ("rejected", 0)])
def test_a_lead_that_sales_refused_is_none(empty: LocalWorkspace, answer: str | None, leads: int) -> None:
    load(empty, "conversations", handled(1, at(3), lead_at=at(4), lead_status=answer), handled(2, at(3)))
    assert value(empty, LEADS) == (leads / 2, 2)
    assert made_again(empty, LEADS).n == 2
    left_out = empty.kpi(LEADS + ".count", "2025-03", as_of=AS_OF).receipt().left_out
    assert left_out.get("refused by sales", 0) == 1 - leads


def test_leads_of_those_who_asked_about_buying(empty: LocalWorkspace) -> None:
    """Of four conversations two carry the tag of sales, one of them a complaint that became a lead."""
    load(
        empty,
        "conversations",
        handled(1, at(3), lead_at=at(4), is_complaint=1),
        handled(2, at(3)),
        handled(3, at(3), lead_at=at(4)),
        handled(4, at(3)),
        case(5, at(3)),
    )
    assert empty.kpi(LEADS, "2025-03", as_of=AS_OF, scope="sales_tagged").one().status == "no_data"
    tags = [(1, " Sales"), (2, "sales"), (4, "offer"), (5, "sales")]
    load(empty, "conversation_tags", *[{"conversation_id": f"c{n}", "tag": tag} for n, tag in tags])
    assert value(empty, LEADS) == (0.5, 4)
    record = made_again(empty, LEADS, scope="sales_tagged")
    assert (record.value, record.n, record.definition_version) == (0.5, 2, "1+scope=sales_tagged")
    assert value(empty, LEADS, scope="sales_tagged", tag="Offer") == (0, 1)
    with pytest.raises(UserError, match="scope is all or sales_tagged"):
        empty.kpi(LEADS, "2025-03", scope="some")
