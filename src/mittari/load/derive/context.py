"""What derivations depend on beside the rows: settings, and which rows a load may have altered from afar."""

from dataclasses import dataclass, field

import duckdb

from mittari.facts import Table
from mittari.load.zones import Zone
from mittari.settings import Settings
from mittari.store.sql import identifier

TOUCHED = "touched_conversations"
TOUCHED_CONTACTS = "touched_contacts"
TOUCHED_CUSTOMERS = "touched_customers"
TOUCHED_BUYERS = "touched_buyers"
TOUCHED_PERSONS = "touched_persons"
TOUCHED_THREADS = "touched_threads"
TOUCHED_COMMENTS = "touched_comments"
TOUCHED_SPEAKERS = "touched_speakers"
TOUCHED_ENDINGS = "touched_endings"
NOTED = (
    TOUCHED_CONTACTS,
    TOUCHED_PERSONS,
    TOUCHED_CUSTOMERS,
    TOUCHED_BUYERS,
    TOUCHED_COMMENTS,
    TOUCHED_SPEAKERS,
    TOUCHED_THREADS,
    TOUCHED_ENDINGS,
)
TOUCHING = {
    "responses": (
        (TOUCHED_CONTACTS, "coalesce(conversation_id, order_id)"),
        (TOUCHED_PERSONS, "coalesce(customer_id, employee_id)"),
        (TOUCHED_COMMENTS, "CASE WHEN text IS NOT NULL THEN response_id END"),
        (TOUCHED_ENDINGS, "conversation_id"),
    ),
    "customers": ((TOUCHED_SPEAKERS, "customer_id"),),
    "conversations": (
        (TOUCHED_CUSTOMERS, "customer_id"),
        (TOUCHED_THREADS, "conversation_id"),
        (TOUCHED_ENDINGS, "conversation_id"),
    ),
    "messages": ((TOUCHED_THREADS, "conversation_id"),),
    "status_events": ((TOUCHED_ENDINGS, "conversation_id"),),
    "calls": (
        (TOUCHED_CUSTOMERS, "customer_id"),
        (TOUCHED_ENDINGS, "conversation_id"),
        (TOUCHED_ENDINGS, "call_id"),
    ),
    "orders": ((TOUCHED_BUYERS, "customer_id"),),
}
"""Tables with columns that depend on other rows -> where it is noted whose rows those are, and what tells whose."""


@dataclass(frozen=True)
class Entering:
    """Rows about to enter a table: a relation with every given column, `loaded_at` and a column `replaces`."""

    connection: duckdb.DuckDBPyConnection
    rows: str
    settings: Settings
    zone: Zone


@dataclass
class Context:
    """One load. `stale` names whole tables whose derived columns must be computed anew, because rates or calendars
    changed; `filled` those that were empty. Single conversations are noted in the temporary table `TOUCHED`, and who
    else is concerned in those of `TOUCHING`."""

    settings: Settings
    stale: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)

    def begin(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED} (conversation_id VARCHAR)")
        for table in NOTED:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} (id VARCHAR)")

    def about_to_replace(self, connection: duckdb.DuckDBPyConnection, table: Table, news: str) -> None:
        """Note the conversations that old rows, about to be deleted, had a say in."""
        if table.name in ("messages", "status_events"):
            key = " AND ".join(
                f"old.{identifier(name)} IS NOT DISTINCT FROM new.{identifier(name)}" for name in table.key
            )
            self.touch(
                connection,
                f"SELECT old.conversation_id FROM {table.name} AS old JOIN {news} AS new ON {key} WHERE new.replaces",
            )
        for noted, whose in TOUCHING.get(table.name, ()):
            key = identifier(table.key[0])
            connection.execute(
                f"INSERT INTO {noted} SELECT {whose} FROM {table.name} "
                f"WHERE {key} IN (SELECT {key} FROM {news} WHERE replaces)"
            )
        if table.name == "conversations":
            self.touch(
                connection,
                f"SELECT old.root_id FROM conversations AS old JOIN {news} AS new USING (conversation_id) "
                f"WHERE new.replaces AND old.root_id <> old.conversation_id",
            )

    def touch(self, connection: duckdb.DuckDBPyConnection, conversation_ids: str) -> None:
        """Note conversations, by a query of their ids, to be derived again at the end of the load."""
        connection.execute(f"INSERT INTO {TOUCHED} {conversation_ids}")

    def entered(self, connection: duckdb.DuckDBPyConnection, table: Table, news: str, was_empty: bool) -> None:
        """Note what rows that have entered a table alter elsewhere."""
        if table.name in ("messages", "status_events"):
            self.touch(connection, f"SELECT DISTINCT conversation_id FROM {news}")
        elif table.name in ("business_calendars", "sla_targets"):
            self.stale.add("conversations")
        elif table.name == "fx_rates":
            self.stale.add("orders")
        elif table.name == "brand_terms":
            self.filled.add("brand_terms")  # another word may stand in any comment
        elif table.name in self.stale and was_empty:
            self.stale.remove(table.name)
        if was_empty:
            self.filled.add(table.name)
        else:
            self.note(connection, table.name, news)
        if table.name == "conversations":
            self._conversations_entered(connection, news, was_empty)

    def note(self, connection: duckdb.DuckDBPyConnection, table: str, rows: str) -> None:
        """Note who is concerned by rows of a table that are new or were derived again."""
        for noted, whose in TOUCHING.get(table, ()):
            connection.execute(f"INSERT INTO {noted} SELECT DISTINCT {whose} FROM {rows}")

    def whole(self, *tables: str) -> bool:
        """Whether all rows of one of the tables are concerned."""
        return not {*tables}.isdisjoint(self.stale | self.filled)

    def _conversations_entered(self, connection: duckdb.DuckDBPyConnection, news: str, was_empty: bool) -> None:
        """Rows that have entered were derived with messages and events in sight; their merge groups were not."""
        if was_empty:
            connection.execute(f"DELETE FROM {TOUCHED}")
            return
        connection.execute(f"DELETE FROM {TOUCHED} WHERE conversation_id IN (SELECT conversation_id FROM {news})")
        self.touch(
            connection,
            f"SELECT conversation_id FROM conversations WHERE conversation_id IN (SELECT conversation_id FROM {news}) "
            "AND (root_id <> conversation_id OR conversation_id IN (SELECT root_id FROM conversations "
            "WHERE root_id <> conversation_id))",
        )
