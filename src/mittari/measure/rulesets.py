"""The published rules of other products as parameters of our KPIs: why a number does not match the helpdesk's.

A rule says by which output and parameters a KPI is counted there, in what the two differ, and where that is published.
What a product does and these parameters cannot do stands in `not_reproduced`; no number is passed off as theirs in
silence. The page `docs/helpdesks.md` is written from here (`measure/helpdesks.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mittari.errors import UserError, did_you_mean


@dataclass(frozen=True)
class Rule:
    """One KPI under another product's rule. `because` completes the sentence "counted otherwise because ..."."""

    kpi: str
    output: str
    because: str
    source: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleSet:
    """The rules of one product; a KPI that none of them names is counted there as here, or is not known there."""

    name: str
    product: str
    rules: tuple[Rule, ...]
    not_reproduced: tuple[str, ...] = ()


HOUSE = "house"
SETS = (
    RuleSet(HOUSE, "Mittari", ()),
    RuleSet(
        "zendesk",
        "Zendesk",
        (
            Rule(
                "first_response_time",
                "median",
                "their clock starts when the ticket is created, ours when the bot hands over",
                "Zendesk help, Calculating first reply time",
                {"frt_start": "created"},
            ),
            Rule(
                "resolution_time",
                "median",
                "their full resolution time counts every solved ticket, ours those that people solved",
                "Zendesk help, About native Support time duration metrics",
                {"solved_by": "anyone"},
            ),
            Rule(
                "first_contact_resolution_rate",
                "share",
                "a ticket is one-touch there when it is solved with one agent reply at most, whoever writes again "
                "later, and the share is of solved tickets",
                "Zendesk help, How are one-touch resolutions calculated",
                {"fcr_method": "one_touch", "fcr_of": "solved"},
            ),
        ),
        (
            "A ticket that an agent creates has its clock run to the second public comment there; conversations we "
            "began are left out here.",
            "A ticket merged into another stays a closed ticket there until a report filters it out; here it never "
            "counts.",
            "Reports of Explore may sort a time by the day of the ticket's creation or of its solve, as their maker "
            "chose.",
        ),
    ),
    RuleSet(
        "intercom",
        "Intercom",
        (
            Rule(
                "first_response_time",
                "median",
                "their clock starts with the customer's first message, ours when the bot hands over",
                "Intercom help, Reporting metrics and attributes; Responsiveness report",
                {"frt_start": "created"},
            ),
            Rule(
                "first_contact_resolution_rate",
                "share",
                "a conversation is closed on first contact there when it was closed once with one teammate, whoever "
                "writes again later, and the share is of closed conversations",
                "Intercom help, Reporting metrics and attributes: closed conversations on first contact",
                {"fcr_method": "closed_once_one_teammate", "fcr_of": "solved"},
            ),
        ),
        (
            "Their switches that leave out the time with the bot or outside office hours are taken as off.",
            "One teammate is known here by who answered first and who solved; a third who wrote in between is not "
            "seen.",
        ),
    ),
    RuleSet(
        "chatwoot",
        "Chatwoot",
        (
            Rule(
                "first_response_time",
                "mean",
                "their report shows the average, ours the median of the same waits",
                "Chatwoot source code, reporting_event_listener.rb",
            ),
            Rule(
                "resolution_time",
                "mean",
                "their report shows the average over every resolved conversation, ours the median of those that "
                "people solved",
                "Chatwoot source code, reporting_event_listener.rb",
                {"solved_by": "anyone"},
            ),
        ),
        (
            "They file a first response under the day of the reply, we under the day on which the wait began.",
            "A conversation that is reopened and resolved again counts at each resolve there, once here.",
            "A reopening before the first human reply restarts their clock; here a wait begins once.",
        ),
    ),
    RuleSet(
        "freshdesk",
        "Freshdesk",
        (
            Rule(
                "first_response_time",
                "mean",
                "their report shows the average of business hours, ours the median of calendar time",
                "Freshdesk help, Support metrics in Freshdesk Analytics; Freshworks community on first response time",
                {"frt_clock": "business"},
            ),
            Rule(
                "first_contact_resolution_rate",
                "share",
                "a ticket counts there when it is resolved with the first response, whoever writes again later, and "
                "the share is of resolved tickets",
                "Freshworks community, How are first contact resolution and average first response time defined",
                {"fcr_method": "first_response_closed", "fcr_of": "solved"},
            ),
        ),
        (
            "Tickets assigned to nobody are not counted there; here they are.",
            "A time with a bot before the hand-off counts there.",
            "Resolution time runs in business hours there; here it is known by the calendar only.",
        ),
    ),
    RuleSet(
        "genesys",
        "Genesys Cloud",
        (
            Rule(
                "service_level",
                "share",
                "every abandoned call stands below the line there, also those that hung up at once",
                "Genesys Cloud help, Configure the service level calculation",
                {"sl_method": "all_offered"},
            ),
            Rule(
                "call_abandonment_rate",
                "share",
                "every abandoned call counts there, also those that hung up at once",
                "Genesys Cloud help, Metric definitions; What type of situations do abandons include",
                {"short": -1},
            ),
        ),
        (
            "Their switches are taken as: abandons and short abandons included, flow-outs left out.",
            "The seconds of the target are set per queue there; here the parameter `within` holds for all.",
            "Calls that flow out to another queue or a callback are offered calls there; here they are not.",
            "A call that waits over the full half-hour is offered in one interval there and answered in the next.",
        ),
    ),
)


def rule_set(name: str) -> RuleSet:
    """The set of that name; raises UserError with a suggestion."""
    known = {each.name: each for each in SETS}
    if name not in known:
        raise UserError(
            f"no rule set is called {name!r}", hint=f"{did_you_mean(name, known)} Known: {', '.join(known)}.".strip()
        )
    return known[name]


def sets_with(kpi: str) -> list[RuleSet]:
    """The sets that count this KPI otherwise."""
    return [each for each in SETS if any(rule.kpi == kpi for rule in each.rules)]
