"""Rules of answers, orders and contracts that no golden record touches, worked out by hand on a few rows each."""

from datetime import datetime

import pytest

from measure.by_hand import AS_OF, Own, answer, at, contract, load, order, value
from mittari.measure.outputs import Count, Proportion
from mittari.workspace.local import LocalWorkspace


def test_answers_without_a_scale_are_on_the_usual_one(empty: LocalWorkspace) -> None:
    """CSAT is 1 to 5 with the boxes 4 and 5; 1 and 2 are the lowest boxes."""
    scores = (1, 2, 3, 4, 5)
    load(empty, "responses", *[answer(n, "csat", score, conversation_id=f"c{n}") for n, score in enumerate(scores)])
    assert value(empty, "csat.share") == (0.4, 5)
    assert value(empty, "csat.bottom2") == (0.4, 5)
    assert value(empty, "csat.share", where={"scale": "1-5"}) == (0.4, 5)


@pytest.mark.parametrize(("kind", "low", "high"), [("nps", 0, 10), ("enps", 0, 10), ("ces", 1, 7)])
def test_every_kind_of_question_has_its_usual_scale(
    own: Own, empty: LocalWorkspace, kind: str, low: int, high: int
) -> None:
    """The two highest of all points of the scale are satisfied."""
    load(empty, "responses", *[answer(n, kind, score) for n, score in enumerate(range(low, high + 1))])
    points = high - low + 1
    satisfied = own(
        "answers",
        lambda rows: Proportion(hit=rows.top_box, of=rows.eligible, at=rows.responded_at),
        "responses",
        where={"scale": f"{low}-{high}"},
        relation_with={"kind": kind},
    )
    assert satisfied == (pytest.approx(2 / points), points)


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
    later = {**first, "response_id": "later", "score": 1, "responded_at": at(1, 10), mark: 1}
    load(empty, "responses", first, later)
    assert value(empty, "csat.share") == (1, 1)


@pytest.mark.parametrize(("hour", "counted"), [(9, (0, 1)), (10, (0.5, 2))])
def test_an_answer_is_edited_within_a_day(empty: LocalWorkspace, hour: int, counted: tuple[float, int]) -> None:
    first = answer(0, "csat", 5, conversation_id="c", survey_id="s")
    edit = {**first, "response_id": "later", "score": 1, "responded_at": at(2, hour)}
    load(empty, "responses", first, edit)
    assert value(empty, "csat.share") == counted


def test_the_last_score_of_a_person_counts_in_each_month(empty: LocalWorkspace) -> None:
    """k0 warned on 3 and 10 March and recommended in April: the answer of the 10th stands for March."""
    load(
        empty,
        "responses",
        answer(0, "nps", 9, responded_at=at(3)),
        answer(1, "nps", 2, customer_id="k0", responded_at=at(10)),
        answer(2, "nps", 10, customer_id="k0", responded_at=datetime(2025, 4, 2, 9)),
    )
    assert value(empty, "nps") == (-100, 1)
    assert value(empty, "nps", "2025-04") == (100, 1)
    assert value(empty, "nps", "2025-03-01..2025-04-30") == (100, 1)
    assert value(empty, "nps", as_of="2025-03-05") == (100, 1)


def test_a_score_in_the_last_hour_of_a_month_stands_when_the_next_came_at_midnight(empty: LocalWorkspace) -> None:
    """March ends in Helsinki on the 31st at 21:00 UTC."""
    load(
        empty,
        "responses",
        answer(0, "nps", 9, responded_at=datetime(2025, 3, 31, 20, 59, 59)),
        answer(1, "nps", 2, customer_id="k0", responded_at=datetime(2025, 3, 31, 21)),
    )
    assert value(empty, "nps") == (100, 1)
    assert value(empty, "nps", "2025-04") == (-100, 1)


@pytest.mark.parametrize(("unknown", "flags", "groups"), [(2, set(), 4), (3, {"approx"}, 2)])
def test_where_most_persons_are_unknown_days_are_the_blocks_of_nps(
    empty: LocalWorkspace, unknown: int, flags: set[str], groups: int
) -> None:
    """Four answers on two days; only more than half of them without a person make blocks of the days."""
    persons = [None] * unknown + ["a", "b", "c", "d"][unknown:]
    rows = [answer(n, "nps", 9, customer_id=person, responded_at=at(3 + n % 2)) for n, person in enumerate(persons)]
    load(empty, "responses", *rows)
    found = empty.kpi("nps", "2025-03", as_of=AS_OF).one()
    assert found.components["G"] == groups
    assert set(found.flags) & {"approx"} == flags


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
    rate = empty.kpi("new_customer_count.rate", "2025-03", as_of="2025-12-01").one()
    assert (rate.n, rate.components["exposure"]) == (1, 3)


