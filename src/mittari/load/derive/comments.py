"""`responses.text_lang`, `text_tone`, `text_read` and the table `text_attributes`: what comments say.

Comments are read once, at load: those a load has touched, those of customers whose language it may have changed, and
all of them when the words of the brand change. A load without comments never asks for a dictionary.

A comment can be taken away from an answer that keeps its count (`store/persons`): then there is no text, and what was
read of it stays, whatever else of the answer or of the settings changes. `text_lang` tells such an answer: every
comment read has one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np

from mittari.facts.language import LANGUAGES, Terms, detected, known_language, read, terms_by_language
from mittari.load.derive.context import TOUCHED_COMMENTS, TOUCHED_SPEAKERS
from mittari.store.schema import CHANGED, VERSION

DEPENDS_ON = ("responses", "customers", "brand_terms")
TOUCHED = f"(response_id IN (SELECT id FROM {TOUCHED_COMMENTS}) OR customer_id IN (SELECT id FROM {TOUCHED_SPEAKERS}))"
GONE = "text IS NULL AND text_lang IS NOT NULL"
"""The condition of an answer whose comment was read and then taken away."""
AT_ONCE = 20_000
UNKNOWN = "und"
UNREAD = -1

Row = tuple[str, str, str | None, str | None]
"""Id, comment, declared language, language of the customer."""


def settle(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    """Read the comments of the answers for which the condition holds, and forget what was read of them before."""
    connection.execute(
        "DELETE FROM text_attributes WHERE response_id IN "
        f"(SELECT response_id FROM responses WHERE {condition} AND NOT ({GONE}))"
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE comments AS
        SELECT row_number() OVER () AS number, said.response_id, said.text, said.lang, customers.lang AS customer_lang
        FROM (SELECT response_id, text, lang, customer_id FROM responses WHERE trim(text) <> '' AND {condition}) AS said
        LEFT JOIN customers USING (customer_id)
    """)
    if connection.execute("SELECT 1 FROM comments LIMIT 1").fetchall():
        _read(connection)
    connection.execute("DROP TABLE comments")


def keep_gone(connection: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Note what was read of comments that are gone, of the answers that `rows` are about to replace."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE gone_comments AS SELECT response_id, text_lang, text_tone, text_read "
        f"FROM responses WHERE {GONE} AND response_id IN (SELECT response_id FROM {rows} WHERE replaces)"
    )


def give_back_gone(connection: duckdb.DuckDBPyConnection) -> None:
    """Put back what was noted, where no new comment has come."""
    connection.execute(
        "UPDATE responses SET text_lang = g.text_lang, text_tone = g.text_tone, text_read = g.text_read "
        "FROM gone_comments AS g WHERE responses.response_id = g.response_id AND responses.text IS NULL"
    )
    connection.execute("DROP TABLE gone_comments")


def _read(connection: duckdb.DuckDBPyConnection) -> None:
    """Read what the temporary table `comments` holds."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE comments_read (response_id VARCHAR, lang VARCHAR, tone BIGINT, spoken BIGINT)"
    )
    terms = _terms(connection)
    for rows in _chunks(connection):
        _keep(connection, rows, terms)
    connection.execute(
        f"UPDATE responses SET text_lang = r.lang, text_tone = CASE WHEN r.lang <> '{UNKNOWN}' THEN r.tone END, "
        f"text_read = nullif(r.spoken, {UNREAD}), {CHANGED} FROM comments_read AS r "
        "WHERE responses.response_id = r.response_id"
    )
    connection.execute("DROP TABLE comments_read")


def _chunks(connection: duckdb.DuckDBPyConnection) -> Iterator[list[Row]]:
    count = int(connection.execute("SELECT count(*) FROM comments").fetchall()[0][0])
    for first in range(0, count, AT_ONCE):
        yield connection.execute(
            "SELECT response_id, text, lang, customer_lang FROM comments "
            f"WHERE number > {first} AND number <= {first + AT_ONCE}"
        ).fetchall()


def _terms(connection: duckdb.DuckDBPyConnection) -> dict[str, Terms]:
    return terms_by_language(
        connection.execute(
            "SELECT attribute, coalesce(expected, 0) = 1, lang, lemmas, polarity FROM brand_terms ORDER BY ALL"
        ).fetchall()
    )


def _keep(connection: duckdb.DuckDBPyConnection, rows: list[Row], terms: Mapping[str, Terms]) -> None:
    """Read some comments and write down what they say."""
    read_of: list[tuple[Any, ...]] = []
    named: list[tuple[Any, ...]] = []
    for key, text, declared, of_customer in rows:
        language = known_language(declared) or known_language(of_customer) or detected(text)
        if language not in LANGUAGES:
            read_of.append((key, UNKNOWN, 0, UNREAD))
            continue
        of_brand = terms.get(language, {})
        reading = read(text, language, of_brand)
        read_of.append((key, language, reading.tone, int(reading.speaks) if of_brand else UNREAD))
        named += [
            (key, each.attribute, int(each.expected), int(each.negated), each.polarity)
            for each in sorted(reading.mentions)
        ]
    _insert(connection, "comments_read", ("response_id", "lang", "tone", "spoken"), read_of)
    _insert(
        connection,
        "text_attributes",
        ("response_id", "attribute", "expected", "negated", "polarity"),
        named,
        f", {VERSION} AS changed_in",
    )


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: tuple[str, ...],
    rows: list[tuple[Any, ...]],
    more: str = "",
) -> None:
    if not rows:
        return
    columns = zip(names, zip(*rows, strict=True), strict=True)
    arrays = {name: np.array(each, dtype=object if isinstance(each[0], str) else np.int64) for name, each in columns}
    connection.register("rows_read", arrays)
    connection.execute(f"INSERT INTO {table} BY NAME SELECT *{more} FROM rows_read")
    connection.unregister("rows_read")
