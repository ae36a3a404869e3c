"""An invitation by e-mail: the first question with one link for every point of its scale. Pure.

The text part says the same as the HTML part. There are no pictures and nothing that tells us whether it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from mittari.collect.links import Context
from mittari.collect.survey.model import DONT_KNOW, NO, YES, Question, Survey
from mittari.collect.survey.texts import frame_language, page_words, spoken, texts
from mittari.errors import one_line

ROOM = Path(__file__).resolve().parent.parent / "templates"
WHY = {"solved": "why_conversation", "delivered": "why_order", "known": "why_known"}


@dataclass(frozen=True)
class Choice:
    """One answer to the first question: its words, what is read aloud, and the link that chooses it."""

    words: str
    aloud: str
    link: str


@dataclass(frozen=True)
class Letter:
    """What an invitation says, before it is put into a form. `link` opens the survey, `never` ends all asking."""

    survey: Survey
    context: Context
    language: str
    name: str
    link: str
    ask_days: int

    @property
    def never(self) -> str:
        return f"{self.link}/never"

    @property
    def frame(self) -> str:
        """The language of the words around the question."""
        return frame_language(self.language)

    @property
    def spoken(self) -> Markup:
        """The attributes of the question where it is in another language than the words around it."""
        return spoken(self.language)

    @property
    def question(self) -> str:
        return one_line(self.survey.questions[0].words(self.language, self.name))

    def choices(self) -> list[Choice]:
        """Links to the points of the first question; empty where it has none to choose from."""
        question = self.survey.questions[0]
        return [
            Choice(words, aloud, f"{self.link}?a={point}") for point, words, aloud in _points(question, self.language)
        ]

    def in_a_row(self) -> bool:
        """Whether the choices are numbers, which stand beside each other."""
        question = self.survey.questions[0]
        return not question.faces and question.kind != "resolved"

    def ends(self) -> str:
        """What the lowest and the highest point mean; empty where the choices say it themselves."""
        question = self.survey.questions[0]
        low, high = question.scale_ends(self.language)
        if not low or not self.choices() or not self.in_a_row():
            return ""
        told = str(texts(self.language)["invitation"]["ends"])
        return told.format(low=question.low, low_words=low, high=question.high, high_words=high)

    def reasons(self) -> list[str]:
        """Why the person is asked, how often at most, and what becomes of the answer."""
        words = page_words(self.language)
        kept = {"known": "kept_known", "asked": "kept_asked", "never": "kept_anonymous"}[self.survey.person]
        budget = [str(words["why_budget"]).format(days=self.ask_days)] if self.ask_days else []
        return [str(words[WHY[self.context.why]]), *budget, str(words[kept])]

    def email(self, sender: str, recipient: str, name: str, now: datetime) -> EmailMessage:
        """The whole e-mail. `name` is that of the row, which makes the Message-ID: a second copy has the same."""
        return message(self, sender, recipient, name, now)

    def short(self) -> str:
        """The same for SMS and chat: who asks, the question, the link."""
        return f"{self.name}: {self.question} {self.link}"


def _points(question: Question, language: str) -> Sequence[tuple[str, str, str]]:
    """(answer, words, words read aloud) of every point."""
    words = page_words(language)
    if question.is_text or question.kind == "brands":
        return []
    if question.kind == "resolved":
        named = ((YES, "yes"), (NO, "no"), (DONT_KNOW, "dont_know"))
        return [(answer, str(words[name]), str(words[name])) for answer, name in named]
    if question.faces:
        return [
            (str(point), face, face)
            for point, face in zip(question.points(), question.face_words(language), strict=True)
        ]
    told = str(texts(language)["invitation"]["point"])
    return [(str(point), str(point), told.format(point=point, high=question.high)) for point in question.points()]


def message(letter: Letter, sender: str, recipient: str, name: str, now: datetime) -> EmailMessage:
    """The whole e-mail of an invitation."""
    words = texts(letter.language)["invitation"]
    called, address = parseaddr(sender)
    found = EmailMessage(policy=SMTP)
    found["From"] = Mailbox(called or letter.name, addr_spec=address)
    found["To"] = Mailbox(addr_spec=recipient)
    found["Subject"] = one_line(str(words["subject"]).format(name=letter.name))
    found["Date"] = format_datetime(now)
    found["Message-ID"] = f"<{name}@{address.partition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-Auto-Response-Suppress"] = "All"
    found["List-Unsubscribe"] = f"<{letter.never}>"
    found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    values = {"letter": letter, "words": words, "page": page_words(letter.language)}
    found.set_content(_environment().get_template("mail.txt").render(**values))
    found.add_alternative(_environment().get_template("mail.html").render(**values), subtype="html")
    found["Content-Language"] = letter.language  # last: what begins with Content- goes into the first part
    return found


@cache
def _environment() -> Any:
    return Environment(
        loader=FileSystemLoader(ROOM),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
