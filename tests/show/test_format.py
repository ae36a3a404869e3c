"""How values are written."""

import pytest

from mittari.show.format import Style, change, count, interval, quantity, relative

EN, FI = Style(), Style("fi")
S, NB = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.898, "fraction", f"89.8{S}%"),
        (1.0, "fraction", f"100{S}%"),
        (0.0, "fraction", f"0{S}%"),
        (0.0071, "fraction", f"0.71{S}%"),
        (8.4, "s", f"8.4{S}s"),
        (45.2, "s", f"45{S}s"),
        (59.7, "s", f"1{S}min"),
        (200, "s", f"3{NB}min{NB}20{S}s"),
        (180, "s", f"3{S}min"),
        (18720, "s", f"5.2{S}h"),
        (181440, "s", f"2.1{S}d"),
        (-90, "s", f"−1{NB}min{NB}30{S}s"),
        (12840.4, "count", f"12{S}840"),
        (-100.0, "points", "−100.0"),
        (-0.01, "points", "0.0"),
        (71.44, "score_100", "71.4"),
        (5.6, "money", f"5.60{S}€"),
        (14230.4, "money", f"14{S}230{S}€"),
        (2_345_000, "money", f"2.35{S}M€"),
        (5.5, "NOK", f"5.50{S}kr"),
        (1320, "EUR_per_year", f"1{S}320{S}€ / year"),
        (1.91, "per_1000", f"1.91{S}per 1{S}000"),
        (2.5, "cases_per_hour", f"2.50{S}/ h"),
        (3.14159, "slope", f"3.14{S}slope"),
        (None, "fraction", "–"),
        (float("nan"), "s", "–"),
    ],
)
def test_a_value_is_written_in_its_unit(value, unit, written):
    assert str(quantity(value, unit, EN)) == written


@pytest.mark.parametrize("language", ["fi", "nb", "sv"])
def test_the_other_languages_have_a_decimal_comma(language):
    assert str(quantity(0.898, "fraction", Style(language))) == f"89,8{S}%"


def test_money_is_in_the_reporting_currency():
    assert str(quantity(5.6, "money", Style("nb", "NOK"))) == f"5,60{S}kr"


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0.021, "fraction", f"+2.1{S}pp"),
        (-0.021, "fraction", f"−2.1{S}pp"),
        (0.0002, "fraction", f"±0.0{S}pp"),
        (12, "s", f"+12{S}s"),
        (3.14, "points", "+3.1"),
        (None, "points", "–"),
    ],
)
def test_a_change_has_a_sign_and_shares_change_by_percentage_points(value, unit, written):
    assert change(value, unit, EN) == written


def test_a_relative_change_is_per_cent_of_the_earlier_value():
    assert relative(0.12, FI) == f"+12,0{S}%"
    assert relative(None, FI) == "–"


@pytest.mark.parametrize(
    ("low", "high", "unit", "written"),
    [
        (0.412, 0.52, "fraction", f"41.2–52.0{S}%"),
        (-19.1, 65.2, "points", "−19.1 – 65.2"),
        (170, 240, "s", f"2{NB}min{NB}50{S}s – 4{S}min"),
        (None, 90, "count", "up to 90"),
        (40, None, "s", f"from 40{S}s"),
        (None, None, "s", ""),
    ],
)
def test_an_interval_names_both_bounds_or_says_which_one_is_missing(low, high, unit, written):
    assert interval(low, high, unit, EN) == written


def test_counts_are_grouped_and_an_unknown_count_is_a_dash():
    assert count(1234567, EN) == f"1{S}234{S}567"
    assert count(None, EN) == "–"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("fi", (f"2,1{S}vrk", f"+2,1{S}%-yks.", "enintään 90", f"1,91{S}/ 1{S}000")),
        ("sv", (f"2,1{S}dygn", f"+2,1{S}%-enh.", "högst 90", f"1,91{S}per 1{S}000")),
        ("nb", (f"2,1{S}døgn", f"+2,1{S}pp.", "høyst 90", f"1,91{S}per 1{S}000")),
    ],
)
def test_units_and_open_bounds_are_words_of_the_language(language, written):
    style = Style(language)
    told = (quantity(181440, "s", style), change(0.021, "fraction", style), interval(None, 90, "count", style))
    assert tuple(map(str, (*told, quantity(1.91, "per_1000", style)))) == written
