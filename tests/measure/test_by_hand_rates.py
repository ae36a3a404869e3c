"""Exchange rates that are published against a currency which is not the reporting one, by hand."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, call, contract, load, value
from measure.worlds import installation
from mittari.money import RateTable
from mittari.workspace.local import LocalWorkspace

Open = Callable[[str], LocalWorkspace]


@pytest.fixture
def reporting(tmp_path: Path, plans_folder: Path) -> Iterator[Open]:
    """Opens an empty installation that reports in a currency."""
    opened: list[LocalWorkspace] = []

    def open_one(currency: str) -> LocalWorkspace:
        opened.append(installation(tmp_path / currency, plans_folder, {}, currency=currency))
        return opened[-1]

    yield open_one
    for workspace in opened:
        workspace.close()


def rate(day: int, quote: str, number: float, base: str | None = "EUR") -> dict[str, Any]:
    return {"date": at(day), "base": base, "quote": quote, "rate": number}


def cash(number: int, day: int, currency: str, amount: float = 100.0) -> dict[str, Any]:
    line = {"entry_id": f"x{number}", "booked_on": f"2025-03-{day:02}", "activity": "operating"}
    return {**line, "amount": amount, "currency": currency}


def flow(workspace: LocalWorkspace, *lines: dict[str, Any]) -> tuple[float | None, int | None, int]:
    """Value, n and n_rejected of the cash flow of March."""
    load(workspace, "cash_entries", *lines)
    record = workspace.kpi("operating_cash_flow", "2025-03", as_of=AS_OF).one()
    return record.value, record.n, record.n_rejected


def test_both_currencies_go_through_the_one_that_is_published(reporting: Open) -> None:
    """12 NOK and 10 SEK for a euro: 100 SEK are 120 NOK, 100 EUR are 1200, 100 NOK are themselves."""
    workspace = reporting("NOK")
    load(workspace, "fx_rates", rate(3, "NOK", 12.0), rate(3, "SEK", 10.0))
    lines = [cash(n, 3, currency) for n, currency in enumerate(("SEK", "EUR", "NOK", "DKK"))]
    assert flow(workspace, *lines) == (pytest.approx(120 + 1200 + 100), 3, 1)


def test_a_way_over_another_currency_needs_both_rates(reporting: Open) -> None:
    """NOK is known from the 3rd to the 10th, SEK from the 8th to the 15th: only from the 8th to the 10th are both."""
    workspace = reporting("NOK")
    load(workspace, "fx_rates", rate(3, "NOK", 12.0), rate(8, "SEK", 10.0))
    lines = [cash(n, day, "SEK") for n, day in enumerate((7, 8, 10, 11))]
    assert flow(workspace, *lines) == (pytest.approx(240), 2, 2)


def test_a_direct_quotation_goes_first(reporting: Open) -> None:
    """A euro is 12 NOK or, by what the dollar says, 11; the euro's own price of the krone is taken."""
    workspace = reporting("EUR")
    load(
        workspace,
        "fx_rates",
        rate(3, "NOK", 12.0, base=None),
        rate(3, "NOK", 11.0, base="USD"),
        rate(3, "EUR", 1.0, base="USD"),
        rate(3, "SEK", 8.0, base="USD"),
        rate(3, "SEK", 6.0, base="GBP"),
    )
    assert flow(workspace, cash(1, 3, "NOK", 120.0), cash(2, 3, "SEK", 16.0)) == (pytest.approx(10 + 2), 2, 0)


def test_a_rate_between_two_other_currencies_is_none(reporting: Open) -> None:
    """8 SEK for a dollar say nothing of the euro."""
    workspace = reporting("EUR")
    load(workspace, "fx_rates", rate(3, "SEK", 8.0, base="USD"))
    assert flow(workspace, cash(1, 3, "SEK"), cash(2, 3, "EUR"), cash(3, 3, "USD")) == (100.0, 1, 2)


def test_rates_at_the_question_are_those_of_the_load(reporting: Open) -> None:
    """What `money.RateTable` finds for orders, call by call."""
    rows = [
        rate(1, "SEK", 10.0),
        rate(2, "SEK", 11.0),
        rate(1, "NOK", 12.0),
        rate(6, "DKK", 7.5, base="USD"),
        rate(6, "SEK", 9.0, base="USD"),
        rate(4, "EUR", 0.08, base="NOK"),
    ]
    workspace = reporting("SEK")
    load(workspace, "fx_rates", *rows)
    table = RateTable(({**row, "date": row["date"].date()} for row in rows), "SEK")
    currencies, days = ("EUR", "NOK", "DKK", "USD", "GBP"), range(1, 15)
    lines = [cash(n * 20 + day, day, currency, 1.0) for n, currency in enumerate(currencies) for day in days]
    load(workspace, "cash_entries", *lines)
    periods = [f"2025-03-{day:02}..2025-03-{day:02}" for day in days]
    told = workspace.kpi("operating_cash_flow", periods, by="currency", as_of=AS_OF)
    found = {(record.slice["currency"], record.period): record.value for record in told}
    for currency in currencies:
        for day, period in zip(days, periods, strict=True):
            rated = table.rate(currency, date(2025, 3, day))
            expected = None if rated is None else pytest.approx(1 / rated[0])
            assert found.get((currency, period)) == expected, (currency, day)


def test_costs_and_contracts_cross_too(reporting: Open) -> None:
    workspace = reporting("NOK")
    load(workspace, "fx_rates", rate(1, "NOK", 12.0), rate(1, "SEK", 10.0))
    load(workspace, "calls", call(1, at(3)))
    cost = {"period": "2025-03", "cost_center": "cs", "category": "service_staff", "amount": 50.0, "currency": "SEK"}
    load(workspace, "cost_entries", cost)
    assert value(workspace, "cost_per_contact") == (pytest.approx(60), 1)
    load(workspace, "subscriptions", contract(1, "k", "2024-01-01", "2025-03-05", currency="SEK"))
    assert value(workspace, "churned_revenue") == (pytest.approx(120), 1)
