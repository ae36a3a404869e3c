"""What the one responsible for a device is told, as an e-mail and as a short message. Pure.

No word of a customer is among it: only what was set up here, and instants.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from mittari.collect.alarm.notices import SILENT, Notice
from mittari.collect.survey.texts import texts
from mittari.errors import one_line
from mittari.time.zones import to_local


@dataclass(frozen=True)
class Told:
    """A notice on its way to somebody. `kind` is kiosk or device (a button), `place` in words, empty where unknown.

    `earlier` is the name of the message about the same silence that went before.
    """

    notice: Notice
    kind: str
    place: str
    language: str
    zone: str
    organisation: str
    earlier: str | None = None

    @property
    def subject(self) -> str:
        return one_line(self._words()[f"{self.notice.what}_subject"].format(**self._values()))

    def paragraphs(self) -> list[str]:
        """The message, paragraph by paragraph."""
        words, values = self._words(), self._values()
        where = [words["place"].format(**values)] if self.place else []
        lead = "\n".join([words[f"{self.notice.what}_lead"].format(**values), *where])
        if self.notice.what != SILENT:
            return [lead, words["back_text"]]
        checks = "\n".join(f"- {each}" for each in words[f"check_{self.kind}"])
        kept = [words["kept"]] if self.kind == "kiosk" else []
        return [lead, f"{words['check']}\n{checks}", *kept, words["off"].format(**values), words["once"]]

    def email(self, sender: str, recipient: str, name: str, now: datetime) -> EmailMessage:
        """The whole e-mail; `name` makes the Message-ID, so that a second copy has the same."""
        called, address = parseaddr(sender)
        host = address.partition("@")[2]
        found = EmailMessage(policy=SMTP)
        found["From"] = Mailbox(called or self.organisation, addr_spec=address)
        found["To"] = Mailbox(addr_spec=recipient)
        found["Subject"] = self.subject
        found["Date"] = format_datetime(now)
        found["Message-ID"] = f"<{name}@{host}>"
        if self.earlier:
            found["In-Reply-To"] = found["References"] = f"<{self.earlier}@{host}>"
        found["Auto-Submitted"] = "auto-generated"
        found["X-Auto-Response-Suppress"] = "All"
        found.set_content("\n\n".join(self.paragraphs()) + "\n")
        found["Content-Language"] = self.language  # last, as `set_content` would move it
        return found

    def short(self) -> str:
        """The same for SMS and chat."""
        told = self._words()[f"{self.notice.what}_short"].format(**self._values())
        return one_line(" ".join(part for part in (told, f"({self.place})" if self.place else "") if part))

    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = texts(self.language)["alarm"]
        return words

    def _values(self) -> dict[str, str]:
        return {
            "kind": self._words()[self.kind],
            "device": self.notice.device,
            "place": self.place,
            "heard": self._clock(self.notice.heard_at or self.notice.since),
            "back": self._clock(self.notice.back_at or self.notice.since),
            "zone": self.zone,
        }

    def _clock(self, at: datetime) -> str:
        """An instant on the wall clock of the installation, as it is written in the language."""
        return str(self._words()["moment"]).format(at=to_local(at, self.zone))