def test_a_year_after_the_order_ends_with_its_last_day(empty: LocalWorkspace) -> None:
    """An order on 1 April 2024 is in force at the midnight that opens 1 April 2025, one on 31 March no more."""
    load(empty, "orders", order(1, "a", "2024-04-01T12:00"), order(2, "b", "2024-03-31T12:00"))
    assert value(empty, "customer_retention_rate") == (0.5, 2)
    assert value(empty, "customer_retention_rate", "2025-04") == (0, 1)


def test_who_orders_on_the_last_day_is_there_at_its_end(empty: LocalWorkspace) -> None:
    """The year of the first order ends on 20 March; that of the second begins at the midnight that ends the month."""
    load(empty, "orders", order(1, "a", "2024-03-20T12:00"), order(2, "a", "2025-03-31T12:00"))
    assert value(empty, "customer_retention_rate") == (1, 1)


@pytest.mark.parametrize("where", [{}, {"customer.segment": "b2b"}])
def test_an_order_on_the_first_day_of_the_window_makes_a_return(empty: LocalWorkspace, where: dict[str, str]) -> None:
    """The 365 days that end with March 2025 begin on 1 April 2024; with and without a slice the answer is the same."""
    load(empty, "customers", *[{"customer_id": who, "segment": "b2b"} for who in "ab"])
    days = (("a", "2024-04-01"), ("b", "2024-03-31"), ("a", "2025-03-10"), ("b", "2025-03-10"))
    load(empty, "orders", *[order(n, who, f"{day}T12:00") for n, (who, day) in enumerate(days)])
    assert value(empty, "repeat_purchase_rate", where=where) == (0.5, 2)


@pytest.mark.parametrize("where", [{}, {"customer.segment": "b2b"}])
def test_who_last_bought_on_the_first_day_of_the_window_is_a_buyer(
    empty: LocalWorkspace, where: dict[str, str]
) -> None:
    """The window of March 2025 is 1 April 2024 to 31 March 2025."""
    load(empty, "customers", *[{"customer_id": who, "segment": "b2b"} for who in "abc"])
    days = (("a", "2024-04-01"), ("b", "2024-03-31"), ("c", "2025-04-01"))
    load(empty, "orders", *[order(n, who, f"{day}T12:00") for n, (who, day) in enumerate(days)])
    assert value(empty, "repeat_purchase_rate", where=where) == (0, 1)


def test_a_contract_without_a_day_is_no_loss(empty: LocalWorkspace) -> None:
    load(
        empty,
        "subscriptions",
        contract(1, "a", "2025-03-10", "2025-03-10"),
        contract(2, "b", "2025-01-01", "2025-03-20"),
    )
    assert value(empty, "churned_revenue") == (100.0, 1)


def test_who_returns_with_contracts_in_two_currencies_brings_both(empty: LocalWorkspace) -> None:
    """Lost in March at 100 EUR a month, back in April with 40 EUR and 200 SEK at 10 SEK a euro: 60 of 100 are kept."""
    load(
        empty,
        "subscriptions",
        contract(1, "k", "2024-01-01", "2025-03-20"),
        contract(2, "k", "2025-04-05", mrr=40.0),
        contract(3, "k", "2025-04-05", mrr=200.0, currency="SEK"),
    )
    load(empty, "fx_rates", {"date": datetime(2025, 2, 27), "base": "EUR", "quote": "SEK", "rate": 10.0})
    assert value(empty, "gross_revenue_retention") == (0.6, 1)


def test_who_signs_for_the_day_after_the_month_is_there_at_its_end(empty: LocalWorkspace) -> None:
    load(empty, "subscriptions", contract(1, "k", "2024-01-01", "2025-03-20"), contract(2, "k", "2025-04-01", mrr=40.0))
    assert value(empty, "customer_retention_rate", grace_days=0) == (1, 1)
    assert value(empty, "gross_revenue_retention", grace_days=0) == (0.4, 1)


def test_who_returns_twice_returned_the_first_time(empty: LocalWorkspace) -> None:
    """16 days after the end, and again after 36, when 30 would have been over."""
    returns = (contract(2, "k", "2025-04-05", mrr=40.0), contract(3, "k", "2025-04-25", mrr=50.0))
    load(empty, "subscriptions", contract(1, "k", "2024-01-01", "2025-03-20"), *returns)
    assert value(empty, "customer_retention_rate") == (1, 1)
    assert value(empty, "gross_revenue_retention") == (0.4, 1)


