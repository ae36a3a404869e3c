"""Rules of churn, revenue, cash, costs and the worth of customers that no golden record touches, worked out by hand."""

from datetime import datetime
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, call, case, contract, load, order, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

SEK_RATES = ({"date": at(1), "base": "EUR", "quote": "SEK", "rate": 10.0},)


def load_covered(workspace: LocalWorkspace, table: str, *rows: dict[str, Any]) -> None:
    """Rows of a file that covers 2024 and 2025: what it does not hold is zero."""
    edges = {
        "subscriptions": (contract(98, "early", "2024-01-01", "2024-01-02"), contract(99, "late", "2025-12-31")),
        "orders": [
            order(n, "edge", f"{day}T12:00", "cancelled") for n, day in ((98, "2024-01-01"), (99, "2025-12-31"))
        ],
    }
    load(workspace, table, *rows, *edges[table])


def cash(number: int, day: str, amount: float, **more: Any) -> dict[str, Any]:
    row = {"entry_id": f"x{number}", "booked_on": day, "activity": "operating", "amount": amount, "currency": "EUR"}
    return {**row, **more}


def cost(amount: float, month: str = "2025-03", category: str = "service_staff", **more: Any) -> dict[str, Any]:
    row = {"period": month, "cost_center": "cs", "category": category, "amount": amount, "currency": "EUR"}
    return {**row, **more}


def market(number: float, period: str = "2025-03", **more: Any) -> dict[str, Any]:
    row = {"kind": "market_size", "entity": "phones", "period": period, "value": number, "currency": "EUR"}
    return {**row, "source": "institute", **more}


def bought(number: int, customer: str, invoice: float, **more: Any) -> dict[str, Any]:
    return order(number, customer, "2025-03-10T12:00", invoice_amount=invoice, **more)


@pytest.mark.parametrize(
    ("reasons", "involuntary"),
    [
        (("company",), 1),
        (("closure",), 1),
        (("closure", "company"), 1),
        (("closure", "voluntary"), 0),
        (("payment",), 0),
        (("voluntary",), 0),
        ((None,), 0),
    ],
)
def test_who_ends_one_contract_of_several_left_of_their_own_will(
    empty: LocalWorkspace, reasons: tuple[str | None, ...], involuntary: int
) -> None:
    ended = [contract(n, "a", "2025-01-01", "2025-03-10", end_reason=reason) for n, reason in enumerate(reasons)]
    load_covered(empty, "subscriptions", *ended, contract(9, "b", "2025-01-01", "2025-03-12", end_reason="voluntary"))
    assert value(empty, "churned_customer_count") == (2, 2)
    assert value(empty, "churned_customer_count.involuntary") == (involuntary, involuntary)


def test_who_left_counts_without_an_exchange_rate(empty: LocalWorkspace) -> None:
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-10", currency="SEK"))
    assert value(empty, "churned_customer_count") == (1, 1)
    assert value(empty, "customer_churn_rate") == (1, 1)


def test_the_grace_is_a_parameter_of_churn(empty: LocalWorkspace) -> None:
    returned = (contract(1, "a", "2025-01-01", "2025-03-10"), contract(2, "a", "2025-03-20"))
    load_covered(empty, "subscriptions", *returned)
    for grace_days, lost in ((9, 1), (10, 0)):
        assert value(empty, "churned_customer_count", grace_days=grace_days)[0] == lost
    load(empty, "subscriptions", contract(3, "b", "2025-01-01", "2025-03-30"), contract(4, "b", "2025-04-09"))
    for grace_days, lost in ((9, 0.5), (10, 0)):
        assert value(empty, "customer_churn_rate", grace_days=grace_days) == (lost, 2)
        assert value(empty, "net_revenue_retention", grace_days=grace_days) == (1 - lost, 2)


@pytest.mark.parametrize(("kpi", "day"), [("customer_churn_rate", 10), ("net_revenue_retention", 10)])
def test_churn_stands_when_nobody_may_return_any_more(empty: LocalWorkspace, kpi: str, day: int) -> None:
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-31"))
    for time, status in (("20:59:59", "provisional"), ("21:00:00", "final")):
        record = empty.kpi(kpi, "2025-03", as_of=f"2025-04-{day:02}T{time}Z", grace_days=10).one()
        assert record.status == status


