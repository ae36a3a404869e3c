"""Low scores that wait for somebody: open rows of `feedback_actions` whose answer is here.

One is due so long after it was opened as its survey promises (`reaction`). Reading only; what is done about one is
written by the workspace, as any row is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError, told

if TYPE_CHECKING:
    import duckdb

UNPROMISED = timedelta(hours=48)
"""How soon somebody reacts where no survey says so: the time within which the closed loop counts a contact."""
PAGE = 50
CONTACTED, CLOSED, REOPENED, HANDED = "contacted", "closed", "reopened", "handed"
DEEDS = (CONTACTED, CLOSED, REOPENED, HANDED)


@dataclass(frozen=True)
class Asked:
    """Which follow-ups are wanted. `reaction` are seconds by survey; all instants are naive UTC."""

    now: datetime
    reaction: Mapping[str, float] = field(default_factory=dict)
    owner: str | None = None
    survey: str | None = None
    customer: str | None = None
    newest: bool = False
    limit: int = PAGE
    offset: int = 0


@dataclass(frozen=True)
class FollowUp:
    """One low score and what was done so far."""

    action_id: str
    response_id: str
    action: str
    opened_at: datetime
    due_at: datetime
    contacted_at: datetime | None
    owner: str | None
    survey: str | None
    kind: str
    item: str | None
    score: float | None
    low: float | None
    high: float | None
    text: str | None
    channel: str | None
    touchpoint: str | None
    location: str | None
    source: str | None
    customer: str | None
    person: str | None


@dataclass(frozen=True)
class FollowUps:
    """One page of them, how many there are in this view, and how many anywhere; whom and what they belong to."""

    shown: list[FollowUp]
    open: int
    overdue: int
    open_anywhere: int
    overdue_anywhere: int
    owners: list[str]
    surveys: list[str]


WAITING = """
WITH promised AS (
    SELECT unnest($surveys::VARCHAR[]) AS survey, unnest($seconds::DOUBLE[]) AS within_s
), waiting AS (
    SELECT a.action_id, a.response_id, a.kind AS action, coalesce(a.opened_at, r.responded_at) AS opened_at,
        coalesce(a.opened_at, r.responded_at) + to_seconds(coalesce(p.within_s, $usual)) AS due_at,
        a.first_contact_at AS contacted_at, a.owner, r.survey_id AS survey, r.kind, r.item, r.score,
        r.scale_min AS low, r.scale_max AS high, r.text, r.channel, r.touchpoint_id AS touchpoint,
        r.location_id AS location, r.source, r.customer_id AS customer, r.person_id AS person
    FROM feedback_actions AS a JOIN responses AS r ON r.response_id = a.response_id
        LEFT JOIN promised AS p ON p.survey = r.survey_id
    WHERE a.closed_at IS NULL AND coalesce(a.is_auto, 0) = 0 AND coalesce(r.is_test, 0) = 0
        AND coalesce(a.opened_at, r.responded_at) IS NOT NULL
)
"""
OVERDUE = "contacted_at IS NULL AND due_at < $now"
MOST_OVERDUE, NEWEST = "contacted_at IS NOT NULL, due_at", "opened_at DESC"
VIEW = (
    "($owner IS NULL OR coalesce(owner, '') = $owner) AND ($survey IS NULL OR survey = $survey) "
    "AND ($customer IS NULL OR customer = $customer)"
)


def follow_ups(connection: "duckdb.DuckDBPyConnection", asked: Asked) -> FollowUps:
    """What waits: who was not contacted yet first, of these the most overdue first; or simply the newest first."""
    common = {
        "surveys": list(asked.reaction),
        "seconds": [float(seconds) for seconds in asked.reaction.values()],
        "usual": UNPROMISED.total_seconds(),
    }
    view = {"owner": asked.owner, "survey": asked.survey, "customer": asked.customer}
    found = connection.execute(
        f"{WAITING} SELECT * FROM waiting WHERE {VIEW} "  # noqa: S608  # our own text
        f"ORDER BY {NEWEST if asked.newest else MOST_OVERDUE}, action_id LIMIT $limit OFFSET $offset",
        {**common, **view, "limit": asked.limit, "offset": asked.offset},
    ).fetchall()
    counts = connection.execute(
        f"{WAITING} SELECT count(*) FILTER ({VIEW}), count(*) FILTER ({VIEW} AND {OVERDUE}), "  # noqa: S608
        f"count(*), count(*) FILTER ({OVERDUE}), list_sort(list(DISTINCT coalesce(owner, ''))), "
        "list_sort(list(DISTINCT survey) FILTER (survey IS NOT NULL)) FROM waiting",
        {**common, **view, "now": asked.now},
    ).fetchall()[0]
    return FollowUps([FollowUp(*row) for row in found], *counts[:4], *([*(each or [])] for each in counts[4:]))


def no_such(action_id: str) -> UserError:
    """What to raise where a follow-up that is named does not exist."""
    return UserError(
        told("there is no follow-up {name}", name=repr(action_id)), hint="The page may be old: open it again."
    )


def change_of(
    connection: "duckdb.DuckDBPyConnection", action_id: str, deed: str, owner: str | None, now: datetime
) -> dict[str, Any] | None:
    """The row that a deed makes of a follow-up; None where there is no such follow-up. What is not named stays."""
    found = connection.execute(
        "SELECT kind, first_contact_at FROM feedback_actions WHERE action_id = $action", {"action": action_id}
    ).fetchall()
    if not found:
        return None
    kind, contacted_at = found[0]
    row: dict[str, Any] = {"action_id": action_id, "kind": kind}
    if deed == CONTACTED:
        # The person is known or was reached in another way: only a contact closes the loop, and the first one counts.
        return row | {"kind": "contact", "first_contact_at": contacted_at or now}
    if deed == HANDED:
        return row | {"owner": owner or None}
    return row | {"closed_at": now if deed == CLOSED else None}
