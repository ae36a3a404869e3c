"""Codes with a checksum in a plain text: personal identity codes, payment cards and accounts.

Every function returns spans, as (begin, end) places in the text. Only what its checksum and its date allow is found.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

Span = tuple[int, int]
Check = Callable[[str], bool]

# Bounded in length and without choices, so a hostile text costs a constant for each of its characters.
FINNISH = re.compile(r"(?<!\d)\d{6}(?: ?[-+] ?|[A-FU-Y])\d{3}(?:\d(?!\d)|[A-FHJ-NPR-Y])", re.IGNORECASE | re.ASCII)
SIX_AND_FIVE = re.compile(r"(?<!\d)\d{6}[ -]?\d{3} ?\d{2}(?!\d)", re.ASCII)
SIX_AND_FOUR = re.compile(r"(?<!\d)(?:(?:(?:18|19|20) ?)?\d{6} ?[-+ ] ?\d{4}|(?:18|19|20)\d{10})(?!\d)", re.ASCII)
DASHED = re.compile(r"(?<!\d)\d{6}-\d{4}(?!\d)", re.ASCII)
TEN = re.compile(r"(?<!\d)\d{10}(?!\d)", re.ASCII)
ELEVEN = re.compile(r"(?<!\d)[1-8]\d{10}(?!\d)", re.ASCII)

CARD = re.compile(
    r"(?<!\d)(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}"
    r"|3[47]\d{2}([ -]?)\d{6}\2\d{5}"
    r"|3[0689]\d{2}([ -]?)\d{6}\3\d{4})(?!\d)",
    re.ASCII,
)

ACCOUNT_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FO", "GL", "NL"), 18),
    **dict.fromkeys(("SI",), 19),
    **dict.fromkeys(("AT", "EE", "LT", "LU"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "IE"), 22),
    **dict.fromkeys(("CZ", "ES", "RO", "SE", "SK"), 24),
    **dict.fromkeys(("PT",), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27),
    **dict.fromkeys(("CY", "HU", "PL"), 28),
    **dict.fromkeys(("UA",), 29),
    **dict.fromkeys(("MT",), 31),
}
"""Characters of an account number (IBAN) by country: its end must be known, since a word may follow it."""
ACCOUNT = re.compile(rf"({'|'.join(ACCOUNT_LENGTHS)})\d\d(?:[ -]?[0-9A-Z]){{11,27}}", re.IGNORECASE | re.ASCII)


def found(pattern: re.Pattern[str], text: str, check: Check) -> Iterator[Span]:
    """What `pattern` finds and `check` accepts. What is refused may still begin something one character later."""
    place = 0
    while match := pattern.search(text, place):
        if check(match[0]):
            yield match.span()
            place = match.end()
        else:
            place = match.start() + 1


def identity_codes(text: str, countries: Sequence[str]) -> Iterator[Span]:
    """Personal identity codes in the writing of their country."""
    for country in countries:
        for pattern, check in _identity_checks().get(country, ()):
            yield from found(pattern, text, check)


def unmarked_identity_codes(text: str, countries: Sequence[str]) -> Iterator[Span]:
    """Swedish, Danish and Icelandic codes written as ten digits, where nothing says better what the digits are."""
    checks = _unmarked_checks()
    for country in countries:
        if country in checks:
            yield from found(TEN, text, checks[country])


def cards(text: str) -> Iterator[Span]:
    """Payment cards of 14, 15 or 16 digits, unbroken or in their usual groups."""
    from stdnum import luhn

    yield from found(CARD, text, lambda card: luhn.is_valid(_digits(card)))


def accounts(text: str) -> Iterator[Span]:
    """Account numbers (IBAN)."""
    from stdnum import iban

    place = 0
    while match := ACCOUNT.search(text, place):
        end = _end_of(match[0], ACCOUNT_LENGTHS[match[1].upper()])
        if end is not None and iban.is_valid(match[0][:end], check_country=False):
            place = match.start() + end
            yield match.start(), place
        else:
            place = match.start() + 1


def _end_of(text: str, length: int) -> int | None:
    """Where the letter or digit number `length` ends, or None when there are fewer."""
    ends = [place for place, each in enumerate(text, 1) if each.isalnum()]
    return ends[length - 1] if len(ends) >= length else None


def _digits(code: str) -> str:
    return "".join(each for each in code if each.isdigit())


@lru_cache(maxsize=1)
def _identity_checks() -> dict[str, tuple[tuple[re.Pattern[str], Check], ...]]:
    """For each country its writings, each with what tells a code from other digits."""
    from stdnum.dk import cpr
    from stdnum.ee import ik
    from stdnum.fi import hetu
    from stdnum.is_ import kennitala
    from stdnum.lt import asmens
    from stdnum.no import fodselsnummer

    def finnish(code: str) -> bool:
        return hetu.is_valid(code.replace(" ", ""), allow_temporary=True)

    return {
        "FI": ((FINNISH, finnish),),
        "NO": ((SIX_AND_FIVE, fodselsnummer.is_valid),),
        "SE": ((SIX_AND_FOUR, _swedish),),
        "DK": ((DASHED, cpr.is_valid),),
        "IS": ((DASHED, kennitala.is_valid),),
        "EE": ((ELEVEN, ik.is_valid),),
        "LT": ((ELEVEN, asmens.is_valid),),
    }


@lru_cache(maxsize=1)
def _unmarked_checks() -> dict[str, Check]:
    from stdnum.dk import cpr
    from stdnum.is_ import kennitala

    def danish(code: str) -> bool:
        return cpr.is_valid(code) and cpr.checksum(code) == 0  # unmarked, ten digits with any date in them are too many

    return {"SE": _swedish, "DK": danish, "IS": kennitala.is_valid}


def _swedish(code: str) -> bool:
    """A personnummer, or a samordningsnummer, whose day is 60 too high. The check digit counts the day as written."""
    from stdnum import luhn
    from stdnum.exceptions import ValidationError
    from stdnum.se import personnummer

    digits = _digits(code)
    day = int(digits[-6:-4])
    born = f"{digits[:-6]}{day - 60 if day > 60 else day:02}"
    try:
        personnummer.get_birth_date(f"{born}-0000")
    except ValidationError:
        return False
    return luhn.is_valid(digits[-10:])