def test_a_leaver_may_return_for_thirty_days(empty: LocalWorkspace) -> None:
    load(empty, "subscriptions", contract(1, "a", "2025-01-01", "2025-03-31"))
    for day, status in (("2025-04-29T20:59:59Z", "provisional"), ("2025-04-29T21:00:00Z", "final")):
        assert empty.kpi("churned_customer_count", "2025-03", as_of=day).one().status == status


def test_growth_of_a_customer_counts_in_net_retention(empty: LocalWorkspace) -> None:
    """100 grows to 250 in March; who came in March is not among those at hand; without a rate nobody is."""
    load(
        empty,
        "subscriptions",
        contract(1, "a", "2025-01-01", "2025-03-10"),
        contract(2, "a", "2025-03-10", mrr=250.0),
        contract(3, "b", "2025-03-05", mrr=70.0),
        contract(4, "c", "2025-01-01", currency="SEK"),
    )
    assert value(empty, "net_revenue_retention") == (2.5, 1)


@pytest.mark.parametrize(
    ("ordered", "month"),
    [("2024-02-29", "2025-02"), ("2024-03-01", "2025-03"), ("2024-03-31", "2025-03"), ("2024-04-01", "2025-04")],
)
def test_who_has_not_bought_for_365_days_left_on_the_last_of_them(
    empty: LocalWorkspace, ordered: str, month: str
) -> None:
    load(empty, "orders", order(1, "a", f"{ordered}T12:00"), order(2, "b", "2025-05-05T12:00"))
    months = {each: value(empty, "churned_customer_count", each)[0] for each in ("2025-02", "2025-03", "2025-04")}
    assert [each for each, lost in months.items() if lost] == [month]
    assert value(empty, "churned_customer_count.involuntary", month) == (0, 0)


@pytest.mark.parametrize(("again", "lost"), [("2025-03-10", 0), ("2025-03-11", 1)])
def test_a_return_after_365_days_is_a_win_back(empty: LocalWorkspace, again: str, lost: int) -> None:
    """The year after 10 March 2024 ends with 10 March 2025."""
    load_covered(empty, "orders", order(1, "a", "2024-03-10T12:00"), order(2, "a", f"{again}T12:00"))
    assert value(empty, "churned_customer_count")[0] == lost
    assert value(empty, "churned_customer_count", as_of="2025-03-11T11:00:00Z")[0] == lost


@pytest.mark.parametrize(("as_of", "lost"), [("2025-03-10T21:59:59Z", None), ("2025-03-10T22:00:00Z", 1)])
def test_who_may_still_buy_today_has_not_left(empty: LocalWorkspace, as_of: str, lost: int | None) -> None:
    load(empty, "orders", order(1, "a", "2024-03-10T12:00"))
    assert value(empty, "churned_customer_count", as_of=as_of)[0] == lost


def test_without_contracts_buyers_churn_too(empty: LocalWorkspace) -> None:
    load(empty, "orders", order(1, "a", "2024-03-10T12:00"), order(2, "b", "2024-06-01T12:00"))
    assert value(empty, "customer_churn_rate") == (0.5, 2)
    yearly = value(empty, "customer_churn_rate.annualised")[0]
    assert yearly == pytest.approx(1 - 0.5 ** (365.25 / 31))


def test_an_order_at_its_target_leaks_nothing(empty: LocalWorkspace) -> None:
    """30 below, 20 above, on target, without a target, and half of 40 below given back."""
    targets = ((1, 130.0, {}), (2, 80.0, {}), (3, 100.0, {}), (4, None, {}), (5, 140.0, {"refund_amount": 50.0}))
    load(empty, "orders", *[bought(n, "a", 100.0, target_amount=target, **more) for n, target, more in targets])
    assert value(empty, "discount_leakage") == (50.0, 4)
    assert value(empty, "discount_leakage.premium") == (20.0, 4)
    assert value(empty, "discount_leakage.net") == (30.0, 4)


def test_cash_counts_what_was_booked_on_the_days_of_the_month(empty: LocalWorkspace) -> None:
    load(
        empty,
        "cash_entries",
        cash(1, "2025-02-28", 1.0),
        cash(2, "2025-03-01", 10.0, category="customer_receipt"),
        cash(3, "2025-03-31", -4.0, category="refund"),
        cash(4, "2025-04-01", 100.0),
        cash(5, "2025-03-05", 1000.0, activity="investing"),
        cash(6, "2025-03-05", 1000.0, activity="financing"),
    )
    assert value(empty, "operating_cash_flow") == (6.0, 2)
    assert value(empty, "operating_cash_flow", where={"category": "refund"}) == (-4.0, 1)
    left_out = empty.kpi("operating_cash_flow", "2025-03", as_of=AS_OF).receipt().left_out
    assert left_out == {"investing or financing": 2}


