"""A new survey file with every key present or commented and explained, as settings are."""

import os
from collections.abc import Mapping
from pathlib import Path

from mittari.collect.survey.files import KEYS, duration
from mittari.collect.survey.kinds import STARTS
from mittari.collect.survey.texts import LANGUAGES
from mittari.collect.survey.writing import survey_path, value_text
from mittari.errors import UserError

EXAMPLES: dict[str, object] = {
    "touchpoint": "checkout",
    "location": "helsinki-1",
    "keep_texts": "730d",
    "keep_persons": "730d",
    "origins": ["https://shop.example"],
    "is_test": True,
    "closed": True,
}
AFTER = """
# Ask only where an earlier answer lies within bounds:
# ask_if = {question = "nps", at_most = 6}
# Your own words in place of the ready ones:
# text = {en = "How did we do, {name}?", fi = "...", sv = "...", nb = "..."}

# When people are asked by themselves:
# [invitations]
# after = "solved"      # or "delivered"
# by = "email"          # or "sms", "chat"
# delay = "24h"
# share = 1.0           # of those who could be asked
"""


def template(name: str, kind: str, owner: str, reaction_time: str) -> str:
    """The text of a new survey file. Raises UserError for a duration that cannot be read."""
    duration(reaction_time, "--reaction-time")
    chosen: dict[str, object] = {
        "title": name.replace("-", " ").capitalize(),
        "owner": owner,
        "reaction_time": reaction_time,
        "languages": list(LANGUAGES),
        "links": "open",
        "person": "known",
    }
    parts = [f"# The survey {name}. It opens once it has an owner and a reaction time.\n"]
    for key, meaning in KEYS.items():
        if key in chosen:
            parts.append(f"\n# {meaning}\n{key} = {value_text(chosen[key])}\n")
        elif key in EXAMPLES:
            parts.append(f"\n# {meaning}\n# {key} = {value_text(EXAMPLES[key])}\n")
    parts += ["\n[[questions]]\n" + _lines(question) for question in STARTS[kind]]
    return "".join(parts) + AFTER


def _lines(question: Mapping[str, object]) -> str:
    return "".join(f"{key} = {value_text(value)}\n" for key, value in question.items())


def write_template(home: Path, name: str, kind: str, owner: str, reaction_time: str) -> Path:
    """Write the file of a new survey and return its path. An existing file is never overwritten."""
    path = survey_path(home, name)
    text = template(name, kind, owner, reaction_time)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UserError("there is a survey of this name already", path, "Edit it, or choose another name.") from error
    except OSError as error:
        raise UserError(f"the survey cannot be written: {error.strerror}", path) from error
    return path
