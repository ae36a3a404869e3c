"""Every fault of a survey at once, where reading it stops at the first. Pure."""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mittari.collect.survey.files import survey_of
from mittari.errors import Told, UserError

MOST = 50
QUESTION = re.compile(r", question (\d+)")
KEY = re.compile(r", (?:key|table) (\w+)")


@dataclass(frozen=True)
class Flaw:
    """What is wrong, and where: the number of the question from 1, and the key; None where it is about more."""

    question: int | None
    key: str | None
    what: Told
    hint: Told | None = None

    def at(self, where: str) -> UserError:
        """The same as a mistake in a file."""
        place = f", question {self.question}" if self.question else ""
        return UserError(self.what, f"{where}{place}{f', key {self.key}' if self.key else ''}", self.hint)


def flaws_of(name: str, given: Mapping[str, Any]) -> list[Flaw]:
    """All that is wrong with a survey; empty when it can be read.

    What is found wrong is taken out and the rest read again, so that one mistake does not hide the others.
    """
    rest = copy.deepcopy(dict(given))
    found: list[Flaw] = []
    while len(found) < MOST:
        try:
            survey_of(name, rest, "")
        except UserError as error:
            flaw = placed(error)
            found.append(flaw)
            if not _taken_out(rest, flaw):
                break
        else:
            break
    return found


def placed(error: UserError) -> Flaw:
    """The mistake with the question and the key that its `where` names."""
    where = error.where or ""
    question, key = QUESTION.search(where), KEY.search(where)
    unknown = re.match(r"there is no key '(\w+)'", error.what)
    name = unknown[1] if unknown else key[1] if key else None
    return Flaw(int(question[1]) if question else None, name, *error.told)


def _taken_out(rest: dict[str, Any], flaw: Flaw) -> bool:
    """Take the faulty part out; False when that leads no further."""
    if flaw.question is None:
        return flaw.key is not None and rest.pop(flaw.key, None) is not None
    question = rest["questions"][flaw.question - 1]
    if flaw.key in question:
        del question[flaw.key]
        return True
    plain = {"id": question.get("id") or question.get("kind") or f"q{flaw.question}", "kind": "csat"}
    if not isinstance(plain["id"], str) or question == plain:
        return False
    rest["questions"][flaw.question - 1] = plain  # others may refer to it by its id
    return True