@pytest.mark.parametrize(("as_of", "known"), [("2025-03-09T21:59:59Z", 5.0), ("2025-03-09T22:00:00Z", 7.0)])
def test_a_line_is_known_from_the_midnight_of_its_day(empty: LocalWorkspace, as_of: str, known: float) -> None:
    load(empty, "cash_entries", cash(1, "2025-03-01", 5.0), cash(2, "2025-03-10", 2.0))
    assert value(empty, "operating_cash_flow", as_of=as_of)[0] == known


def test_cash_in_another_currency_is_at_the_rate_of_its_day(empty: LocalWorkspace) -> None:
    """A rate holds for seven days; a line without one is counted as rejected, one of investing is not missed."""
    lines = (("2025-03-03", "SEK"), ("2025-03-08", "SEK"), ("2025-03-09", "SEK"), ("2025-03-03", "NOK"))
    load(empty, "fx_rates", *SEK_RATES)
    load(
        empty,
        "cash_entries",
        cash(0, "2025-03-03", 5.0),
        *[cash(n + 1, day, 100.0, currency=currency) for n, (day, currency) in enumerate(lines)],
        cash(9, "2025-03-03", 100.0, currency="NOK", activity="investing"),
    )
    record = empty.kpi("operating_cash_flow", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_rejected) == (25.0, 3, 2)


def test_growth_compares_with_the_year_before_or_the_month_named(empty: LocalWorkspace) -> None:
    load_covered(
        empty,
        "orders",
        bought(1, "a", 150.0, refund_amount=30.0),
        bought(2, "a", 500.0, status="cancelled"),
        order(3, "a", "2024-03-10T12:00", invoice_amount=100.0),
        order(4, "a", "2025-02-10T12:00", invoice_amount=60.0),
    )
    assert value(empty, "revenue_growth_rate") == (pytest.approx(0.2), 2)
    assert value(empty, "revenue_growth_rate", compare="previous") == (pytest.approx(1.0), 2)
    assert value(empty, "revenue_growth_rate", compare="2025-02") == (pytest.approx(1.0), 2)
    assert value(empty, "revenue_growth_rate", "2024-03") == (None, 0)


@pytest.mark.parametrize(
    ("compare", "growth"),
    [("last_year", 180 / 130 - 1), ("previous", 150 / 120 - 1), ("2025-02", 140 / 110 - 1), ("2024-03", 180 / 130 - 1)],
)
def test_exchange_rates_are_no_growth(empty: LocalWorkspace, compare: str, growth: float) -> None:
    """1 000 crowns in each month, beside 50, 70 and 100 euros: both months stand at one rate of the crown.

    A year before it was 12.5 a euro on the first day, in February 25, and 20 on the day between February and March.
    """
    rates = (
        ("2024-02-28", 12.5),
        ("2025-01-30", 25.0),
        ("2025-02-27", 20.0),
        ("2025-03-05", 5.0),
        ("2025-02-10", 50.0),
    )
    quoted = [{"date": datetime.fromisoformat(day), "base": "EUR", "quote": "SEK", "rate": rate} for day, rate in rates]
    load(empty, "fx_rates", *quoted)
    months = (("2024-03-10", 50.0), ("2025-02-10", 70.0), ("2025-03-10", 100.0))
    rows = []
    for n, (day, euros) in enumerate(months):
        rows += [order(2 * n, "a", f"{day}T12:00", invoice_amount=euros)]
        rows += [order(2 * n + 1, "a", f"{day}T12:00", invoice_amount=1000.0, currency="SEK")]
    load_covered(empty, "orders", *rows)
    assert value(empty, "revenue_growth_rate", compare=compare) == (pytest.approx(growth), 4)


