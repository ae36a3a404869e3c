"""What derivations depend on beside the rows: settings, and which rows a load may have altered from afar."""

from dataclasses import dataclass, field

import duckdb

from mittari.facts import Table
from mittari.load.zones import Zone
from mittari.settings import Settings
from mittari.store.sql import identifier

TOUCHED = "touched_conversations"
TOUCHED_CONTACTS = "touched_contacts"


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
    changed; single conversations are noted in the temporary table `TOUCHED`."""

    settings: Settings
    stale: set[str] = field(default_factory=set)

    def begin(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED} (conversation_id VARCHAR)")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED_CONTACTS} (contact VARCHAR)")

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
        if table.name == "responses":
            connection.execute(
                f"INSERT INTO {TOUCHED_CONTACTS} SELECT coalesce(old.conversation_id, old.order_id) "
                f"FROM responses AS old JOIN {news} AS new USING (response_id) WHERE new.replaces"
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
        elif table.name == "responses" and not was_empty:
            connection.execute(f"INSERT INTO {TOUCHED_CONTACTS} SELECT coalesce(conversation_id, order_id) FROM {news}")
        elif table.name == "business_calendars":
            self.stale.add("conversations")
        elif table.name == "fx_rates":
            self.stale.add("orders")
        elif table.name in self.stale and was_empty:
            self.stale.remove(table.name)
        if table.name == "conversations":
            self._conversations_entered(connection, news, was_empty)

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
