"""What is odd but may be true (SPEC 9.2, right column): counted, never refused."""

from collections.abc import Iterator

import duckdb

from mittari.load.stage import Stage
from mittari.load.zones import Zone
from mittari.settings import Settings
from mittari.store.sql import identifier

NIGHT_SHARE, UNKNOWN_SHARE, UNANSWERED_SHARE = 0.30, 0.05, 0.20
LONG_TALK_S = 8 * 3600

AGENT_ACTIONS = {
    "conversations": ("first_response_at", "last_solved_at"),
    "calls": ("queued_at",),
}


def warnings_of(connection: duckdb.DuckDBPyConnection, stage: Stage, settings: Settings) -> dict[str, int]:
    """How many good rows each remark holds for; remarks that hold for none are left out."""
    found: dict[str, int] = {}
    remarks = list(_row_remarks(stage))
    if remarks:
        counts = ", ".join(f"count(*) FILTER ({condition})" for _, condition in remarks)
        row = connection.execute(f"SELECT {counts} FROM {stage.good}").fetchall()[0]
        found.update((remark, count) for (remark, _), count in zip(remarks, row, strict=True) if count)
    for remark, query in _set_remarks(connection, stage, settings):
        count = connection.execute(query).fetchall()[0][0]
        if count:
            found[remark] = int(count)
    return found


def _row_remarks(stage: Stage) -> Iterator[tuple[str, str]]:
    """Remarks about single rows: their words, and the condition in SQL."""
    has = set(stage.columns)
    for earlier, later in stage.table.expected_order:
        if {earlier, later} <= has:
            yield f"{later} before {earlier}", f"{identifier(later)} < {identifier(earlier)}"
    name = stage.table.name
    if name == "conversations" and "handoff_at" in has:
        bot = "coalesce(bot_first, 0) = 0" if "bot_first" in has else "true"
        yield "handoff_at without bot_first", f"handoff_at IS NOT NULL AND {bot}"
    if name == "calls" and "talk_s" in has:
        yield "talk_s over 8 hours", f"talk_s > {LONG_TALK_S}"
    if name == "work_time" and {"handling_s", "idle_s", "paid_s"} <= has:
        yield "handling_s and idle_s over paid_s", "handling_s + idle_s > paid_s * 1.05"


def _set_remarks(connection: duckdb.DuckDBPyConnection, stage: Stage, settings: Settings) -> Iterator[tuple[str, str]]:
    """Remarks that need more than one row: their words, and a query of the count."""
    has, name = set(stage.columns), stage.table.name
    if name == "subscriptions":
        yield "overlapping versions of a subscription", _overlaps(stage)
    if name == "conversations" and "first_response_at" in has:
        yield (
            "channels with first_response_at missing in over 20 %",
            (
                f"SELECT count(*) FROM (SELECT channel FROM {stage.good} GROUP BY channel "
                f"HAVING avg(CASE WHEN first_response_at IS NULL THEN 1 ELSE 0 END) > {UNANSWERED_SHARE})"
            ),
        )
    if name == "conversations" and connection.execute("SELECT 1 FROM calls LIMIT 1").fetchall():
        yield "channel phone although calls are loaded", f"SELECT count(*) FROM {stage.good} WHERE channel = 'phone'"
    if (
        name != "customers"
        and "customer_id" in has
        and connection.execute("SELECT 1 FROM customers LIMIT 1").fetchall()
    ):
        yield (
            "unknown customers (over 5 % of those named)",
            (
                f"SELECT CASE WHEN unknown > {UNKNOWN_SHARE} * named THEN unknown ELSE 0 END FROM "
                f"(SELECT count(customer_id) AS named, count(customer_id) FILTER "
                f"(customer_id NOT IN (SELECT customer_id FROM customers)) AS unknown FROM {stage.good})"
            ),
        )
    for action in AGENT_ACTIONS.get(name, ()):
        if action in has:
            hour = f"hour({Zone(settings.timezone, stage.many).to_local(identifier(action))})"
            yield (
                f"{action} between 0 and 5 o'clock: is the time zone right",
                (
                    f"SELECT CASE WHEN at_night >= {NIGHT_SHARE} * known AND known >= 10 THEN at_night ELSE 0 END "
                    f"FROM (SELECT count(*) FILTER ({hour} < 5) AS at_night, count({identifier(action)}) AS known "
                    f"FROM {stage.good})"
                ),
            )


def _overlaps(stage: Stage) -> str:
    return (
        "SELECT count(*) FROM (SELECT started_at < lag(coalesce(ended_at, TIMESTAMP '9999-01-01')) OVER "
        f"(PARTITION BY subscription_id ORDER BY started_at) AS begins_early FROM {_with(stage, 'ended_at')}) "
        "WHERE begins_early"
    )


def _with(stage: Stage, column: str) -> str:
    if column in stage.columns:
        return stage.good
    return f"(SELECT *, NULL::TIMESTAMP AS {identifier(column)} FROM {stage.good})"


def rate_warnings(connection: duckdb.DuckDBPyConnection, news: str, settings: Settings) -> dict[str, int]:
    """Orders whose currency has no rate of their day or of the seven days before it: left out of every euro figure."""
    count = connection.execute(
        f"SELECT count(*) FROM orders SEMI JOIN {news} USING (order_id) WHERE eur_rate IS NULL"
    ).fetchall()[0][0]
    return {f"no exchange rate to {settings.currency}": int(count)} if count else {}