def test_revenue_without_a_rate_is_counted_as_rejected(empty: LocalWorkspace) -> None:
    """The order of the year before had no rate either: two of six that count."""
    load_covered(
        empty,
        "orders",
        bought(1, "a", 30.0),
        bought(6, "a", 30.0),
        order(7, "a", "2024-03-10T12:00", invoice_amount=20.0),
        bought(2, "a", 100.0, currency="SEK"),
        bought(3, "a", 100.0, currency="SEK", status="cancelled"),
        order(4, "a", "2024-03-10T12:00", invoice_amount=20.0),
        order(5, "a", "2024-03-10T12:00", invoice_amount=20.0, currency="SEK"),
    )
    record = empty.kpi("revenue_growth_rate", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_rejected) == (pytest.approx(0.5), 4, 2)


def won(number: int, acquired: datetime, channel: str | None = "ad", **more: Any) -> dict[str, Any]:
    return {"customer_id": f"k{number}", "acquired_at": acquired, "acquisition_channel": channel, **more}


def test_who_names_a_customer_was_recommended(empty: LocalWorkspace) -> None:
    """Of five whose source is known three; a test is nobody, and of two the source is not known."""
    load(
        empty,
        "customers",
        won(1, at(3), "referral"),
        won(2, at(3), "unknown", referred_by="k1"),
        won(3, at(3), None, referred_by="k1"),
        won(4, at(3), "ad"),
        won(5, at(3), "organic"),
        won(6, at(3), "unknown"),
        won(7, at(3), None),
        won(8, at(3), "referral", is_test=1),
        {"customer_id": "k9", "acquisition_channel": "referral"},
    )
    record = empty.kpi("referral_share", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_na) == (pytest.approx(0.6), 5, 2)
    assert value(empty, "referral_share", where={"customer.acquisition_channel": "referral"}) == (1, 1)


def test_customers_are_won_at_their_instant(empty: LocalWorkspace) -> None:
    """March in Helsinki is from 28 February 22:00 to 31 March 21:00 UTC."""
    edges = ((2, 28, 21, 59, 59), (2, 28, 22, 0, 0), (3, 31, 20, 59, 59), (3, 31, 21, 0, 0))
    load(empty, "customers", *[won(n, datetime(2025, *edge), "referral") for n, edge in enumerate(edges)])
    assert value(empty, "referral_share") == (1, 2)
    assert value(empty, "referral_share", as_of="2025-03-31T20:59:59Z") == (1, 2)
    assert value(empty, "referral_share", as_of="2025-03-31T20:59:58Z") == (1, 1)


def test_a_market_figure_is_used_for_its_own_period_only(empty: LocalWorkspace) -> None:
    load(empty, "orders", bought(1, "a", 30.0, refund_amount=10.0), bought(2, "a", 30.0, status="cancelled"))
    load(empty, "benchmarks", market(200.0), market(1000.0, "2025-Q1"), market(4000.0, "2025"))
    load(empty, "benchmarks", market(7.0, "2025-02"), market(9.0, kind="index"), market(9.0, "the last month"))
    assert value(empty, "market_share") == (pytest.approx(0.1), 1)
    assert value(empty, "market_share", "2025-Q1") == (pytest.approx(0.02), 1)
    assert value(empty, "market_share", "2025") == (pytest.approx(0.005), 1)
    assert value(empty, "market_share", "2025-04") == (None, 0)
    assert value(empty, "market_share", "2025-03-01..2025-03-30") == (None, 0)
    assert value(empty, "market_share", where={"customer.segment": "b2b"}) == (None, 0)
    load(empty, "orders", order(3, "a", "2025-10-10T12:00", invoice_amount=5.0))
    load(empty, "benchmarks", market(50.0, "2025-10"))
    assert value(empty, "market_share", "2025-10") == (pytest.approx(0.1), 1)


def test_markets_add_up_and_sources_of_one_are_averaged(empty: LocalWorkspace) -> None:
    """Phones are 100 and 300 by two sources, cables 50; the errors 10, 20 and 40 % weigh as much as their figures."""
    load(empty, "orders", bought(1, "a", 25.0))
    load(
        empty,
        "benchmarks",
        market(100.0, error_pct=10.0),
        market(300.0, source="press", error_pct=20.0),
        market(50.0, entity="cables", error_pct=40.0),
        market(50.0, entity="ships", currency=None, unit="pieces"),
    )
    record = empty.kpi("market_share", "2025-03", as_of=AS_OF).one()
    error = (50 * 0.1 + 150 * 0.2 + 50 * 0.4) / 250
    assert record.components == {"own": 25.0, "market": 250.0, "error": pytest.approx(error)}
    assert record.ci_low == pytest.approx(0.1 / (1 + error))
    assert value(empty, "market_share", market="cables")[0] == pytest.approx(0.5)
    assert value(empty, "market_share", market="ships") == (None, 0)


