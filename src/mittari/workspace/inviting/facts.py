"""What the warehouse tells of contacts and persons for invitations. Every query looks at a window of time only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mittari.collect.invite.people import CUSTOMER, EMPLOYEE, person_of
from mittari.collect.invite.plan import Ask, Candidate, Standing
from mittari.collect.links import Context
from mittari.workspace.local import LocalWorkspace

CONVERSATION = """
    SELECT about.conversation_id AS about, about.customer_id AS customer_id, 'solved' AS after,
        about.solved_last_at AS touch_at, about.channel AS channel, about.agent_id AS agent_id,
        about.team_id AS team_id, person.lang AS lang, person.contact_consent AS consent,
        coalesce(about.is_spam, 0) = 1 OR coalesce(about.is_test, 0) = 1 OR about.merged_into IS NOT NULL
            OR about.deleted_at IS NOT NULL OR coalesce(person.is_test, 0) = 1 AS left_out,
        coalesce(about.direction, 'in') = 'out' AS outbound,
        about.customer_id IN (SELECT employee_id FROM employees) AS internal,
        about.solved_last_at IS NULL OR coalesce(about.reopened_latest_at >= about.solved_last_at, false) AS undone
    FROM conversations AS about LEFT JOIN customers AS person ON person.customer_id = about.customer_id
"""
ORDER = """
    SELECT about.order_id AS about, about.customer_id AS customer_id, 'delivered' AS after,
        about.ordered_at AS touch_at, about.channel AS channel, NULL AS agent_id, NULL AS team_id,
        person.lang AS lang, person.contact_consent AS consent, coalesce(person.is_test, 0) = 1 AS left_out,
        false AS outbound, about.customer_id IN (SELECT employee_id FROM employees) AS internal,
        coalesce(about.status, 'paid') <> 'paid' AS undone
    FROM orders AS about LEFT JOIN customers AS person ON person.customer_id = about.customer_id
"""
PERSON = """
    SELECT $name AS about, customer_id, 'known' AS after, NULL AS touch_at, NULL AS channel, NULL AS agent_id,
        NULL AS team_id, lang, contact_consent AS consent, coalesce(is_test, 0) = 1 AS left_out, false AS outbound,
        false AS internal, false AS undone
    FROM customers WHERE customer_id = $name
"""
SINCE = " WHERE about.{at} >= $since AND about.{at} <= $until AND about.changed_in > $after"
SOURCES = {
    "solved": CONVERSATION + SINCE.format(at="solved_last_at"),
    "delivered": ORDER + SINCE.format(at="ordered_at"),
}
ASKS = """
    SELECT customer_id, employee_id, invite_id, sent_at FROM survey_invites
    WHERE sent_at >= $since AND coalesce(delivered, 1) = 1 AND coalesce(is_test, 0) = 0
        AND (customer_id IN (SELECT unnest($customers::VARCHAR[]))
            OR employee_id IN (SELECT unnest($employees::VARCHAR[])))
"""
ANSWERED = """
    SELECT count(*) FROM responses WHERE survey_id = $survey AND coalesce(answered, 1) = 1
        AND (conversation_id = $conversation OR order_id = $order_id
            OR (coalesce(customer_id = $customer, employee_id = $employee) AND responded_at >= $since::TIMESTAMP))
"""


def candidates(
    workspace: LocalWorkspace, after: str, since: datetime, until: datetime, version: int = 0
) -> list[Candidate]:
    """The contacts that ended between two instants; with a version, only those that changed after it."""
    return _candidates(workspace, SOURCES[after], {"since": since, "until": until, "after": version})


class Facts:
    """The view of a sender."""

    def __init__(self, workspace: LocalWorkspace) -> None:
        self._workspace = workspace

    def asks(self, persons: Sequence[str], since: datetime) -> dict[str, list[Ask]]:
        """Invitations of any survey and source that count in the budgets of these persons, since an instant."""
        names: dict[str, list[str]] = {CUSTOMER: [], EMPLOYEE: []}
        for person in persons:
            kind, _, name = person.partition(":")
            names[kind].append(name)
        rows = _rows(
            self._workspace, ASKS, {"since": since, "customers": names[CUSTOMER], "employees": names[EMPLOYEE]}
        )
        found: dict[str, list[Ask]] = {}
        for row in rows:
            kind, name = (CUSTOMER, row["customer_id"]) if row["customer_id"] else (EMPLOYEE, row["employee_id"])
            found.setdefault(person_of(kind, name), []).append(Ask(row["invite_id"], row["sent_at"]))
        return found

    def standing(self, survey: str, context: Context) -> Standing:
        """A contact that is no longer there counts as one that does not stand."""
        candidate = self._candidate(context)
        rows = _rows(
            self._workspace,
            ANSWERED,
            {
                "survey": survey,
                "conversation": context.conversation_id,
                "order_id": context.order_id,
                "customer": context.customer_id,
                "employee": context.employee_id,
                "since": (context.touch_at or "9999-12-31").removesuffix("Z"),
            },
        )
        return Standing(candidate, answered=next(iter(rows[0].values())) > 0)

    def person(self, kind: str, name: str, about: str) -> Candidate:
        """Somebody asked by hand, about nothing in particular."""
        found = _candidates(self._workspace, PERSON, {"name": name}) if kind == CUSTOMER else []
        known = found[0] if found else None
        return Candidate(
            about=about,
            person=person_of(kind, name),
            touch_at=self._workspace.clock(),
            after="known",
            language=known.language if known else None,
            consent=known.consent if known else None,
            left_out=known.left_out if known else False,
        )

    def _candidate(self, context: Context) -> Candidate:
        for column, name, sql in (
            ("conversation_id", context.conversation_id, CONVERSATION),
            ("order_id", context.order_id, ORDER),
        ):
            if name is not None:
                found = _candidates(self._workspace, f"{sql} WHERE about.{column} = $name", {"name": name})
                return found[0] if found else self._gone(context)
        kind, name = (CUSTOMER, context.customer_id) if context.customer_id else (EMPLOYEE, context.employee_id)
        return self.person(kind, name or "", context.invite_id or "")

    def _gone(self, context: Context) -> Candidate:
        person = person_of(CUSTOMER, context.customer_id or "")
        return Candidate(context.invite_id or "", person, self._workspace.clock(), context.why, undone=True)


def _candidates(workspace: LocalWorkspace, sql: str, parameters: Mapping[str, Any]) -> list[Candidate]:
    now = workspace.clock()
    return [
        Candidate(
            about=row["about"],
            person=person_of(CUSTOMER, row["customer_id"]) if row["customer_id"] else None,
            touch_at=row["touch_at"] or now,
            after=row["after"],
            channel=row["channel"],
            agent_id=row["agent_id"],
            team_id=row["team_id"],
            language=row["lang"],
            consent=None if row["consent"] is None else bool(row["consent"]),
            left_out=bool(row["left_out"]),
            outbound=bool(row["outbound"]),
            internal=bool(row["internal"]),
            undone=bool(row["undone"]),
        )
        for row in _rows(workspace, sql, parameters)
    ]


def _rows(workspace: LocalWorkspace, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with workspace.warehouse.session() as connection:
        found = connection.execute(sql, dict(parameters))
        names: Iterable[str] = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
