"""What pages say, in the language of the installation: texts with their named values, dates, times and counts.

    say = Speech(style)
    say("Title")                                 # the text as message files translate it, else in English
    say("{count} overdue", count=1200)           # a number is written as the language writes it
    say("{link} is silent", link=Markup(...))    # markup stays, any other value is escaped
    say.text("target {value}", value=shown)      # plain text, for drawings and for values of other texts

Every text is written out where it is said, so that `page_texts` finds it; one and many are two texts.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from markupsafe import Markup, escape

from mittari.errors import Told, UserError
from mittari.show.format import Style, number
from mittari.show.language import ENGLISH, PAGE, messages, word

WRITTEN = {ENGLISH: ("d MMM y", "HH:mm")}
"""Day and time of day as Babel takes them, where they are not those usual in the language."""
USUAL = ("medium", "short")
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Speech:
    """Says things to the reader; every text comes back as HTML that is safe to put in a page."""

    style: Style

    @property
    def language(self) -> str:
        return self.style.language

    def __call__(self, text: str | Told, **values: object) -> Markup:
        """The text in the language with its values."""
        sentence = text if isinstance(text, Told) else Told(text, values)
        known = _escaped(sentence.pattern, self.language)
        if not sentence.values:
            return known
        return known.format(**{name: self._value(value) for name, value in sentence.values.items()})

    def text(self, text: str | Told, **values: str) -> str:
        """The same as plain text, which whoever puts it in a page escapes."""
        known = word(text if isinstance(text, str) else text.pattern, self.language)
        return known.format(**values) if values else known

    def knows(self, sentence: Told) -> bool:
        """Whether the sentence and those within it are there in the language."""
        own = self.language == ENGLISH or (PAGE, sentence.pattern) in messages(self.language)
        within = (each for each in sentence.values.values() if isinstance(each, Told))
        return (own or not has_words(sentence.pattern)) and all(self.knows(each) for each in within)

    def sentence(self, what: Told, hint: Told | None = None) -> Markup:
        """What is wrong and what to do, as sentences; the marks of code in them are left out."""
        said = [self.ended(what), *([self(hint)] if hint else [])]
        return Markup(" ").join(said).replace("`", "")

    def ended(self, sentence: Told) -> Markup:
        """The text from its capital to its full stop."""
        return capital(self(sentence).rstrip(".")) + "."

    def mistake(self, error: UserError) -> Markup:
        """What a user's mistake says; where nobody has translated it, in English and marked as such."""
        what, hint = error.told
        known = self.language != ENGLISH and error.where is None and self.knows(what)
        if known and (hint is None or self.knows(hint)):
            return self.sentence(what, hint)
        return self.english(str(error))

    def english(self, text: str) -> Markup:
        """A text that stands in English whatever the language, such as what a database reports."""
        return escape(text) if self.language == ENGLISH else Markup('<span lang="en">{}</span>').format(text)

    def stored(self, text: str) -> Markup:
        """A text that numbers bring along, such as why a row is left out; else in English and marked as such."""
        return self(text) if not text or self.knows(Told(text)) else self.english(text)

    def words(self, name: str) -> Markup:
        """A short name of files, such as `knows_me`, as words."""
        return self(name.replace("_", " "))

    def dimension(self, name: str) -> Markup:
        """What numbers are split by: `customer.segment` as customer · segment."""
        return Markup(" · ").join(self.words(part) for part in name.split("."))

    def day(self, moment: date) -> str:
        """A date: 5 Oct 2026, 5.10.2026, 5. okt. 2026."""
        from babel.dates import format_date  # not on the path of every command

        return format_date(moment, WRITTEN.get(self.language, USUAL)[0], locale=self.language)

    def clock(self, moment: datetime, today: datetime) -> str:
        """A local time of day, with its date unless that is today."""
        return self._time(moment) if moment.date() == today.date() else self.instant(moment)

    def instant(self, moment: datetime) -> str:
        """A date and a time of day."""
        return f"{self.day(moment)} {self._time(moment)}"

    def span(self, time: timedelta) -> str:
        """A time as a person says it: 12 min, 3 h, 5 days. The signs of minutes and hours are the same everywhere."""
        minutes = max(int(time / timedelta(minutes=1)), 0)
        if minutes < 120:
            return f"{minutes} min"
        return f"{minutes // 60} h" if minutes < 48 * 60 else self._days(minutes // (24 * 60))

    def promise(self, time: timedelta) -> str:
        """A time as a survey promises it, without rounding: 90 min, 24 h, 3 days."""
        minutes = round(time / timedelta(minutes=1))
        if minutes >= 48 * 60 and minutes % (24 * 60) == 0:
            return self._days(minutes // (24 * 60))
        return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"

    def _time(self, moment: datetime) -> str:
        from babel.dates import format_time

        return format_time(moment, WRITTEN.get(self.language, USUAL)[1], locale=self.language)

    def _days(self, days: int) -> Markup:
        """Two days or more."""
        return self("{count} days", count=days)

    def count(self, value: int) -> str:
        return number(value, 0, self.style)

    def decimal(self, value: float) -> str:
        """A score as short as it is: 3, or 3,5."""
        return f"{value:g}".replace(".", self.style.mark)

    def _value(self, value: object) -> object:
        if isinstance(value, Told):
            return self(value)
        return self.count(value) if isinstance(value, int) else value


@lru_cache(maxsize=4096)
def _escaped(pattern: str, language: str) -> Markup:
    """The pattern as the language has it; a live board says the same few again and again."""
    return escape(word(pattern, language))


def has_words(pattern: str) -> bool:
    """Whether there is something to translate beside the values."""
    return bool(re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", pattern)))


def capital(text: Markup) -> Markup:
    return text[:1].upper() + text[1:]


def with_code(text: Markup | str) -> Markup:
    """A text as HTML in which what stands between backticks is code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  # escaped before