def test_a_market_in_another_currency_is_at_the_rate_of_the_first_day(empty: LocalWorkspace) -> None:
    load(empty, "orders", bought(1, "a", 25.0))
    load(empty, "fx_rates", *SEK_RATES)
    load(empty, "benchmarks", market(1000.0, currency="SEK"), market(100.0, entity="cables", currency=None))
    assert value(empty, "market_share") == (pytest.approx(0.125), 1)


def test_a_market_figure_without_an_error_gives_no_interval(empty: LocalWorkspace) -> None:
    load(empty, "orders", bought(1, "a", 25.0), bought(2, "a", 9.0, currency="SEK"), bought(3, "a", 9.0, status="open"))
    load(empty, "benchmarks", market(100.0))
    table = empty.kpi("market_share", "2025-03", as_of=AS_OF)
    record = table.one()
    assert (record.value, record.ci_low, record.ci_high, record.n_rejected) == (pytest.approx(0.34), None, None, 1)
    assert table.receipt().left_out == {"no exchange rate at most 7 days old": 1}


def test_what_only_a_bot_did_and_what_we_began_costs_no_person(empty: LocalWorkspace) -> None:
    answered = {"first_response_at": at(3, 10)}
    done = {"first_solved_at": at(4), "last_solved_at": at(4)}
    load(
        empty,
        "conversations",
        case(1, at(3), **answered, **done),
        case(2, at(3), **answered),
        case(3, at(3), direction="out", **answered, **done),
        case(4, at(3), **done, resolved_by="bot", bot_first=1),
        case(5, at(3)),
        case(6, at(3), **answered, **done, is_spam=1),
        case(7, at(3), **answered, **done, reopened_at=at(5)),
    )
    load(empty, "calls", call(1, at(3)), call(2, at(3), "abandoned"), call(3, at(3), direction="out"))
    load(empty, "cost_entries", cost(40.0), cost(12.0, category="service_tools"), cost(8.0, category="service_other"))
    load(empty, "cost_entries", cost(500.0, category="cogs"), cost(500.0, category="other"))
    assert value(empty, "cost_per_contact") == (15.0, 4)
    assert value(empty, "cost_per_contact.per_solved") == (30.0, 2)
    left_out = empty.kpi("cost_per_contact", "2025-03", as_of=AS_OF).receipt().left_out
    assert left_out == {"no cost of service": 2, "counted by the other output": 2}


def test_a_contact_costs_nothing_known_where_no_cost_is_loaded(empty: LocalWorkspace) -> None:
    load(empty, "calls", call(1, at(3)), call(2, datetime(2025, 4, 3, 9)))
    load(empty, "cost_entries", cost(40.0, "2025-02"), cost(10.0, "2025-04"), cost(90.0, "2025-05"))
    assert value(empty, "cost_per_contact") == (None, 0)
    assert value(empty, "cost_per_contact", "2025-04") == (10.0, 1)
    assert value(empty, "cost_per_contact", "2025-05") == (None, 0)


def test_a_part_of_a_month_bears_the_costs_of_its_days(empty: LocalWorkspace) -> None:
    """The last day of March and the first of April: a thirty-first of 310 and a thirtieth of 600."""
    load(empty, "calls", call(1, at(31)))
    load(empty, "cost_entries", cost(310.0), cost(600.0, "2025-04"))
    assert value(empty, "cost_per_contact", "2025-03-31..2025-04-01") == (pytest.approx(30.0), 1)
    assert value(empty, "cost_per_contact", "2025-Q1") == (pytest.approx(310.0), 1)


def test_costs_are_at_the_rate_of_the_first_day_of_their_month(empty: LocalWorkspace) -> None:
    load(empty, "calls", call(1, at(3)))
    load(empty, "fx_rates", *SEK_RATES, {"date": at(2), "base": "EUR", "quote": "SEK", "rate": 50.0})
    load(empty, "cost_entries", cost(100.0, currency="SEK"), cost(3.0))
    load(empty, "cost_entries", cost(100.0, currency="NOK"), cost(100.0, currency="NOK", category="other"))
    load(empty, "cost_entries", cost(50.0, currency="NOK", category="cogs"))
    record = empty.kpi("cost_per_contact", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_rejected) == (13.0, 1, 1)


