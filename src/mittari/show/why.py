"""Why a number has no value, in the language of the installation."""

from markupsafe import Markup

from mittari.measure import notes
from mittari.measure.result import Record
from mittari.show.language import hint, status_words
from mittari.show.speech import Speech


def why(record: Record, say: Speech) -> Markup | None:
    """What a record without a value says; what is not ours, such as the words of a database, stays English."""
    if record.note:
        return Markup("; ").join(_piece(each, record, say) for each in record.note.split(notes.APART))
    return None if record.value is not None else Markup.escape(status_words(record.status, say.language)[1])


def _piece(text: str, record: Record, say: Speech) -> Markup:
    sentence = notes.told_from(text)
    if sentence is None:
        advice = hint(record.kpi_id, text, say.language)
        return say.english(text) if advice is None else Markup.escape(advice)
    if sentence.pattern == notes.BROKEN.pattern:
        return say.english(str(sentence.values["reason"]))  # the page says itself that it could not be computed
    return say(sentence).replace("`", "")
