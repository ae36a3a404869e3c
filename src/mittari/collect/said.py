"""What the forms of the last hours have said, in memory only: going back in a browser brings an older state of a form.

With it a bad answer that was made a better one is known to have been a bad one, and an anonymous form that came by a
link for one use is known to have been the one that used it, without a word on disk of which link that was.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping

REMEMBERED = 20_000
"""So many forms are told apart; the one heard of longest ago is forgotten first."""


class Said:
    """The answers of each form by question, as texts; any number of threads may ask."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, form: str) -> Mapping[str, str] | None:
        """What a form has said here; None for one that has said nothing."""
        with self._lock:
            found = self._forms.get(form)
            return None if found is None else dict(found)

    def note(self, form: str, question: str, answer: str | None) -> None:
        """A form has said something; `answer` is None for a text, which is not kept here."""
        with self._lock:
            known = self._forms.pop(form, {})
            if answer is not None:
                known[question] = answer
            self._forms[form] = known
            while len(self._forms) > REMEMBERED:
                self._forms.popitem(last=False)