@pytest.mark.parametrize(("as_of", "known"), [("2025-02-28T21:59:59Z", None), ("2025-02-28T22:00:00Z", 40.0)])
def test_a_cost_is_known_from_the_first_day_of_its_month(
    empty: LocalWorkspace, as_of: str, known: float | None
) -> None:
    load(empty, "calls", call(1, datetime(2025, 2, 28, 21, 59)))
    load(empty, "cost_entries", cost(40.0), cost(0.0, "2025-02"))
    assert value(empty, "cost_per_contact", "2025-02-28..2025-03-31", as_of=as_of)[0] == known


def test_customers_earn_what_is_left_of_their_orders(empty: LocalWorkspace) -> None:
    """a: 100 - 20 given back - 50 goods - 5 of the ledger; b: 30 - 30; c: a cancelled order is no purchase."""
    load(
        empty,
        "orders",
        bought(1, "a", 100.0, refund_amount=20.0, cost_amount=50.0),
        bought(2, "b", 30.0, cost_amount=30.0),
        bought(3, "c", 30.0, cost_amount=30.0, status="cancelled"),
    )
    load(empty, "cost_entries", cost(5.0, category="cogs", customer_id="a"), cost(9.0, category="cogs"))
    load(empty, "cost_entries", cost(9.0, category="service_other", customer_id="b"))
    assert value(empty, "customer_profitability") == (12.5, 2)
    assert value(empty, "customer_profitability.unprofitable") == (0, 2)


def test_a_contact_costs_what_it_cost_in_the_period(empty: LocalWorkspace) -> None:
    """Four contacts at 20: two of a, one of somebody who never bought, one of nobody known."""
    load(empty, "orders", bought(1, "a", 100.0, cost_amount=50.0))
    load(empty, "conversations", case(1, at(3), customer_id="a", first_response_at=at(4)), case(2, at(3)))
    load(
        empty,
        "calls",
        call(1, at(3), customer_id="a"),
        call(2, at(3), customer_id="z"),
        call(3, at(3), customer_id=None),
    )
    load(empty, "calls", call(4, at(3), "abandoned", customer_id="a"))
    assert value(empty, "customer_profitability") == (50.0, 1)
    load(empty, "cost_entries", cost(80.0), cost(500.0, category="other"))
    assert value(empty, "customer_profitability") == (10.0, 1)
    assert value(empty, "customer_profitability", cost_per_contact=30) == (-10.0, 1)
    assert value(empty, "customer_profitability.unprofitable", cost_per_contact=30) == (1, 1)
    left_out = empty.kpi("customer_profitability", "2025-03", as_of=AS_OF).receipt().left_out
    assert left_out == {"no order in the 365 days before": 1}


@pytest.mark.parametrize(("ordered", "customers"), [("2024-03-31", 0), ("2024-04-01", 1), ("2025-04-01", 0)])
def test_who_bought_in_the_365_days_that_end_with_the_month_is_served_as_a_customer(
    empty: LocalWorkspace, ordered: str, customers: int
) -> None:
    load(empty, "orders", order(1, "k", f"{ordered}T12:00", cost_amount=1.0))
    load(empty, "calls", call(1, at(3)))
    assert value(empty, "customer_profitability", cost_per_contact=4) == ((-4.0, 1) if customers else (None, 0))


def test_who_buys_again_after_the_month_was_a_customer_in_it(empty: LocalWorkspace) -> None:
    load(empty, "orders", bought(1, "a", 30.0, cost_amount=10.0), order(2, "a", "2025-04-01T12:00", cost_amount=1.0))
    assert value(empty, "customer_profitability") == (20.0, 1)


def test_what_an_order_of_unknown_cost_earned_is_not_known(empty: LocalWorkspace) -> None:
    """b's costs stand in no column; c paid in crowns, whose rate is not known."""
    load(
        empty,
        "orders",
        bought(1, "a", 100.0, cost_amount=50.0),
        bought(2, "b", 100.0, cost_amount=50.0),
        bought(3, "b", 100.0),
        bought(4, "c", 100.0, cost_amount=50.0, currency="SEK"),
        bought(5, "d", 100.0, cost_amount=50.0, currency="NOK", status="cancelled"),
    )
    record = empty.kpi("customer_profitability", "2025-03", as_of=AS_OF).one()
    assert (record.value, record.n, record.n_na, record.n_rejected) == (50.0, 1, 1, 1)


