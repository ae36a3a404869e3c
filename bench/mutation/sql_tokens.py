"""What a mutant changes in a text of SQL: comparisons, logical operators, asking for null, the first and the last."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HOLE = "\0"
"""Stands for what an f-string puts in."""

PAIRS = [("<=", "<"), (">=", ">"), ("=", "<>"), ("AND", "OR"), ("IS NULL", "IS NOT NULL"), ("NOT IN", "IN")]
PAIRS += [("min", "max"), ("arg_min", "arg_max"), ("lag", "lead"), ("least", "greatest")]
INSTEAD = {**dict(PAIRS), **{changed: token for token, changed in PAIRS}, "NOT": ""}
TOKEN = re.compile(
    r"<=|>=|<>|[<>=]|\b(?:AND|OR(?! REPLACE)|IS NOT NULL|IS NULL|NOT IN|IN|NOT)\b"
    r"|\b(?:arg_min|arg_max|min|max|lag|lead|least|greatest)(?=\()|\b\d+(?= DAY\b)"
)
BETWEEN = re.compile(r"\bBETWEEN\b(?:(?!\bAND\b).)*$", re.DOTALL)
SETTING = "UPDATE "
"""Rows are marked, not chosen: no rule."""


@dataclass(frozen=True)
class Token:
    """Where in which piece of a text it stands, its change, and the words around it."""

    piece: int
    start: int
    end: int
    instead: str
    before: str
    after: str

    def changed(self, piece: str) -> str:
        return piece[: self.start] + self.instead + piece[self.end :]


def tokens(pieces: Sequence[str]) -> Iterator[Token]:
    """Those of a text in pieces, among which `HOLE` stands for what is put in."""
    text = "".join(pieces)
    if text.lstrip().startswith(SETTING):
        return
    begin = 0
    for number, piece in enumerate(pieces):
        for found in TOKEN.finditer(piece) if piece != HOLE else ():
            start, end = begin + found.start(), begin + found.end()
            if found[0] == "AND" and BETWEEN.search(text[:start]):
                continue
            instead = str(int(found[0]) + 1) if found[0].isdigit() else INSTEAD[found[0]]
            around = (text[max(0, start - 24) : start], text[end : end + 24])
            words = [" ".join(each.replace(HOLE, "{}").split()) for each in around]
            yield Token(
                number,
                found.start(),
                found.end(),
                instead,
                f"{words[0]} {found[0]} {words[1]}",
                f"{words[0]} {instead} {words[1]}",
            )
        begin += len(piece)
