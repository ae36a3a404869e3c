"""`invitations`: one row per invitation to a survey, with whether a form came back within the time allowed."""

from collections.abc import Mapping

import ibis

from mittari.measure import dimensions
from mittari.measure.relations.base import Facts, Source, as_of, flag, seconds, true

LEFT_OUT = {"test": "a test", "bounced": "not delivered"}
DAY_S = 86_400.0


def invitations(facts: Facts, *, within_days: int = 14) -> Mapping[str, Source]:
    """A form that came in counts, whichever of its questions were left open."""
    raw = facts.table("survey_invites")
    raw = raw.filter(raw.sent_at <= as_of())
    forms = facts.table("responses")
    forms = forms.filter((forms.responded_at <= as_of()) & forms.invite_id.notnull())
    forms = forms.group_by(of_invite=forms.invite_id).agg(came_at=forms.responded_at.min())
    rows = raw.left_join(forms, raw.invite_id == forms.of_invite)
    rows = rows.mutate(
        key=rows.invite_id,
        person_id=ibis.coalesce(rows.customer_id, rows.employee_id),
        test=flag(rows.is_test),
        bounced=rows.delivered.fill_null(1) == 0,
        answered_in_time=true(seconds(rows.sent_at, rows.came_at) <= within_days * DAY_S),
        mature=seconds(rows.sent_at, as_of()) >= within_days * DAY_S,
    )
    rows = rows.mutate(eligible=~(rows.test | rows.bounced))
    columns = {name: name for name in dimensions.INVITATIONS}
    tables = ("survey_invites", "responses")
    return {"written": Source(rows=rows, tables=tables, key="key", left_out=LEFT_OUT, dimensions=columns)}
