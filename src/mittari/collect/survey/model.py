"""What a survey is: its questions, who answers for it, and what is kept of an answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from mittari.collect.survey.texts import page_words, question_texts, texts

COMMENT = "comment"
TEXT_KINDS = ("brand_words", COMMENT)
YES, NO, DONT_KNOW = "1", "0", "x"

SCALES: dict[str, tuple[int, int]] = {
    "csat": (1, 5),
    "nps": (0, 10),
    "ces": (1, 7),
    "quality_service": (1, 5),
    "quality_product": (1, 5),
    "expectation": (1, 5),
    "expected": (1, 5),
    "repurchase": (1, 5),
    "wtp": (1, 5),
    "relationship": (1, 5),
    "image": (1, 5),
    "resolved": (0, 1),
    "brands": (0, 10),
    "enps": (0, 10),
    "esat": (1, 5),
}
"""The kinds with a score, and the scale each is asked on."""

LOW: dict[str, tuple[float, float]] = {"nps": (0, 6), "ces": (1, 3)}
"""Scores that call for a reaction, as `closed_loop_rate` counts them; of CSAT these are the two lowest points."""

Person = Literal["known", "asked", "never"]


@dataclass(frozen=True)
class Condition:
    """A question is asked only where the answer to an earlier one lies within these bounds."""

    question: str
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Whether it holds for the answers so far; one that was skipped or has no score fulfils no condition."""
        try:
            score = float(answers[self.question])
        except (KeyError, ValueError):
            return False
        above = self.at_least is None or score >= self.at_least
        return above and (self.at_most is None or score <= self.at_most)


@dataclass(frozen=True)
class Question:
    """One question: `kind` as in `responses`, or `comment` for the open one, whose text joins the answer of `about`.

    `text` and `ends` are by language and go before the ready ones.
    """

    id: str
    kind: str
    item: str | None = None
    low: int = 0
    high: int = 0
    faces: bool = False
    about: str | None = None
    text: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ask_if: Condition | None = None
    brands: tuple[str, ...] = ()
    own_brand: str | None = None
    nps_kind: str | None = None

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_KINDS

    def points(self) -> range:
        return range(self.low, self.high + 1)

    def is_low(self, score: float) -> bool:
        """Whether the score calls for a reaction."""
        if self.kind == "csat":
            return score <= self.low + 1 if self.high - self.low > 1 else score <= self.low
        if self.kind == "resolved":
            return False
        if self.kind in LOW and (self.low, self.high) == SCALES[self.kind]:
            return score <= LOW[self.kind][1]
        return False

    def words(self, language: str, name: str, low: bool = False) -> str:
        """The question in a language; `low` says that the score it follows was a low one."""
        if language in self.text:
            return self.text[language].replace("{name}", name)
        if self.kind == COMMENT:
            return str(texts(language)["comment"]["text_low" if low else "text"])
        ready = question_texts(language, self.kind, self.item).get("text")
        return (ready or next(iter(self.text.values()), self.id)).replace("{name}", name)

    def scale_ends(self, language: str) -> tuple[str, str]:
        """The words at the lowest and the highest point."""
        if language in self.ends:
            return self.ends[language]
        ready = question_texts(language, self.kind, self.item)
        return ready.get("low", ""), ready.get("high", "")

    def face_words(self, language: str) -> list[str]:
        """A word for each face, from the lowest point up; four faces have no middle."""
        five = list(page_words(language)["faces"])
        return five if self.high - self.low == 4 else [*five[:2], *five[3:]]


@dataclass(frozen=True)
class Invitations:
    """When people are asked by themselves: after what, how long after, and by which way."""

    after: str | None = None
    by: str = "email"
    delay: timedelta = timedelta(hours=24)
    share: float = 1.0
    channels: tuple[str, ...] = ()
    valid: timedelta = timedelta(days=14)


@dataclass(frozen=True)
class Reason:
    """What a low answer at a kiosk may have been about: `id` becomes a topic, `text` is by language."""

    id: str
    text: Mapping[str, str]


@dataclass(frozen=True)
class Kiosk:
    """How kiosks ask: reasons after a low answer, and after how many idle seconds a page goes back to the start."""

    reasons: tuple[Reason, ...] = ()
    idle_s: int = 15


@dataclass(frozen=True)
class Survey:
    """One survey as its file declares it. `faults` say why it is not open; an open one has none."""

    id: str
    title: str
    owner: str
    reaction_time: timedelta
    questions: tuple[Question, ...]
    languages: tuple[str, ...]
    links: Literal["open", "invited"] = "open"
    person: Person = "known"
    touchpoint: str | None = None
    location: str | None = None
    keep_texts: timedelta | None = None
    keep_persons: timedelta | None = None
    origins: tuple[str, ...] = ()
    invitations: Invitations | None = None
    kiosk: Kiosk = Kiosk()
    is_test: bool = False
    closed: bool = False

    @property
    def anonymous(self) -> bool:
        return self.person == "never"

    def question(self, name: str) -> Question | None:
        return next((question for question in self.questions if question.id == name), None)

    def next_after(self, place: int, answers: Mapping[str, str]) -> int | None:
        """The place of the next question that is asked, given the answers so far; None at the end."""
        for later in range(place + 1, len(self.questions)):
            condition = self.questions[later].ask_if
            if condition is None or condition.holds(answers):
                return later
        return None

    def language(self, wanted: str | None) -> str:
        """The language asked for if the survey has it, else its first."""
        return wanted if wanted in self.languages else self.languages[0]
