"""Addresses: the state of a page, and the periods it compares and follows back."""

from datetime import date, datetime

import pytest

from mittari.errors import UserError
from mittari.show.web.address import before, read_view, trend_periods
from mittari.time import Instant, parse_period

ZONE, TODAY = "Europe/Helsinki", date(2026, 11, 24)


def view(*query, own=()):
    return read_view(query, ["channel", "customer.segment"], ZONE, TODAY, own)


def test_without_a_query_the_last_thirty_days_are_shown():
    shown = view()
    assert shown.text == "last-30-days"
    assert dict(shown.where) == {}


def test_the_address_of_a_view_gives_the_same_view():
    shown = view(("period", "2026-10"), ("customer.segment", "b2b"), ("channel", "e-mail & chat"))
    assert shown.query() == "period=2026-10&channel=e-mail+%26+chat&customer.segment=b2b"
    assert shown.without("channel") == "period=2026-10&customer.segment=b2b"
    assert shown.query(period="2026") == "period=2026&channel=e-mail+%26+chat&customer.segment=b2b"


def test_the_picker_sends_dimension_and_value_together():
    assert dict(view(("slice", "channel=a=b")).where) == {"channel": "a=b"}
    assert dict(view(("slice", "")).where) == {}


def test_an_unknown_dimension_is_refused_with_those_that_exist():
    with pytest.raises(UserError, match=r"chanel.*channel, customer.segment"):
        view(("chanel", "phone"))


def test_an_unreadable_period_is_refused():
    with pytest.raises(UserError, match="no period"):
        view(("period", "yesterday"))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-10", "2025-11", "2026-10"),
        ("2026-W40", "2026-W29", "2026-W40"),
        ("2026-10-05", "2026-09-24", "2026-10-05"),
        ("2026", "2026-01", "2026-12"),
        ("last-7-days", "2026-11-13", "2026-11-24"),
        ("last-30-days", "2026-09-02..2026-09-08", "2026-11-18..2026-11-24"),
        ("last-365-days", "2025-12", "2026-11"),
    ],
)
def test_a_trend_is_twelve_sub_periods_that_end_with_the_period(text, first, last):
    periods = trend_periods(parse_period(text, ZONE, TODAY))
    assert len(periods) == 12
    assert (periods[0].text, periods[-1].text) == (first, last)


def test_a_moment_is_compared_with_the_same_moment_a_week_ago():
    moment = Instant(datetime(2026, 6, 29, 9), "2026-06-29T09:00:00Z")
    earlier = before(moment)
    assert earlier is not None
    assert earlier.text == "2026-06-22T09:00:00Z"
    assert next(p.at for p in trend_periods(moment) if isinstance(p, Instant)) == datetime(2026, 4, 13, 9)


@pytest.mark.parametrize(("text", "followed"), [("last-36500-days", 12), ("1900-01", 0), ("0001-01-05T09:00Z", 0)])
def test_a_period_at_the_edge_of_the_calendar_is_compared_with_nothing(text, followed):
    period = parse_period(text, ZONE, TODAY)
    assert before(period) is None
    assert len(trend_periods(period)) == followed
