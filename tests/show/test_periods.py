"""Periods in words, in each language."""

from datetime import date, datetime

import pytest

from mittari.show.format import Style
from mittari.show.periods import axis_label, spoken, spoken_series
from mittari.show.speech import Speech
from mittari.show.web.address import trend_periods
from mittari.time import Instant, Period, parse_period

ZONE, TODAY = "Europe/Helsinki", date(2026, 11, 24)


def of(text: str) -> Period:
    period = parse_period(text, ZONE, TODAY)
    assert isinstance(period, Period)
    return period


@pytest.mark.parametrize(
    ("language", "text", "said", "label"),
    [
        ("en", "2026-10", "October 2026", "2026-10"),
        ("en", "2026-W40", "2026-W40", "W40"),
        ("en", "2026-Q3", "2026-Q3", "2026-Q3"),
        ("en", "2026", "2026", "2026"),
        ("en", "2026-10-05", "5 Oct 2026", "5 Oct"),
        ("en", "2025-12-25..2026-01-06", "25 Dec 2025 – 6 Jan 2026", "6 Jan"),
        ("en", "2026-10-01..2026-10-15", "1 Oct – 15 Oct 2026", "15 Oct"),
        ("fi", "2026-10", "lokakuu 2026", "10.2026"),
        ("fi", "2026-W05", "vko 5/2026", "vko 5"),
        ("fi", "2026-Q3", "Q3/2026", "Q3/2026"),
        ("fi", "2026-10-05", "5.10.2026", "5.10."),
        ("fi", "2025-12-25..2026-01-06", "25.12.2025–6.1.2026", "6.1."),
        ("fi", "2026-10-01..2026-11-15", "1.10.–15.11.2026", "15.11."),
        ("sv", "2026-10", "oktober 2026", "2026-10"),
        ("sv", "2026-W40", "vecka 40 2026", "v. 40"),
        ("sv", "2026-10-01..2026-10-15", "1–15 okt. 2026", "15 okt."),
        ("nb", "2026-Q3", "3. kv. 2026", "3. kv. 2026"),
        ("nb", "2026-W40", "uke 40, 2026", "uke 40"),
        ("nb", "2026-10-28..2026-11-15", "28. okt.–15. nov. 2026", "15. nov."),
    ],
)
def test_periods_are_said_in_words(language: str, text: str, said: str, label: str) -> None:
    say = Speech(Style(language))
    assert (spoken(of(text), say), axis_label(of(text), say)) == (said, label)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "1 Nov 2025 – 31 Oct 2026, by month"),
        ("fi", "1.11.2025–31.10.2026, kuukausittain"),
        ("sv", "1 nov. 2025–31 okt. 2026, per månad"),
        ("nb", "1. nov. 2025–31. okt. 2026, per måned"),
    ],
)
def test_a_series_is_said_once(language: str, said: str) -> None:
    assert spoken_series(trend_periods(of("2026-10")), Speech(Style(language))) == said


@pytest.mark.parametrize(("language", "said"), [("en", "29 Jun 2026 09:00 UTC"), ("fi", "29.6.2026 9.00 UTC")])
def test_a_moment_is_said_with_its_time(language: str, said: str) -> None:
    assert spoken(Instant(datetime(2026, 6, 29, 9), "2026-06-29T09:00:00Z"), Speech(Style(language))) == said
