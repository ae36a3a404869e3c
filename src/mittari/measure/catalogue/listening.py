"""How well feedback is collected, and what becomes of the bad one."""

from typing import Any

from mittari.measure.kpi import (
    HIGHER,
    INTERNAL_PROCESS,
    LAG,
    LEAD,
    LOWER,
    OBJECTIVE,
    RELATIONSHIP,
    SECONDS,
    SHARE,
    SUBJECTIVE,
    kpi,
)
from mittari.measure.outputs import Contrast, Proportion, Quantile


@kpi(
    number=39,
    title="Survey response rate",
    unit=SHARE,
    better=HIGHER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="invitations",
    relation_takes=("within_days",),
    block="person",
    merge="add",
    outputs=("share",),
    tables=("survey_invites", "responses"),
    requires=("responses",),
    target=0.20,
    board=69,
    asks="Is the voice we hear representative?",
    counted="Invitations answered within 14 days, of those delivered in the period whose 14 days are over.",
    left_out="Tests and bounced invitations. Answers without an invitation, as from a kiosk, have no base to be a share of.",
    beware="The fewer answer, the more they differ from those who do not: low rates usually flatter.",
)
def survey_response_rate(invitations: Any, *, within_days: int = 14) -> dict[str, Any]:
    waiting = invitations.eligible & ~invitations.mature
    return {
        "share": Proportion(
            hit=invitations.answered_in_time,
            of=invitations.eligible & invitations.mature,
            at=invitations.sent_at,
            censored=waiting,
            immature=waiting,
        )
    }


@kpi(
    number=40,
    title="Feedback delay",
    unit=SECONDS,
    better=LOWER,
    perspective=INTERNAL_PROCESS,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="answers",
    block="person",
    merge="hist",
    outputs=("median", "p90"),
    tables=("responses",),
    target=86_400,
    board=70,
    asks="Is feedback caught while fresh?",
    counted="From the experience asked about to the answer, of answers given in the period.",
    left_out="Answers that name no experience, and surveys about the relationship as a whole.",
    beware="A quick answer is a fresh one; it says nothing of how many answered.",
)
def feedback_delay(answers: Any) -> dict[str, Any]:
    fresh = answers.eligible & answers.about_an_experience & answers.delay_s.notnull()
    facts: dict[str, Any] = {
        "value": answers.delay_s,
        "of": fresh,
        "at": answers.responded_at,
        "left_out": {
            "about the relationship as a whole": ~answers.about_an_experience,
            "names no experience": answers.delay_s.isnull(),
        },
    }
    return {"median": Quantile(q=0.5, **facts), "p90": Quantile(q=0.9, **facts)}


@kpi(
    number=41,
    title="Closed-loop rate",
    unit=SHARE,
    better=HIGHER,
    perspective=RELATIONSHIP,
    timing=LEAD,
    kind=OBJECTIVE,
    relation="reactions",
    relation_takes=("within_hours",),
    block="person",
    merge="add",
    outputs=("share",),
    tables=("responses", "feedback_actions", "customers"),
    requires=("feedback_actions",),
    begun=("feedback_actions",),
    target=0.90,
    board=71,
    asks="Do we react to bad feedback at once?",
    counted="Bad answers (NPS 0-6, the two lowest of CSAT, CES 1-3) whose person we contacted within 48 hours, of those whose 48 hours ended in the period.",
    left_out="Who did not agree to be contacted or is not known: counted apart. An automatic mail is no contact.",
    beware="A contact is not yet a cure: read it beside the service recovery rate.",
)
def closed_loop_rate(reactions: Any, *, within_hours: int = 48) -> dict[str, Any]:
    asked = reactions.eligible & reactions.may_contact
    waiting = asked & ~reactions.is_due
    return {
        "share": Proportion(
            hit=reactions.reacted,
            of=asked & reactions.is_due,
            at=None,
            missing=reactions.eligible & reactions.is_due & ~reactions.may_contact,
            censored=waiting,
            immature=waiting,
        )
    }


@kpi(
    number=42,
    title="Service recovery rate",
    unit=SHARE,
    better=HIGHER,
    perspective=RELATIONSHIP,
    timing=LAG,
    kind=SUBJECTIVE,
    relation="low_scores",
    relation_takes=("within_days",),
    block="person",
    merge="none",
    outputs=("share", "conservative", "effect"),
    tables=("responses", "feedback_actions"),
    requires=("feedback_actions",),
    final_after=90,
    board=72,
    asks="Do bad experiences turn good?",
    counted="Bad answers we followed up whose person's last score in the next 90 days is not bad, of those scored again.",
    left_out="Bad answers nobody followed up: they are what output effect compares with.",
    beware="Many bad scores rise by themselves: never read the share without output effect beside it.",
)
def service_recovery_rate(answers: Any, *, within_days: int = 90) -> dict[str, Any]:
    followed = answers.eligible & answers.followed_up
    facts: dict[str, Any] = {"hit": answers.recovered, "at": answers.responded_at}
    waiting = answers.eligible & ~answers.mature
    reasons = {"nobody followed it up": ~answers.followed_up}
    again = {**reasons, "not scored again": ~answers.scored_again}
    helped = Proportion(of=followed & answers.scored_again, immature=waiting, left_out=again, **facts)
    left_alone = Proportion(of=answers.eligible & ~answers.followed_up & answers.scored_again, **facts)
    return {
        "share": helped,
        "conservative": Proportion(of=followed, immature=waiting, left_out=reasons, **facts),
        "effect": Contrast(base=helped, other=left_alone, at=answers.responded_at),
    }
