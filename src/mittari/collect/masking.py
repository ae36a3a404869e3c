"""Personal data in free text, replaced by calm marks before the text is stored.

    >>> mask("Ring 0400 123 456 or write to me@example.com")
    'Ring [phone] or write to [e-mail]'

Found are e-mail addresses, telephone numbers, personal identity codes, payment cards and account numbers (IBAN). Names,
street addresses, and what somebody hides on purpose ("me at example dot com", digits as words) are not: this is a net
for what slips in, not a promise that a text is anonymous. The libraries that know the numbers are loaded with the first
text that needs them.
"""

import re
from collections.abc import Iterable, Sequence

from mittari.collect.plain import plain

EMAIL, PHONE, IDENTITY = "[e-mail]", "[phone]", "[identity code]"
CARD, ACCOUNT, NUMBER = "[card number]", "[account number]", "[number]"
MARKS = (EMAIL, PHONE, IDENTITY, CARD, ACCOUNT, NUMBER)
"""`NUMBER` stands for digits in such masses that nobody looked what they are."""

COUNTRIES = ("FI", "NO", "SE")

FEWEST_DIGITS = 6
PASSES = 8
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_LOCAL = re.compile(r"[\w.!#$%&'*+=?^`{|}~-]")
_DOMAIN = re.compile(r"(?:\w[\w-]{0,62}\.){1,8}(?:[^\W\d_]{2,24}|xn--[\w-]{2,59})")
_LONGEST_LOCAL = 256

Replacement = tuple[int, int, str]


def mask(text: str, countries: Sequence[str] = COUNTRIES) -> str:
    """The text with personal data replaced by `MARKS`; everything else stays to the letter.

    `countries` (ISO 3166) say whose identity codes and national writing of telephone numbers are known; numbers with a
    country's code are found for every country. Masking a masked text changes nothing. The caller limits the length.
    """
    regions = [country.upper() for country in countries]
    for _ in range(PASSES):
        if not _worth_a_look(text):
            return text
        masked = _once(text, regions)
        if masked == text:
            return text
        text = masked
    return _DIGITS.sub(NUMBER, text)  # a text made to uncover one number behind another, pass after pass


def _worth_a_look(text: str) -> bool:
    """Whether there is a sign of an address or enough digits for a number. Most comments have neither."""
    if "@" in text or "\uff20" in text:
        return True
    return _DIGIT.search(text) is not None and len(_DIGIT.findall(text)) >= FEWEST_DIGITS


def _once(original: str, countries: Sequence[str]) -> str:
    """One look at the text. A mark can part what stood together, so there may be more to see in the next."""
    seen, places = plain(original)
    found: list[Replacement] = list(_emails(seen))
    rest = _blanked(seen, found)
    if len(_DIGIT.findall(rest)) >= FEWEST_DIGITS:
        found += _numbers(rest, countries)
    parts, after = [], 0
    for begin, end, mark in sorted(found):
        parts += [original[after : places[begin]], mark]
        after = places[end - 1] + 1
    return "".join([*parts, original[after:]])


def _emails(text: str) -> Iterable[Replacement]:
    """Addresses, each looked for around its sign, so that a text without end costs no more than its length."""
    after = 0
    for sign in re.finditer("@", text):
        domain = _DOMAIN.match(text, sign.end())
        begin = sign.start()
        first = max(after, begin - _LONGEST_LOCAL)
        while begin > first and _LOCAL.match(text[begin - 1]):
            begin -= 1
        if domain and begin < sign.start():
            after = domain.end()
            yield begin, after, EMAIL


def _numbers(text: str, countries: Sequence[str]) -> list[Replacement]:
    """Numbers of five kinds, the surest first; what one kind has taken the next does not see."""
    from mittari.collect import codes
    from mittari.collect.telephone import telephone_numbers

    found: list[Replacement] = []

    def take(spans: Iterable[tuple[int, int]], mark: str) -> None:
        nonlocal text
        taken: list[Replacement] = []
        for begin, end in sorted(spans):
            if not taken or begin >= taken[-1][1]:  # two countries may see a code in the same digits
                taken.append((begin, end, mark))
        found.extend(taken)
        text = _blanked(text, taken)

    take(codes.accounts(text), ACCOUNT)
    take(codes.identity_codes(text, countries), IDENTITY)
    take(codes.cards(text), CARD)
    phones = telephone_numbers(text, countries)
    take(phones.numbers, PHONE)
    take(phones.unread, NUMBER)
    take(codes.unmarked_identity_codes(text, countries), IDENTITY)
    return found


def _blanked(text: str, taken: Iterable[Replacement]) -> str:
    """The text with what is taken made a character that belongs to nothing."""
    parts, after = [], 0
    for begin, end, _ in sorted(taken):
        parts += [text[after:begin], "\0" * (end - begin)]
        after = end
    return "".join([*parts, text[after:]])
