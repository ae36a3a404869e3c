"""Which columns lead to a person: those that name one, the keys of a person's rows, and what a person wrote.

Everything about export, erasure and retention derives from here and from the declarations of the tables. A test asks of
every column that identifies something to be named here, so that a new one cannot be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mittari.facts.model import Table
from mittari.facts.tables import TABLES

Kind = Literal["customer", "employee"]

NAMES: dict[Kind, dict[str, str]] = {
    "customer": {
        "customer_id": "",
        "respondent_id": "",
        "referred_by": "",
        "author_id": "author_type = 'customer'",
        "person_id": "customer_id IS NOT NULL",
    },
    "employee": {
        "employee_id": "",
        "agent_id": "",
        "first_responder_id": "",
        "answered_by": "",
        "replied_by": "",
        "owner": "",
        "author_id": "author_type = 'agent'",
        "person_id": "customer_id IS NULL",
    },
}
"""Column -> the condition, in SQL, under which a row names a person of this kind there."""

ASSIGNED = ("status_events", "value", "kind = 'assign'")
"""Table, column and condition of the one text that names an employee only in some rows."""

OWN: dict[Kind, tuple[str, ...]] = {"customer": ("customer_id", "respondent_id"), "employee": ("employee_id",)}
"""The columns that make a row one about the person; a column of the other kinds of names only mentions them."""

KEYS: dict[str, tuple[str, ...]] = {
    "conversation": ("conversation_id", "root_id", "merged_into", "source_conversation_id"),
    "case": ("case_id",),
    "message": ("message_id",),
    "call": ("call_id",),
    "order": ("order_id",),
    "invite": ("invite_id",),
    "response": ("response_id",),
    "contract": ("subscription_id",),
    "promise": ("promise_id", "replaced_by"),
    "entry": ("entry_id",),
    "action": ("action_id",),
    "source": ("source_key",),
    "account": ("account_id",),
}
"""Kind of key -> the columns that hold such keys, whichever table they are in. Other systems know most of them."""

LINKS = ("conversation_id", "order_id", "invite_id", "response_id")
"""Keys by which a row that names nobody hangs on a row that does, such as a message on its conversation."""

WORDS = {"responses": "text", "messages": "text"}
"""Table -> the column in which people write freely."""

NOBODY = frozenset(
    {
        *("survey_id", "device_id", "touchpoint_id", "touchpoint", "location_id", "team_id"),
        *("team_id_at_first_response", "queue_id", "calendar_id", "policy_id", "kpi_id", "close_id"),
        *("intervention_id", "expected_kpi", "file_id", "table", "text_lang"),
    }
)
"""Columns that identify something and never a person: things of the business, or Mittari's own."""


@dataclass(frozen=True)
class Naming:
    """A column that names persons of one kind, in the rows of which the condition holds (empty: all)."""

    column: str
    condition: str


def namings(table: Table, kind: Kind) -> Iterator[Naming]:
    """The columns of a table that name persons of the kind."""
    for column in table:
        if column.name in NAMES[kind]:
            yield Naming(column.name, NAMES[kind][column.name])
    if kind == "employee" and table.name == ASSIGNED[0]:
        yield Naming(ASSIGNED[1], ASSIGNED[2])


def own(table: Table, kind: Kind) -> tuple[str, ...]:
    """The columns of a table that make a row one about the person; of an agent's days that is the agent."""
    days = ("agent_id",) if kind == "employee" and "agent_id" in table.key else ()
    return (*(name for name in OWN[kind] if name in table), *days)


def keys(table: Table) -> dict[str, str]:
    """Column -> kind of key, of the columns of a table that hold keys of persons' rows."""
    return {column: kind for kind, columns in KEYS.items() for column in columns if column in table}


def people_tables(kind: Kind) -> list[Table]:
    """The tables in which a row can lead to a person of the kind, those that others hang on first."""
    first = ("customers", "conversations", "orders", "calls", "survey_invites", "responses")
    found = [table for table in TABLES.values() if keys(table) or any(True for _ in namings(table, kind))]
    return sorted(found, key=lambda table: first.index(table.name) if table.name in first else len(first))
