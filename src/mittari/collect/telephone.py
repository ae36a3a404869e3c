"""Telephone numbers in a plain text, and what only looks like one.

`phonenumbers` knows the numbers of every country. In Norway any eight digits from 2 on are one, without a sign, so what
is written as something else has to be told apart here: dates, times, amounts, and numbers of orders and the like.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

Span = tuple[int, int]

LEAST_DIGITS, MOST_DIGITS = 7, 64
RUNS = 400
"""Runs of digits that are looked at in one text; 4,000 characters can hold about as many."""
TRIES, WINDOWS = 12, 24

RUN = re.compile(r"(?:[+(\[] ?){0,3}\d(?:[ ()\[\]/.~+-]{0,4}\d)*", re.ASCII)
BLOCK = re.compile(r"[+(]{0,2}\d+", re.ASCII)

_HOUR = r"(?:[01]?\d|2[0-3])"
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_ALONE, _ENDS = r"(?<!\d)(?<!\d[-./ ])", r"(?![-./]?\d)"
DATES_AND_TIMES = re.compile(
    "|".join(
        (
            rf"(?<!\d)(?<!\d[-./])(?:{_YEAR}([-/.]){_MONTH}\1{_DAY}|{_DAY}([./-] ?){_MONTH}\2{_YEAR}){_ENDS}",
            rf"(?<!\d)(?<!\d[-./]){_DAY}([./] ?){_MONTH}\3\d\d{_ENDS}",
            rf"{_ALONE}{_DAY}/{_MONTH}[ -]{_YEAR}{_ENDS}",
            rf"{_ALONE}(?:{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2]){_YEAR}){_ENDS}",
            rf"{_ALONE}{_HOUR}[.:][0-5]\d ?- ?{_HOUR}[.:][0-5]\d{_ENDS}",
            rf"{_ALONE}(?:[01]\d|2[0-3])[0-5]\d ?- ?(?:[01]\d|2[0-3])[0-5]\d(?![-./ ]?\d)",
            rf"{_ALONE}{_YEAR}-{_YEAR}{_ENDS}",
        )
    ),
    re.ASCII,
)
"""Days and hours as the four languages and ISO 8601 write them, and spans of hours and years."""

UNIT_AFTER = re.compile(
    r" ?(?:[€$£%°]|,\d{1,2}(?!\d)|,-|:-|(?:eur|euro[a-zåäö]*|e|kr|kronor|kroner|kruunu[a-zåäö]*|sek|nok|dkk|usd|gbp"
    r"|kwh|mwh|km|kg|kpl|stk?|pcs)(?![^\W_]))",
    re.IGNORECASE,
)
UNIT_BEFORE = re.compile(r"(?:[€$£]|(?<![^\W_])(?:eur|kr|sek|nok|dkk|usd|gbp)\.?) ?$", re.IGNORECASE)
_NUMBERED = (  # words that begin so name a thing
    r"order|ordre|tilau|ostot?\b|lasku|viite|kuit|beställ|faktur|ärende|saks|bestill|kvitt|ticket|tiket|refer|seurant|lähety"
    r"|sporing|spårning|tracking|pakke|paket|försändelse|forsendelse|receipt|invoice|purchase|parcel|shipment|article"
    r"|artikkel|artikel|tuote|produkt|product|varen|varun|item|serial|sarjanu|serienu|contract|sopimu|avtal|kontrakt|policy"
    r"|vakuutu|försäkring|forsikring|booking|varau|bokning|reservation|voucher|lahjakort|presentkort|gavekort"
)
_WHOLE = (
    r"case|sak|sku|ean|gtin|imei|id|po|model|malli|modell|meter|mittari|mätare|måler"  # only these words themselves
)
_PEOPLE = r"(?:asiakas|kunde?|customer ?|medlems?|jäsen|member ?)(?:numero|nummer|number|nro|nr|no|id|tunnu|code)"
_SEPARATOR = r"(?:(?<=nr|no)\.|(?<=nro|num)\.)?[ :#]{0,3}"
NAMED_BEFORE = re.compile(
    rf"(?:\b(?:(?:{_NUMBERED}|{_PEOPLE})[\w-]{{0,20}}|{_WHOLE})\b{_SEPARATOR}"
    r"(?:(?:nro|numero|nummer|number|num|no|nr|id|code|koodi|kod|kode|is|was|on|oli|er|var|är)"
    rf"\b{_SEPARATOR}){{0,3}}|[#_]|(?-i:[A-ZÅÄÖÆØ])-|(?:https?://|www\.)\S*)$",
    re.IGNORECASE,
)
"""What stands before the number of a thing. Looked for in the last `BEFORE` characters only."""
BEFORE = 60
LISTED = re.compile(r" ?(?:[&/+]|and|och|og|ja|sekä|or|eller|tai) ?", re.IGNORECASE)
DECIMALS, SHORT_DECIMALS = re.compile(r"\d[.,]$", re.ASCII), re.compile(r"(?<!\d)\d{1,3}[.,]$", re.ASCII)
FRACTION = re.compile(r"0\.\d+", re.ASCII)
IN_A_CODE, IN_A_WORD = re.compile(r"[A-ZÅÄÖÆØ_-]$"), re.compile(r"[a-zåäöæø]{2}")
UNBROKEN, BUSINESS_ID = re.compile(r"[1-9]\d+", re.ASCII), re.compile(r"\d{7}-\d", re.ASCII)
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)


class Found(NamedTuple):
    """Where telephone numbers stand, and the runs of digits that were too many or too long to be looked at."""

    numbers: list[Span]
    unread: list[Span]


def telephone_numbers(text: str, countries: Sequence[str]) -> Found:
    """Telephone numbers in the writing of any of `countries` (ISO 3166), or of any country with its code."""
    seen = DATES_AND_TIMES.sub(lambda match: "\0" * len(match[0]), text)
    found = Found([], [])
    runs, named_until = 0, -1
    for match in RUN.finditer(seen):
        digits = sum(each.isdigit() for each in match[0])
        if digits < LEAST_DIGITS:
            continue
        runs += 1
        if runs > RUNS or digits > MOST_DIGITS:
            found.unread.append(match.span())
            continue
        if _names_a_thing(seen, match, named_until):
            named_until = match.end()
            continue
        spans, complete = _in_run(seen, match, countries)
        if complete:
            found.numbers.extend(spans)
        else:
            found.unread.append(match.span())
    return found


def _names_a_thing(text: str, run: re.Match[str], named_until: int) -> bool:
    """Whether the whole run is the number of an order or the like, or follows one in a list."""
    if not UNBROKEN.fullmatch(run[0]):
        return False
    if named_until >= 0 and LISTED.fullmatch(text[named_until : run.start()]):
        return True
    return NAMED_BEFORE.search(text[max(0, run.start() - BEFORE) : run.start()]) is not None


def _in_run(text: str, run: re.Match[str], countries: Sequence[str]) -> tuple[list[Span], bool]:
    """The numbers in one run, and whether it could be read to its end."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    begin = max(0, run.start() - 1)
    part = text[begin : run.end() + 1]  # with its neighbours: a letter beside it makes it something else
    spans: list[Span] = []
    for country in countries:
        for match in PhoneNumberMatcher(part, country, Leniency.VALID, max_tries=TRIES):
            span = _trimmed(text, begin + match.start, begin + match.end)
            if not any(_overlap(span, other) for other in spans) and _is_telephone(text, span):
                spans.append(span)
    if spans:
        return spans, True
    return _in_windows(text, run, countries)


