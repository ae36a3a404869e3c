"""Which of our columns a header means, and which of our tables a file's name means."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from mittari.facts.headers import ANY, LANGUAGES
from mittari.facts.model import Table
from mittari.facts.tables import TABLES


def canonical(table: str, header: str) -> str | None:
    """The column of `table` that a header means; None when it is not known.

    Letter case, blanks, underscores, hyphens and other punctuation do not matter: `Created At` is `created_at`. A
    header of one's own where the table accepts such, `Dim region`, becomes `dim_region`. Derived columns are never read
    from files, and so no header means one.

    >>> canonical("conversations", "Luotu"), canonical("conversations", "solved at")
    ('created_at', 'last_solved_at')
    """
    known = _columns_by_folded_header(table).get(fold(header))
    if known is not None:
        return known
    own = re.sub(r"[\W_]+", "_", header.strip().casefold()).strip("_")
    return own if TABLES[table].is_own_dimension(own) else None


def table_for(stem: str) -> str | None:
    """The table that a file's name without its endings means; None when it is not known. A date after it is ignored.

    >>> table_for("Tickets 2026-10"), table_for("henvendelser")
    ('conversations', 'conversations')
    """
    folded = fold(stem)
    return _tables_by_folded_name().get(folded) or _tables_by_folded_name().get(folded.rstrip("0123456789"))


def fold(text: str) -> str:
    """The letters and digits of a header in lower case, in one Unicode form, and nothing else."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def column_aliases(table: Table) -> Iterator[tuple[str, str]]:
    """Every pair (column, word) of a table in all languages, and the names of its given columns themselves."""
    for column in table.given:
        yield column.name, column.name
        for language in LANGUAGES.values():
            for scope in (ANY, table.name):
                words = language.HEADERS.get(scope, {}).get(column.name, "")
                yield from ((column.name, word.strip()) for word in words.split(",") if word.strip())


def table_aliases() -> Iterator[tuple[str, str]]:
    """Every pair (table, word) of the tables that are imported, in all languages, and their own names."""
    for table in TABLES.values():
        if not table.internal:
            yield table.name, table.name
            for language in LANGUAGES.values():
                words = language.TABLES.get(table.name, "")
                yield from ((table.name, word.strip()) for word in words.split(",") if word.strip())


@cache
def _columns_by_folded_header(table: str) -> dict[str, str]:
    return {fold(word): column for column, word in column_aliases(TABLES[table])}


@cache
def _tables_by_folded_name() -> dict[str, str]:
    return {fold(word): table for table, word in table_aliases()}
