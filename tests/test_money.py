"""Currencies, and rates of the day or of the last day that had one."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mittari.errors import UserError
from mittari.money import CURRENCIES, CURRENT, WITHDRAWN, RateTable, is_currency


def rate_row(day: str, quote: str, rate: float | str, base: str | None = "EUR") -> dict[str, object]:
    return {"date": date.fromisoformat(day), "base": base, "quote": quote, "rate": rate, "source": "test"}


FRIDAY, SATURDAY = date(2025, 3, 7), date(2025, 3, 8)
ROWS = [
    rate_row("2025-03-06", "NOK", 11.7),
    rate_row("2025-03-07", "NOK", 11.8),
    rate_row("2025-03-05", "SEK", 11.0),
    rate_row("2025-03-20", "SEK", 10.9),
]


def test_currencies_are_those_of_iso_4217() -> None:
    assert all(is_currency(code) for code in ("EUR", "NOK", "SEK", "DKK", "USD", "ISK", "HRK"))
    assert not any(is_currency(code) for code in ("eur", "EURO", "XXX", "XTS", "XAU", "", "ABC"))
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in CURRENCIES)


def test_no_currency_is_listed_twice() -> None:
    assert len(CURRENCIES) == len(CURRENT.split()) + len(WITHDRAWN.split())


def test_a_rate_is_that_of_the_day_and_at_the_weekend_that_of_friday() -> None:
    table = RateTable(ROWS, "EUR")
    assert table.rate("NOK", date(2025, 3, 6)) == (11.7, date(2025, 3, 6))
    assert table.rate("NOK", SATURDAY) == (11.8, FRIDAY)


def test_a_rate_may_be_seven_days_old_and_not_eight() -> None:
    table = RateTable(ROWS, "EUR")
    assert table.rate("NOK", date(2025, 3, 14)) == (11.8, FRIDAY)
    assert table.rate("NOK", date(2025, 3, 15)) is None


def test_a_later_rate_is_never_used_for_an_earlier_day() -> None:
    assert RateTable(ROWS, "EUR").rate("NOK", date(2025, 3, 5)) is None


def test_the_reporting_currency_is_worth_one_of_itself_on_any_day() -> None:
    assert RateTable([], "EUR").rate("EUR", date(1999, 1, 1)) == (1.0, date(1999, 1, 1))
    assert RateTable(ROWS, "NOK").rate("NOK", date(2030, 1, 1)) == (1.0, date(2030, 1, 1))


def test_a_currency_without_rates_has_none() -> None:
    assert RateTable(ROWS, "EUR").rate("USD", FRIDAY) is None
    assert RateTable(ROWS, "USD").rate("NOK", FRIDAY) is None


def test_a_reporting_currency_that_is_not_the_base_goes_through_the_base() -> None:
    table = RateTable(ROWS, "SEK")
    assert table.rate("EUR", date(2025, 3, 5)) == (1 / 11.0, date(2025, 3, 5))
    crossed = table.rate("NOK", FRIDAY)
    assert crossed == (11.8 / 11.0, date(2025, 3, 5)), "as old as its older half"


def test_a_crossed_rate_needs_both_halves_to_be_fresh() -> None:
    assert RateTable(ROWS, "SEK").rate("NOK", date(2025, 3, 13)) is None


def test_rates_against_several_bases_are_understood_and_the_direct_one_goes_first() -> None:
    rows = [*ROWS, rate_row("2025-03-07", "NOK", 1.05, base="SEK"), rate_row("2025-03-07", "PLN", 0.38, base="SEK")]
    table = RateTable(rows, "SEK")
    assert table.rate("NOK", FRIDAY) == (1.05, FRIDAY)
    assert table.rate("PLN", FRIDAY) == (0.38, FRIDAY)
    assert table.rate("EUR", FRIDAY) == (1 / 11.0, date(2025, 3, 5))


def test_an_empty_base_is_the_euro_and_the_last_row_of_a_day_counts() -> None:
    rows = [rate_row("2025-03-07", "NOK", 11.8, base=None), rate_row("2025-03-07", "NOK", 11.9, base=None)]
    assert RateTable(rows, "EUR").rate("NOK", FRIDAY) == (11.9, FRIDAY)


def test_a_rate_that_is_not_above_zero_is_refused() -> None:
    with pytest.raises(UserError, match="expected a rate above 0, found 0"):
        RateTable([rate_row("2025-03-07", "NOK", 0)], "EUR")


@given(
    st.lists(
        st.tuples(st.sampled_from(["EUR", "NOK", "SEK", "USD"]), st.dates(date(2025, 2, 20), date(2025, 4, 5))),
        max_size=30,
    )
)
def test_many_rows_at_once_get_what_each_would_get_alone(rows: list[tuple[str, date]]) -> None:
    table = RateTable(ROWS, "EUR")
    currencies = [currency for currency, _ in rows]
    rates, rate_days = table.rates(currencies, np.array([day for _, day in rows], dtype="datetime64[D]"))
    for (currency, day), rate, rate_day in zip(rows, rates, rate_days, strict=True):
        alone = table.rate(currency, day)
        if alone is None:
            assert np.isnan(rate)
            assert np.isnat(rate_day)
        else:
            assert (rate, rate_day.item()) == alone