def _in_windows(text: str, run: re.Match[str], countries: Sequence[str]) -> tuple[list[Span], bool]:
    """Numbers that begin with + or 0 after other digits or a word: "flat 12 040 123 4567", "tel0401234567"."""
    blocks = [(run.start() + match.start(), run.start() + match.end()) for match in BLOCK.finditer(run[0])]
    spans: list[Span] = []
    tries, after = 0, -1
    for first, (begin, _) in enumerate(blocks):
        if begin < after or text[begin] not in "+(0" or IN_A_CODE.search(text[max(0, begin - 1) : begin]):
            continue
        for _, end in reversed(blocks[first : first + 6]):
            tries += 1
            if tries > WINDOWS:
                return [], False
            span = _trimmed(text, begin, end)
            if text[end : end + 1].isalpha() and not IN_A_WORD.match(text, end):
                continue
            if _is_valid(text[slice(*span)], countries) and _is_telephone(text, span):
                spans.append(span)
                after = end
                break
    return spans, True


def _is_valid(candidate: str, countries: Sequence[str]) -> bool:
    from phonenumbers import NumberParseException, is_valid_number, parse

    if sum(each.isdigit() for each in candidate) < LEAST_DIGITS:
        return False
    for country in countries:
        try:
            if is_valid_number(parse(candidate, country)):
                return True
        except NumberParseException:
            continue
    return False


def _is_telephone(text: str, span: Span) -> bool:
    """Whether a valid number is not written as an amount, a decimal, a company's id or part of a longer number."""
    begin, end = span
    candidate = text[begin:end]
    if sum(each.isdigit() for each in candidate) < LEAST_DIGITS:
        return False
    if FRACTION.fullmatch(candidate):
        return False
    if candidate[0] in "+0(":
        return not SHORT_DECIMALS.search(text[max(0, begin - 5) : begin])
    before = text[max(0, begin - BEFORE) : begin]
    if UNBROKEN.fullmatch(candidate) and (DECIMALS.search(before) or NAMED_BEFORE.search(before)):
        return False
    if BUSINESS_ID.fullmatch(candidate) or THOUSANDS.fullmatch(candidate):
        return False
    return not UNIT_BEFORE.search(before) and not UNIT_AFTER.match(text, end)


def _trimmed(text: str, begin: int, end: int) -> Span:
    """The span without a bracket that is closed outside it."""
    if text[begin] in "([" and not any(each in ")]" for each in text[begin:end]):
        begin += 1
    return begin, end


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
