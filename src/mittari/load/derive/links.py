"""Merged conversations: chains followed to their end, and cycles, which have none."""

import duckdb


def resolve(connection: duckdb.DuckDBPyConnection, links: str) -> str | None:
    """Follow the links (conversation_id, merged_into) of a relation to their ends, in the temporary table `roots`.

    Returns the query of the conversations that lie on a cycle, or None when there are none; without links, `roots` is
    empty. Each step lets every conversation point where its target pointed, so chains of length n take log2(n) steps.
    What still moves after that runs in a circle, and by then points at a member of it; every member is pointed at,
    because a step maps a circle onto itself one to one.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE roots AS "
        f"SELECT conversation_id, merged_into AS root_id, true AS moved FROM {links}"
    )
    count = int(connection.execute("SELECT count(*) FROM roots").fetchall()[0][0])
    for _ in range(count.bit_length() + 1):
        if not connection.execute("SELECT 1 FROM roots WHERE moved LIMIT 1").fetchall():
            return None
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE roots AS SELECT here.conversation_id, "
            "coalesce(there.root_id, here.root_id) AS root_id, there.root_id IS NOT NULL AS moved "
            "FROM roots AS here LEFT JOIN roots AS there ON here.root_id = there.conversation_id"
        )
    if not connection.execute("SELECT 1 FROM roots WHERE moved LIMIT 1").fetchall():
        return None
    return "SELECT DISTINCT root_id AS conversation_id FROM roots WHERE moved"


def links_of(rows: str) -> str:
    """The links of rows that are about to enter, and of the rows in the table that they do not replace."""
    return (
        f"(SELECT conversation_id, merged_into FROM {rows} WHERE merged_into IS NOT NULL UNION ALL "
        f"SELECT conversation_id, merged_into FROM conversations AS old WHERE merged_into IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {rows} AS new WHERE new.conversation_id = old.conversation_id))"
    )
