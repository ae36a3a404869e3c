"""A text as a reader sees it: any script's digits as 0-9, any dash as "-", what has no width left out.

What is searched for is searched for in the plain text; what is replaced is replaced in the original, by `places`.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

FULLWIDTH = range(0xFF01, 0xFF5F)
TO_ASCII = 0xFEE0
ENCLOSING_KEYCAP, MINUS = "\u20e3", "\u2212"
VARIATIONS = range(0xFE00, 0xFE10)


class Plain(NamedTuple):
    """`text`, and for each of its characters, and for its end, the place in the original."""

    text: str
    places: Sequence[int]


@lru_cache(maxsize=4096)
def plain_character(character: str) -> str:
    """The character that a reader would type; an empty text for one that has no width."""
    code = ord(character)
    if code < 0x80:
        return character
    if code in FULLWIDTH:
        return chr(code - TO_ASCII)
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if code in VARIATIONS or character == ENCLOSING_KEYCAP:  # the digit of an emoji is a digit
        return ""
    kinds = {"Cf": "", "Zs": " ", "Pd": "-"}
    return "-" if character == MINUS else kinds.get(unicodedata.category(character), character)


def plain(original: str) -> Plain:
    """The plain text of `original`, which is itself unless it holds unusual characters."""
    changed = {each: now for each in set(original) if not each.isascii() and (now := plain_character(each)) != each}
    if not changed:
        return Plain(original, range(len(original) + 1))
    kept = [(now, place) for place, each in enumerate(original) if (now := changed.get(each, each))]
    return Plain("".join(now for now, _ in kept), [*(place for _, place in kept), len(original)])
