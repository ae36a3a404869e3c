"""What the value of a setting may be: each function reads one that was given, or raises `Unfit`."""

import os
import re
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from mittari.errors import did_you_mean

LANGUAGES = ("en", "fi", "nb", "sv")


class Unfit(ValueError):
    """A value does not fit its setting; `str()` says what was expected, `hint` what may have been meant."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.hint = hint


def as_text(given: object, expected: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise Unfit(expected)
    return given.strip()


def whole_number(given: object, expected: str, lowest: int, highest: int) -> int:
    """An integer within bounds, also as text, since the environment knows nothing else."""
    number = int(given) if isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given) else given
    if not isinstance(number, int) or isinstance(number, bool) or not lowest <= number <= highest:
        raise Unfit(expected)
    return number


def short_text(given: object) -> str:
    expected = "a text of up to 80 characters"
    text = as_text(given, expected)
    if len(text) > 80 or not text.isprintable():
        raise Unfit(expected)
    return text


def time_zone(given: object) -> str:
    expected = "an IANA time zone such as Europe/Helsinki"
    name = as_text(given, expected)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of the zone tree, such as "Europe"
        raise Unfit(expected, did_you_mean(name, available_timezones())) from error
    return name


def source_time_zone(given: object) -> str:
    """A time zone, or an empty text for `auto`; `Settings` puts the reporting time zone in its place."""
    return "" if given == "auto" else time_zone(given)


def currency(given: object) -> str:
    expected = "a currency code of three capital letters (ISO 4217) such as EUR"
    code = as_text(given, expected)
    if not re.fullmatch("[A-Z]{3}", code):
        raise Unfit(expected, f'Did you mean "{code.upper()}"?' if re.fullmatch("[A-Za-z]{3}", code) else "")
    return code


def language(given: object) -> str:
    expected = "one of " + ", ".join(LANGUAGES)
    code = as_text(given, expected)
    if code not in LANGUAGES:
        raise Unfit(expected, did_you_mean(code, LANGUAGES))
    return code


def calendar_name(given: object) -> str | None:
    name = as_text(given, 'the name of a business calendar, or "auto"')
    return None if name == "auto" else name


def holiday_region(given: object) -> str | None:
    """A country of ISO 3166, optionally with a subdivision such as `DE-BY`; None for `none`.

    Whether holidays are known for it is found out where they are needed; here only the code is checked, because the
    holiday tables are too slow to import at every start.
    """
    expected = 'a country code (ISO 3166) such as FI or DE-BY, or "none"'
    region = as_text(given, expected)
    if region == "none":
        return None
    if not re.fullmatch("[A-Z]{2}(-[A-Z0-9]{1,3})?", region) or region[:2] not in countries():
        raise Unfit(expected, f'Did you mean "{region.upper()}"?' if region.upper()[:2] in countries() else "")
    return region


def countries() -> frozenset[str]:
    """The country codes of ISO 3166, from the table that comes with the time zones."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


def days(given: object) -> int:
    return whole_number(given, "a number of days from 0 to 3650", 0, 3650)


def nps_name(given: object) -> str:
    expected = '"mark" or "neutral"'
    name = as_text(given, expected)
    if name not in ("mark", "neutral"):
        raise Unfit(expected)
    return name


def port_number(given: object) -> int:
    return whole_number(given, "a port number from 1 to 65535", 1, 65535)


def memory_limit(given: object) -> str:
    """What DuckDB may use: a share of the machine's memory or an amount, as DuckDB itself reads it."""
    expected = 'a share of memory such as "60%" or an amount such as "4GB"'
    text = as_text(given, expected)
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(%|[KMGT]i?B)", text)
    if not match or float(match[1]) <= 0 or (match[2] == "%" and float(match[1]) > 100):
        raise Unfit(expected)
    return text


def thread_count(given: object) -> int:
    """How many threads a query may use; `auto` is the number of cores this process may run on."""
    if given == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return whole_number(given, 'a number of threads from 1 to 1024, or "auto"', 1, 1024)


def row_count(given: object) -> int | None:
    """A number of rows; None for `never`."""
    if given == "never":
        return None
    return whole_number(given, 'a number of rows from 0 to 999999999, or "never"', 0, 999_999_999)
