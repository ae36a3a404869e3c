"""What a KPI is called, how it and its flags are explained, and what pages say, in the language of the installation.

English stands in the catalogue and on the pages themselves. The other languages are message files of gettext,
`locale/fi.po` and so on: one entry for each text, its context `kpi_id.field` (or `notice`, `parameter`, and `page` for
what `speech.Speech` says), its id the English text. A text that has been changed in English since stays English until
it is translated again: `python -m mittari.show.language` writes the files anew, with the new texts to be filled in and
without those that nobody asks for any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from mittari.measure.kpi import PERSPECTIVES, Definition
from mittari.measure.result import FINAL, FLAGS, NO_DATA, PROVISIONAL, SUPPRESSED
from mittari.settings import LANGUAGES
from mittari.show import words

LOCALE = Path(__file__).parent / "locale"
FIELDS = ("title", "asks", "counted", "left_out", "beware", "hint")
NEUTRAL = "neutral_title"
OF_PERSPECTIVE, NOTICE, PARAMETER, PAGE = "perspective", "notice", "parameter", "page"
ENGLISH = "en"

Messages = dict[tuple[str, str], str]
"""(context, English text) -> the text in the other language."""


@cache
def messages(language: str) -> Messages:
    """All texts of a language; none for English."""
    file = LOCALE / f"{language}.po"
    if not file.exists():
        return {}
    from babel.messages.pofile import read_po  # not on the path of commands that show no definition

    with file.open("rb") as opened:
        entries = read_po(opened, locale=language)
    return {
        (entry.context, entry.id): entry.string
        for entry in entries
        if isinstance(entry.id, str) and isinstance(entry.string, str) and entry.context and entry.string
    }


def word(text: str, language: str) -> str:
    """A short text beside a number, such as its unit, in the language; plain text, not HTML."""
    return messages(language).get((PAGE, text), text)


def status_words(status: str, language: str) -> tuple[str, str]:
    """What a status is called and what it means."""
    known = messages(language)
    short, long = words.STATUS_WORDS[status]
    return known.get((NOTICE, short), short), known.get((NOTICE, long), long)


def hint(kpi_id: str, text: str, language: str) -> str | None:
    """What a KPI without a value advises, in the language; None where it has no such advice or nobody translated it."""
    return messages(language).get((f"{kpi_id}.hint", text))


def translated(definition: Definition, language: str, neutral: bool = False) -> Definition:
    """The definition with its texts in the language; `neutral` takes a title that is no mark of others."""
    known = messages(language)
    texts = {name: getattr(definition, name) for name in FIELDS}
    if neutral and definition.neutral_title:
        texts.pop("title")
        plain = definition.neutral_title
        definition = replace(definition, title=known.get((f"{definition.id}.{NEUTRAL}", plain), plain))
    return replace(
        definition, **{name: known.get((f"{definition.id}.{name}", text), text) for name, text in texts.items()}
    )


def in_language(definitions: Iterable[Definition], language: str, neutral: bool = False) -> list[Definition]:
    return [translated(each, language, neutral) for each in definitions]


def perspectives(language: str) -> dict[str, str]:
    """The headings of the Balanced Scorecard by their codes."""
    known = messages(language)
    return {code: known.get((f"{OF_PERSPECTIVE}.{code}", text), text) for code, text in PERSPECTIVES.items()}


def notices(status: str, flags: Iterable[str], language: str) -> list[tuple[str, str]]:
    """What a reader must know beside the number, short and long."""
    known = messages(language)
    pairs = words.notices(status, flags)
    return [(known.get((NOTICE, short), short), known.get((NOTICE, long), long)) for short, long in pairs]


def parameter_words(names: Iterable[str], language: str) -> list[str]:
    """What those of the parameters do that their name does not explain."""
    known = messages(language)
    texts = (words.PARAMETER_WORDS[name] for name in names if name in words.PARAMETER_WORDS)
    return [known.get((PARAMETER, text), text) for text in texts]


def _beside() -> list[tuple[str, str]]:
    """The texts that stand beside numbers, whichever they are."""
    told = words.notices(PROVISIONAL, FLAGS) + words.notices(SUPPRESSED, ())
    told += [words.STATUS_WORDS[status] for status in (FINAL, NO_DATA)]
    said = [(NOTICE, text) for pair in told for text in pair]
    return said + [(PARAMETER, text) for text in words.PARAMETER_WORDS.values()]


def wanted(definitions: Sequence[Definition]) -> list[tuple[str, str]]:
    """Every (context, English text) that a language must translate: what stands anywhere, then KPI by KPI."""
    from mittari.show.page_texts import page_texts  # reads templates and modules, which no page needs

    headings = [(f"{OF_PERSPECTIVE}.{code}", text) for code, text in PERSPECTIVES.items()]
    told = [
        (f"{each.id}.{name}", text)
        for each in definitions
        for name in (*FIELDS, NEUTRAL)
        if (text := getattr(each, name))
    ]
    return headings + _beside() + [(PAGE, text) for text in page_texts()] + told


def rewritten(language: str, asked: Sequence[tuple[str, str]]) -> bytes:
    """The message file of a language with exactly these texts, translated as far as they were."""
    import io

    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    known = messages(language)
    catalog = Catalog(locale=language, project="Mittari", charset="utf-8", header_comment=f"# Mittari: {language}")
    for context, text in asked:
        catalog.add(text, known.get((context, text), ""), context=context)
    written = io.BytesIO()
    write_po(written, catalog, width=120, omit_header=True)
    return written.getvalue()


def main() -> None:
    from mittari.measure.kpi import catalogue

    asked = wanted(list(catalogue().values()))
    for language in LANGUAGES:
        if language != ENGLISH:
            (LOCALE / f"{language}.po").write_bytes(rewritten(language, asked))


if __name__ == "__main__":
    main()
