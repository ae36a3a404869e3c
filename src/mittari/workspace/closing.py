"""Closing a period: its figures are computed once more, written down and chained; later they are shown as reported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError
from mittari.measure.result import Record
from mittari.time import Instant, Period, parse_period, to_local
from mittari.value import closes
from mittari.value.closes import Close, Closed

if TYPE_CHECKING:
    from mittari.workspace.local import LocalWorkspace


def close_period(workspace: "LocalWorkspace", text: str, by: str | None, again: bool) -> Closed:
    """Sign the figures of a period: every output of every KPI, for the whole. Raises UserError where it cannot."""
    period = _period(workspace, text)
    earlier = [close for close in all_closes(workspace) if close.period == period.text]
    if earlier and not again:
        raise UserError(
            f"{period.text} was closed on {earlier[-1].closed_at:%Y-%m-%d} and stands as reported",
            hint="what was computed since is shown beside it by `mittari scorecard --as-reported`; "
            "to sign it once more, say --again",
        )
    records = list(workspace.scorecard(period=period.text, outputs="all"))
    failed = [record.name for record in records if record.failure]
    if failed:
        raise UserError(f"{failed[0]} could not be computed, so nothing is closed", hint="`mittari doctor` may say why")
    now = workspace.clock()
    close = Close(
        closes.close_id(period.text, len(earlier)), period.text, now, by, max(r.data_version for r in records)
    )
    with workspace.warehouse.writing() as connection:
        previous = closes.last_hash(_rows(connection))
        rows = closes.signed(close, records, previous)
        connection.execute(
            "INSERT INTO closes (close_id, period, closed_at, closed_by, data_version, loaded_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [close.close_id, close.period, close.closed_at, close.closed_by, close.data_version, now],
        )
        names = ", ".join(f'"{name}"' for name in closes.COLUMNS)
        marks = ", ".join("?" for _ in closes.COLUMNS)
        connection.executemany(
            f"INSERT INTO closed_results ({names}, loaded_at) VALUES ({marks}, ?)",  # noqa: S608 - declared names
            [[*(row[name] for name in closes.COLUMNS), now] for row in rows],
        )
        workspace.warehouse.bump(connection, ["closes", "closed_results"], now)
    provisional = sum(record.status == "provisional" for record in records)
    return Closed(close.close_id, close.period, now, by, len(records), provisional)


def _period(workspace: "LocalWorkspace", text: str) -> Period:
    state = workspace.state()
    today = to_local(workspace.clock(), state.zone).date()
    period = parse_period(text, state.zone, today)
    if isinstance(period, Instant):
        raise UserError(f"a period is closed, found the instant {text}", hint="give a month like 2026-10")
    if period.end > workspace.clock():
        raise UserError(f"{period.text} is not over yet", hint=f"it ends on {period.last_day}; close it afterwards")
    return period


def all_closes(workspace: "LocalWorkspace") -> list[Close]:
    """Every close, oldest first."""
    asked = "SELECT close_id, period, closed_at, closed_by, data_version FROM closes ORDER BY closed_at, close_id"
    connection = workspace.warehouse.connection()
    try:
        return [Close(*row) for row in connection.execute(asked).fetchall()]
    finally:
        connection.close()


def as_reported(workspace: "LocalWorkspace", text: str) -> list[Record]:
    """The figures of a period as its last close reported them; raises UserError where it was never closed."""
    state = workspace.state()
    period = parse_period(text, state.zone, to_local(workspace.clock(), state.zone).date())
    known = all_closes(workspace)
    own = [close for close in known if close.period == period.text]
    if not own:
        closed = ", ".join(dict.fromkeys(close.period for close in known)) or "none"
        raise UserError(f"{period.text} was never closed", hint=f"closed: {closed}; `mittari close` signs a period")
    connection = workspace.warehouse.connection()
    try:
        rows = [row for row in _rows(connection) if row["close_id"] == own[-1].close_id]
    finally:
        connection.close()
    return [closes.record_of(row) for row in rows]


def altered(workspace: "LocalWorkspace") -> list[str]:
    """What does not stand in the closes as it was signed, in words."""
    connection = workspace.warehouse.connection()
    try:
        return closes.altered({close.close_id: close for close in all_closes(workspace)}, _rows(connection))
    finally:
        connection.close()


def _rows(connection: Any) -> Sequence[dict[str, Any]]:
    names = ", ".join(f'"{name}"' for name in closes.COLUMNS)
    found = connection.execute(f"SELECT {names} FROM closed_results ORDER BY rowid").fetchall()  # noqa: S608 - declared
    return [dict(zip(closes.COLUMNS, row, strict=True)) for row in found]
