"""What a survey promised to forget: words, and whose answers they were, once they are older than it says.

Answers are not taken away: their scores go on counting. Instead of the person stands a random name, the same for all of
the person's answers to this survey in one calendar year, so that several answers of one person are still those of one
person. It is made of the id with a secret of that survey and year, which is destroyed once the whole year is forgotten:
until then the next answers of the year must get the same name, afterwards nothing leads back. What numbers ask about
the customer (consent, segment, country, language, how they came) goes on under the random name, in a row of its own in
`customers`; the account does not.

The keys of the answers and invitations themselves stay: a file that brings them again would double the numbers. Only
the key of an invitation of our own, which no file brings, is named after its contact: it gets a random name too, the
same in the invitation and in its answers.
"""

import secrets
from datetime import datetime

import duckdb

from mittari.store.difference import note_erased
from mittari.store.schema import CHANGED, VERSION
from mittari.store.sql import literal
from mittari.store.warehouse import Warehouse

PREFIX = "forgotten-"
SECRET = "forget "  # noqa: S105 - what the names of such secrets in `meta` begin with
KEPT_OF_CUSTOMERS = ("segment", "country", "lang", "acquisition_channel", "contact_consent", "is_test")
"""What numbers are split by, and whom they may count. None of it tells who it is."""
WHEN = {"survey_invites": "sent_at", "responses": "coalesce(responded_at, received_at, sent_at, loaded_at)"}
"""Table -> what tells how old a row is; invitations first, since they are older than their answers."""
NAMED_AFTER_CONTACT = (
    "coalesce(invite_id IN (concat(survey_id, ':', conversation_id), concat(survey_id, ':', order_id)), false)"
)
"""The condition under which the key of an invitation tells the contact asked about: `mittari.collect.invite.plan`."""
NAMED = ("customer_id", "employee_id", "conversation_id", "order_id", "source_key")
"""What leads to the person from an answer or an invitation, as far as the table has it."""
LENGTH = 20


def forget(warehouse: Warehouse, survey_id: str, before: datetime, texts: bool, persons: bool) -> int:
    """Forget what is older than `before` (naive UTC) of a survey, in one transaction; returns how many changes it made.

    With `texts` comments are emptied, with what was read of them kept; with `persons` the link to the person is cut.
    Where there is nothing to do nothing is written, and no version is made.
    """
    conditions = _conditions(survey_id, before, texts, persons)
    with warehouse.session() as connection:
        if not any(_some(connection, table, condition) for table, condition in conditions):
            if persons and _secrets_over(connection, survey_id, before):
                with warehouse.writing() as writing:
                    _destroy_secrets(writing, survey_id, before)
            return 0
    with warehouse.session() as session, warehouse.writing(session) as connection:
        warehouse.next_version(connection)
        changed = {"responses": _forget_texts(connection, survey_id, before)} if texts else {}
        if persons:
            for table in WHEN:
                for name, count in _forget_persons(connection, table, survey_id, before).items():
                    changed[name] = changed.get(name, 0) + count
            changed["customers"] = _keep_what_numbers_ask(connection)
            _destroy_secrets(connection, survey_id, before)
            connection.execute("DROP TABLE IF EXISTS forgotten_names")
        warehouse.renumber(connection, [table for table, count in changed.items() if count])
    warehouse.checkpoint()
    return sum(changed.values())


def _conditions(survey_id: str, before: datetime, texts: bool, persons: bool) -> list[tuple[str, str]]:
    found = [("responses", f"{_old('responses', survey_id, before)} AND text IS NOT NULL")] if texts else []
    return found + [(table, _still_named(table, survey_id, before)) for table in WHEN if persons]


def _old(table: str, survey_id: str, before: datetime) -> str:
    return f"survey_id = {literal(survey_id)} AND {WHEN[table]} < TIMESTAMP '{before}'"


def _still_named(table: str, survey_id: str, before: datetime) -> str:
    named = " OR ".join(f"NOT starts_with({name}, '{PREFIX}')" for name in _named(table))
    return f"{_old(table, survey_id, before)} AND ({named})"


def _named(table: str) -> tuple[str, ...]:
    return NAMED if table == "responses" else NAMED[:-1]


