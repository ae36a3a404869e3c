"""Every exception Mittari raises on purpose, and who has to act on it.

    MittariError                 the root: `except MittariError` catches all of these and nothing else
    ├── UserError                the user can mend it: one line that says what, where and how; the command ends with 2
    │   └── WarehouseBusy        another process owns the warehouse file
    └── Fault                    we have to mend it; the command ends with 1

A `UserError` is shown without a traceback, so its text must be enough: what was expected and what was found, in which
file, row or option, and what to do next. Anything else that escapes is a fault of ours and keeps its traceback.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Told:
    """A sentence that pages can tell in another language: its English pattern and the values named in it."""

    pattern: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.pattern.format(**self.values) if self.values else self.pattern


def told(pattern: str, **values: object) -> Told:
    """A sentence with named values; without any, braces stand for themselves.

    >>> str(told("expected a kind, found {found}", found="npss"))
    'expected a kind, found npss'
    """
    return Told(pattern, values)


class MittariError(Exception):
    """The root of the tree. Raise one of its children."""

    exit_code = 1


class UserError(MittariError):
    """Something the user gave cannot be used.

    `what` states what was expected and what was found, `where` the file, line, column or option it was found in, `hint`
    what to do about it. `str()` is always one line, whatever line breaks the parts bring along from a file. `told`
    keeps what and hint for whoever tells them in another language.
    """

    exit_code = 2

    def __init__(self, what: str | Told, where: str | Path | None = None, hint: str | Told | None = None) -> None:
        super().__init__(what, where, hint)
        self.what = one_line(str(what))
        self.where = one_line(str(where)) if where is not None else None
        self.hint = one_line(str(hint)) if hint is not None else None
        self.told = (_told(what), _told(hint) if hint else None)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text.rstrip('.')}. {self.hint}" if self.hint else text


class WarehouseBusy(UserError):
    """The warehouse file is open in another process, whose id is `pid` (None when the system does not tell)."""

    def __init__(self, pid: int | None, path: str | Path | None = None) -> None:
        owner = f"process {pid}" if pid is not None else "another process"
        super().__init__(
            f"the warehouse is in use by {owner}",
            where=path,
            hint="Wait until it has finished or stop it; while the server runs, commands go through it by themselves.",
        )
        self.pid = pid
        self.args = (pid, path)  # what copy and pickle hand to __init__ again


class Fault(MittariError):
    """A promise inside Mittari was broken: a defect to report, not something the user did."""


def one_line(text: str) -> str:
    """The text with every run of line breaks and other white space made one blank."""
    return " ".join(text.split())


def _told(sentence: str | Told) -> Told:
    return sentence if isinstance(sentence, Told) else Told(one_line(sentence))


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A sentence that offers the candidate nearest to `word`, or an empty text when none is near.

    >>> did_you_mean("chanel", ["channel", "customer_id"])
    'Did you mean "channel"?'
    """
    nearest = nearest_told(word, candidates)
    return str(nearest) if nearest else ""


def nearest_told(word: str, candidates: Iterable[str]) -> Told | None:
    """The same for a mistake that pages tell in another language; None when none is near."""
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    nearest = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return told('Did you mean "{word}"?', word=by_folded[nearest[0]]) if nearest else None
