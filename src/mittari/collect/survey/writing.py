"""Survey files as text: the same shape that `files` reads, written so that a crash leaves the old file or the new one.

Comments of a file written by hand are not kept.
"""

import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mittari.collect.survey.files import FOLDER, INVITATION_KEYS, KEYS, KIOSK_KEYS, NAME, QUESTION_KEYS
from mittari.errors import UserError, told
from mittari.store.disk import settle

BARE = re.compile(r"[A-Za-z0-9_-]+")
HEAD = "# A survey. The page /surveys of the board writes this file; what the keys mean is in docs/surveys.md.\n"
_WRITING = threading.Lock()


class Changed(UserError):
    """Somebody else has written the file since it was read; `text` is what it says now."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(
            "somebody else has saved this survey meanwhile", path, "Look at both versions, then save again."
        )
        self.text = text


def toml_of(given: Mapping[str, Any]) -> str:
    """The text of a survey file. `given` is what `survey_of` takes; what is empty is left out."""
    lines = [f"{key} = {value_text(given[key])}" for key in KEYS if _said(given, key) and key not in TABLES]
    if _said(given, "invitations"):
        lines += ["", "[invitations]", *_pairs(given["invitations"], INVITATION_KEYS)]
    if _said(given, "kiosk"):
        lines += ["", "[kiosk]", *_pairs(given["kiosk"], KIOSK_KEYS)]
    for question in given.get("questions", []):
        lines += ["", "[[questions]]", *_pairs(question, QUESTION_KEYS)]
    return HEAD + "\n".join(lines) + "\n"


TABLES = ("questions", "invitations", "kiosk")


def survey_path(home: Path, name: str) -> Path:
    """Where the file of a survey is. Raises UserError for a name that no survey may have."""
    if not NAME.fullmatch(name):
        raise UserError(
            told("expected a name of a to z, 0 to 9 and hyphens, found {found}", found=repr(name[:60])),
            hint="Such as after-service.",
        )
    return home / FOLDER / f"{name}.toml"


def version_of(path: Path) -> str:
    """Names the content of the file; an empty text where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:24]
    except FileNotFoundError:
        return ""


def write_survey(path: Path, text: str, seen: str) -> str:
    """Put the text in place of the file that `seen` names, and return the new version. Raises Changed."""
    with _WRITING:
        if version_of(path) != seen:
            raise Changed(path, path.read_text(encoding="utf-8", errors="replace") if path.exists() else "")
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.new")
        try:
            with waiting.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            waiting.replace(path)
        except OSError as error:
            waiting.unlink(missing_ok=True)
            raise UserError(told("the survey cannot be written: {reason}", reason=error.strerror), path) from error
        settle(path.parent)
        return version_of(path)


def _pairs(given: Mapping[str, Any], keys: tuple[str, ...]) -> list[str]:
    return [f"{key} = {value_text(given[key])}" for key in keys if _said(given, key)]


def _said(given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key)
    return value is not None and value is not False and value not in ("", [], {})


def value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # a basic string of TOML escapes like JSON, and DEL as well
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(value_text(each) for each in value)}]"
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(name)} = {value_text(each)}" for name, each in value.items())
        return f"{{{inner}}}"
    return repr(value)


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else value_text(name)