def _some(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1").fetchall())


def _forget_texts(connection: duckdb.DuckDBPyConnection, survey_id: str, before: datetime) -> int:
    done = connection.execute(
        f"UPDATE responses SET text = NULL, {CHANGED} WHERE {_old('responses', survey_id, before)} AND text IS NOT NULL"
    )
    return int(done.fetchall()[0][0])


def _forget_persons(
    connection: duckdb.DuckDBPyConnection, table: str, survey_id: str, before: datetime
) -> dict[str, int]:
    """How many rows of which table were changed."""
    condition = _still_named(table, survey_id, before)
    years = connection.execute(f"SELECT DISTINCT year({WHEN[table]}) FROM {table} WHERE {condition}").fetchall()
    _make_secrets(connection, survey_id, [int(year) for (year,) in years])
    values = ", ".join(f"{name} = {_other_name(name, table, survey_id)}" for name in _named(table))
    invite = _other_name("invite_id", table, survey_id)
    values += f", invite_id = CASE WHEN {NAMED_AFTER_CONTACT} THEN {invite} ELSE invite_id END"
    changed = {}
    if table == "survey_invites":
        of_contacts = f"{condition} AND {NAMED_AFTER_CONTACT}"
        changed["responses"] = _name_in_answers(connection, table, invite, of_contacts)
    if table == "responses":
        who = ("customer_id", "employee_id")
        values += f", person_id = coalesce({', '.join(_other_name(name, table, survey_id) for name in who)})"
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS forgotten_names (was VARCHAR, becomes VARCHAR)")
    connection.execute(
        f"INSERT INTO forgotten_names SELECT DISTINCT customer_id, {_other_name('customer_id', table, survey_id)} "
        f"FROM {table} WHERE {condition} AND customer_id IS NOT NULL AND NOT starts_with(customer_id, '{PREFIX}')"
    )
    done = connection.execute(f"UPDATE {table} SET {values}, {CHANGED} WHERE {condition}")
    return {**changed, table: int(done.fetchall()[0][0])}


def _name_in_answers(connection: duckdb.DuckDBPyConnection, table: str, becomes: str, of_contacts: str) -> int:
    """Before invitations that are named after their contact lose their keys: the new ones in all answers to them.

    Copies on other engines know rows by their keys, and are told to make what has changed anew.
    """
    if _some(connection, table, of_contacts):
        note_erased(connection)
    done = connection.execute(
        f"UPDATE responses SET invite_id = n.becomes, {CHANGED} "
        f"FROM (SELECT invite_id AS was, {becomes} AS becomes FROM {table} WHERE {of_contacts}) AS n "
        "WHERE responses.invite_id = n.was"
    )
    return int(done.fetchall()[0][0])


def _other_name(name: str, table: str, survey_id: str) -> str:
    """SQL for the name that stands in place of another one; a customer and an employee of one id stay two."""
    secret = f"(SELECT value FROM meta WHERE key = concat({literal(SECRET + survey_id)}, ' ', year({WHEN[table]})))"
    digest = f"left(sha256(concat({secret}, '{name}', {name})), {LENGTH})"
    return (
        f"CASE WHEN {name} IS NULL OR starts_with({name}, '{PREFIX}') THEN {name} ELSE concat('{PREFIX}', {digest}) END"
    )


def _make_secrets(connection: duckdb.DuckDBPyConnection, survey_id: str, years: list[int]) -> None:
    for year in years:
        key = f"{SECRET}{survey_id} {year}"
        if not connection.execute("SELECT 1 FROM meta WHERE key = ?", [key]).fetchall():
            connection.execute("INSERT INTO meta VALUES (?, ?)", [key, secrets.token_hex(32)])


def _over(survey_id: str, before: datetime) -> str:
    return f"starts_with(key, {literal(SECRET + survey_id + ' ')}) AND right(key, 4)::INTEGER < {before.year}"


def _secrets_over(connection: duckdb.DuckDBPyConnection, survey_id: str, before: datetime) -> bool:
    return _some(connection, "meta", _over(survey_id, before))


def _destroy_secrets(connection: duckdb.DuckDBPyConnection, survey_id: str, before: datetime) -> None:
    """Of the years of which every answer is forgotten by now."""
    connection.execute(f"DELETE FROM meta WHERE {_over(survey_id, before)}")


def _keep_what_numbers_ask(connection: duckdb.DuckDBPyConnection) -> int:
    """A row in `customers` for each new name, of a customer that has one."""
    listed = ", ".join(KEPT_OF_CUSTOMERS)
    done = connection.execute(
        f"INSERT INTO customers (customer_id, {listed}, loaded_at, changed_in) "
        f"SELECT DISTINCT n.becomes, {', '.join(f'c.{name}' for name in KEPT_OF_CUSTOMERS)}, c.loaded_at, {VERSION} "
        "FROM forgotten_names AS n JOIN customers AS c ON c.customer_id = n.was "
        "WHERE n.becomes NOT IN (SELECT customer_id FROM customers)"
    )
    return int(done.fetchall()[0][0])