GIVEN = {"margin": 100.0, "retention": 0.5}


def test_a_customer_is_worth_what_the_call_gives(empty: LocalWorkspace) -> None:
    """100 a year, half of the customers stay: 100 * 0.5 / 0.6; also without any fact."""
    assert value(empty, "customer_lifetime_value", **GIVEN) == (pytest.approx(50 / 0.6), 0)
    assert value(empty, "customer_lifetime_value", **GIVEN, discount=0.5) == (pytest.approx(50.0), 0)
    assert value(empty, "customer_lifetime_value", margin=100.0, retention=1.1) == (None, 0)


def test_what_is_given_is_a_number(empty: LocalWorkspace) -> None:
    with pytest.raises(UserError, match="parameter margin is number, found 'much'"):
        empty.kpi("customer_lifetime_value", "2025-03", margin="much")
    assert value(empty, "customer_lifetime_value", **GIVEN, margin_se=2) == (pytest.approx(50 / 0.6), 0)


def test_what_the_call_does_not_give_is_measured_in_the_period(empty: LocalWorkspace) -> None:
    """In 365 days a earned 80, b nothing of known cost and left: 40 a customer, and half of them stay."""
    load(
        empty,
        "subscriptions",
        contract(1, "a", "2024-01-01"),
        contract(2, "b", "2024-01-01", "2025-03-10"),
        contract(3, "c", "2025-03-05"),
    )
    load(
        empty,
        "orders",
        bought(1, "a", 100.0, cost_amount=20.0),
        bought(2, "b", 100.0),
        bought(3, "c", 100.0, cost_amount=1.0),
    )
    load(empty, "orders", order(4, "a", "2024-12-31T12:00", invoice_amount=100.0, cost_amount=20.0))
    found = empty.kpi("customer_lifetime_value", "2025", as_of="2026-12-01").one()
    years = 365 / 365.25
    kept = 0.5 ** (1 / years)
    assert found.components["margin"] == pytest.approx(40 / years)
    assert found.components["retention"] == pytest.approx(kept)
    assert found.components["margin_se"] == pytest.approx(40 / years)
    assert found.components["retention_se"] == pytest.approx(kept / 0.5 / years * (0.25 / 2) ** 0.5)
    assert (found.value, found.n) == (pytest.approx(40 / years * kept / (1.1 - kept)), 2)
    assert found.flags == ["low_n"]
    given = empty.kpi("customer_lifetime_value", "2025", as_of="2026-12-01", margin=100).one()
    assert (given.components["margin"], given.n) == (100.0, 2)
    given = empty.kpi("customer_lifetime_value", "2025", as_of="2026-12-01", retention=0.8).one()
    assert (given.components["retention"], given.n) == (0.8, 2)


def test_what_was_earned_at_an_unknown_rate_or_cost_is_no_measured_margin(empty: LocalWorkspace) -> None:
    """Of four who stay a earned 50; of b's and c's orders the rate or cost of one is not known; d was only served."""
    load(empty, "subscriptions", *[contract(n, who, "2024-01-01") for n, who in enumerate("abcd")])
    load(
        empty,
        "orders",
        bought(1, "a", 100.0, cost_amount=50.0),
        bought(2, "b", 100.0, cost_amount=50.0),
        bought(3, "b", 100.0, cost_amount=50.0, currency="SEK"),
        bought(4, "c", 100.0, cost_amount=50.0),
        bought(5, "c", 100.0),
        order(6, "d", "2024-12-10T12:00"),
    )
    load(empty, "calls", call(1, at(3), customer_id="d"))
    found = empty.kpi("customer_lifetime_value", "2025-03", as_of=AS_OF).one()
    assert found.components["margin"] == pytest.approx(50 / 4 * 365.25 / 31)
    assert found.value == pytest.approx(found.components["margin"] / 0.1)


def test_without_costs_it_says_what_to_give(empty: LocalWorkspace) -> None:
    load(empty, "orders", order(1, "a", "2024-06-10T12:00"), bought(2, "a", 100.0))
    record = empty.kpi("customer_lifetime_value", "2025-03", as_of=AS_OF).one()
    assert record.status == "no_data"
    assert "give margin and retention" in (record.note or "")
    assert value(empty, "customer_lifetime_value", margin=100) == (pytest.approx(1000.0), 1)