def test_what_leavers_paid_is_at_the_rate_of_their_last_day(empty: LocalWorkspace) -> None:
    """100 SEK at 10 SEK a euro, 100 SEK at 20 and 100 EUR."""
    load(
        empty,
        "subscriptions",
        contract(1, "a", "2025-01-01", "2025-03-10", currency="SEK"),
        contract(2, "b", "2025-01-01", "2025-03-20", currency="SEK"),
        contract(3, "c", "2025-01-01", "2025-03-20"),
    )
    rates = ((at(10), 10.0), (at(20), 20.0))
    load(empty, "fx_rates", *[{"date": day, "base": "EUR", "quote": "SEK", "rate": rate} for day, rate in rates])
    assert value(empty, "churned_revenue") == (115.0, 3)


def test_who_is_back_after_45_days_had_left(own: Own, empty: LocalWorkspace) -> None:
    """The grace is 30 days, also for a KPI that does not name it."""
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-10"), contract(2, "a", "2025-04-24"))
    leavers = own("contract_spans", lambda rows: Count(of=rows.eligible, at=rows.left_at), "subscriptions")
    assert leavers[0] == 1


@pytest.mark.parametrize(("as_of", "leavers"), [("2025-03-19T21:59:59Z", 0), ("2025-03-19T22:00:00Z", 1)])
def test_a_contract_has_ended_from_its_midnight_on(empty: LocalWorkspace, as_of: str, leavers: int) -> None:
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-20"))
    assert value(empty, "churned_revenue", as_of=as_of)[1] == leavers


@pytest.mark.parametrize(
    ("kpi", "day"),
    [("customer_retention_rate", 10), ("gross_revenue_retention", 10), ("churned_revenue", 9)],
)
def test_a_result_stands_when_nobody_may_return_any_more(empty: LocalWorkspace, kpi: str, day: int) -> None:
    """Ten days after the end of March; ten after its last day for who left on it. Midnights are at 21:00 UTC."""
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-31"))
    for time, status in (("20:59:59", "provisional"), ("21:00:00", "final")):
        record = empty.kpi(kpi, "2025-03", as_of=f"2025-04-{day:02}T{time}Z", grace_days=10).one()
        assert record.status == status


def test_revenue_without_a_rate_is_not_retained_revenue(empty: LocalWorkspace) -> None:
    """Both stay; what b pays in crowns is not known in euros."""
    load(empty, "subscriptions", contract(1, "a", "2025-01-01"), contract(2, "b", "2025-01-01", currency="SEK"))
    assert value(empty, "gross_revenue_retention") == (1, 1)
    assert value(empty, "customer_retention_rate") == (1, 2)


def test_money_without_any_exchange_rate_is_no_zero(empty: LocalWorkspace) -> None:
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-10", currency="USD"))
    load(empty, "orders", order(1, "a", "2025-03-05", currency="USD", target_amount=12.0))
    for name in ("churned_revenue", "gross_revenue_retention", "price_realization_rate"):
        record = empty.kpi(name, "2025-03", as_of=AS_OF).one()
        assert (record.status, record.value, record.n_rejected) == ("no_data", None, 1), name
        assert record.note is not None
        assert "no exchange rate to EUR" in record.note


def test_rows_without_an_exchange_rate_are_told_beside_a_sum(empty: LocalWorkspace) -> None:
    load(
        empty,
        "subscriptions",
        contract(1, "a", "2025-01-01", "2025-03-10", currency="USD"),
        contract(2, "b", "2025-01-01", "2025-03-12"),
        contract(3, "c", "2025-01-01", "2025-04-12", currency="USD"),
    )
    record = empty.kpi("churned_revenue", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_rejected) == (100, 1, 1)
    assert empty.kpi("customer_retention_rate", "2025-03", as_of=AS_OF).one().n_rejected == 0


def test_a_receipt_says_which_orders_were_not_valid(empty: LocalWorkspace) -> None:
    load(
        empty,
        "orders",
        order(1, "a", "2025-03-05", target_amount=12.0),
        order(2, "a", "2025-03-06", "cancelled", target_amount=12.0),
        order(3, "a", "2025-03-07", refund_amount=10.0, target_amount=12.0),
    )
    receipt = empty.kpi("price_realization_rate", "2025-03", as_of=AS_OF).receipt()
    assert (receipt.counted, receipt.left_out) == (1, {"cancelled, refunded, or wholly given back": 2})
