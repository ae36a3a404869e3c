"""How a value of a KPI is written for people: shares as per cent, seconds as time, money with its currency.

Rounding happens here and nowhere else. Babel is not imported: the four languages differ in the decimal mark and in a
few short words, which stand in their message files. Digits are grouped by a narrow no-break space (SI brochure, 5.4.4),
a minus is a minus sign, and a unit keeps to its number by the same space.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from mittari.show.language import word

DECIMAL_MARK = {"en": ".", "fi": ",", "nb": ",", "sv": ","}
SPACE = "\u202f"
WIDE_SPACE = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
NOTHING = "\u2013"
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "NOK": "kr", "SEK": "kr", "DKK": "kr"}


@dataclass(frozen=True)
class Style:
    """What an installation's settings say about writing numbers."""

    language: str = "en"
    currency: str = "EUR"

    @property
    def mark(self) -> str:
        return DECIMAL_MARK[self.language]


@dataclass(frozen=True)
class Quantity:
    """A number and its unit, apart, because a page sets the unit smaller."""

    amount: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.amount}{SPACE}{self.unit}" if self.unit else self.amount


def number(value: float, decimals: int, style: Style) -> str:
    """The value with a fixed number of decimals, grouped by thousands."""
    text = f"{abs(value):,.{decimals}f}"
    whole, _, fraction = text.partition(".")
    whole = whole.replace(",", SPACE)
    zero = not any(digit in "123456789" for digit in text)
    return ("" if value >= 0 or zero else MINUS) + (f"{whole}{style.mark}{fraction}" if fraction else whole)


def share(value: float, style: Style) -> Quantity:
    percent = value * 100
    rounded = abs(round(percent, 1))
    if rounded >= 1000 or percent in (0, 100):
        return Quantity(number(percent, 0, style), "%")
    return Quantity(number(percent, 2 if 0 < abs(percent) < 1 else 1, style), "%")


def duration(value: float, style: Style) -> Quantity:
    """Seconds as 45 s, 3 min 20 s, 5.2 h or 2.1 d, whichever a person would say."""
    sign, size = (MINUS if value < 0 else ""), abs(value)
    if size < 9.95:
        return Quantity(sign + number(size, 0 if size == int(size) else 1, style), "s")
    if round(size) < 60:
        return Quantity(sign + number(size, 0, style), "s")
    if round(size) < 3600:
        minutes, seconds = divmod(round(size), 60)
        whole = f"{sign}{minutes}"
        return Quantity(f"{whole}{WIDE_SPACE}min{WIDE_SPACE}{seconds}", "s") if seconds else Quantity(whole, "min")
    if size < 2 * 86400:
        return Quantity(sign + number(size / 3600, 1, style), "h")
    return Quantity(sign + number(size / 86400, 1, style), word("d", style.language))


def money(value: float, style: Style, currency: str | None = None) -> Quantity:
    symbol = SYMBOLS.get(currency or style.currency, currency or style.currency)
    size = abs(value)
    if size >= 1e6:
        return Quantity(number(value / 1e6, 2 if size < 1e7 else 1, style), f"M{symbol}")
    return Quantity(number(value, 0 if size >= 1000 or value == 0 else 2, style), symbol)


def plain(decimals: int, unit: str = "") -> Callable[[float, Style], Quantity]:
    return lambda value, style: Quantity(number(value, decimals, style), unit)


UNITS: dict[str, Callable[[float, Style], Quantity]] = {
    "fraction": share,
    "s": duration,
    "count": plain(0),
    "customers": plain(0),
    "contacts": plain(0),
    "points": plain(1),
    "scale_points": plain(2),
    "score_100": plain(1),
    "score": plain(2),
    "days": lambda value, style: Quantity(number(value, 1, style), word("d", style.language)),
    "money": money,
    "per_1000": lambda value, style: Quantity(number(value, 2, style), f"{word('per', style.language)} 1{SPACE}000"),
    "ratio": plain(2, "×"),
    "cases_per_hour": plain(2, "/ h"),
}


def quantity(value: float | None, unit: str, style: Style) -> Quantity:
    """A value of a KPI as it is shown; no value is a dash."""
    if value is None or not math.isfinite(value):
        return Quantity(NOTHING)
    if unit in UNITS:
        return UNITS[unit](value, style)
    head, _, rest = unit.partition("_")
    if len(head) == 3 and head.isupper():  # money in a named currency, perhaps by time: EUR_per_year
        amount = money(value, style, head)
        return Quantity(amount.amount, f"{amount.unit} {rest.replace('per_', '/ ')}") if rest else amount
    return Quantity(number(value, 2, style), unit.replace("_", " "))


def change(value: float | None, unit: str, style: Style) -> str:
    """A difference with its sign; shares differ by percentage points (pp), points by points."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if unit == "fraction":
        return signed(Quantity(number(value * 100, 1, style), word("pp", style.language)))
    return signed(quantity(value, unit, style))


def relative(value: float | None, style: Style) -> str:
    """A change as a share of the earlier value, with its sign."""
    return NOTHING if value is None or not math.isfinite(value) else signed(share(value, style))


def signed(shown: Quantity) -> str:
    """The quantity with a plus, a minus, or ± where it rounds to nothing."""
    if shown.amount.startswith(MINUS):
        return str(shown)
    nothing = not any(digit in "123456789" for digit in shown.amount)
    return f"{'±' if nothing else '+'}{shown}"


def interval(low: float | None, high: float | None, unit: str, style: Style) -> str:
    """The bounds of a 95 % interval; a bound that does not exist is said in words, no interval is an empty text."""
    if low is None and high is None:
        return ""
    lower, upper = quantity(low, unit, style), quantity(high, unit, style)
    if low is None:
        return word("up to {bound}", style.language).format(bound=upper)
    if high is None:
        return word("from {bound}", style.language).format(bound=lower)
    if lower.unit != upper.unit or WIDE_SPACE + "min" in upper.amount:
        return f"{lower} {DASH} {upper}"
    between = f" {DASH} " if MINUS in lower.amount + upper.amount else DASH
    return str(Quantity(f"{lower.amount}{between}{upper.amount}", upper.unit))


def count(value: int | None, style: Style) -> str:
    return NOTHING if value is None else number(value, 0, style)
