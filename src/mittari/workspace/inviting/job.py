"""The job that decides whom to ask: it looks at contacts that have ended and fills the outbox.

A look costs what has changed since the last one. Now and then, at every start and after new addresses it goes over all
contacts of the last days again, so that nothing that was loaded late or learnt later is missed; doing so is harmless,
since an invitation is named after its survey and contact.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mittari.collect.collector import Collector
from mittari.collect.invite import outbox
from mittari.collect.invite.outbox import context_of_decision
from mittari.collect.invite.people import EMAIL, KINDS, Address, addresses_of, opted_out, sharing
from mittari.collect.invite.plan import LOOK_BACK, Ask, Decision, Known, Pair, Taken, by_hand, invite_id, plan, shared
from mittari.collect.links import Context
from mittari.collect.survey.files import why_closed
from mittari.collect.survey.model import Survey
from mittari.errors import UserError
from mittari.workspace.inviting.facts import Facts, candidates
from mittari.workspace.local import LocalWorkspace

SAMPLE = "invitation sample"
LOOKED_AT, LOOKED_IN, ADDRESSES = "invitations looked at", "invitations looked in", "invitations addresses"
ALL_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Look:
    """What one look covers: contacts changed after `version`, 0 for all of the window."""

    version: int
    now: datetime


def run(workspace: LocalWorkspace, collector: Collector, now: datetime) -> int:
    """Decide about what is new and put those to be asked into the outbox; returns how many were put there."""
    surveys = inviting(collector)
    version = workspace.data_version()
    newest = _newest(collector, surveys)
    look = _look(collector, version, newest, now)
    if not surveys or look is None:
        return 0
    decided, known = decide(workspace, collector, surveys, look)
    rows = [_outbox_row(each, known, collector.settings.language) for each in decided if each.at is not None]
    written = outbox.put(collector.ledger, rows)
    _remember(collector, version, newest, look, now)
    return written


def inviting(collector: Collector) -> list[Survey]:
    """The open surveys that ask people by themselves."""
    found = [shelved.survey for shelved in collector.shelf.all() if shelved.is_open and shelved.survey]
    return [survey for survey in found if survey.invitations and survey.invitations.after]


def decide(
    workspace: LocalWorkspace, collector: Collector, surveys: Sequence[Survey], look: Look
) -> tuple[list[Decision], Known]:
    """A decision about every contact of a look, of all surveys at once (they share budgets); and what was known."""
    pairs = [pair for survey in surveys for pair in _pairs(workspace, survey, look)]
    persons = sorted({candidate.person for _, candidate in pairs if candidate.person})
    taken = outbox.taken(collector.ledger, [invite_id(*pair) for pair in pairs])
    known = known_of(workspace, collector, persons, look.now, taken)
    decided = plan(pairs, known, lambda name: collector.signer.fraction(SAMPLE, name), look.now)
    return decided, known


def _pairs(workspace: LocalWorkspace, survey: Survey, look: Look) -> list[Pair]:
    invitations = survey.invitations
    if invitations is None or invitations.after is None:
        return []
    since = look.now - invitations.delay - LOOK_BACK
    found = candidates(workspace, invitations.after, since, look.now, look.version)
    return [(survey, candidate) for candidate in found]


def known_of(
    workspace: LocalWorkspace,
    collector: Collector,
    persons: Sequence[str],
    now: datetime,
    taken: dict[str, Taken] | None = None,
) -> Known:
    """What is known of these persons, in facts and ledger."""
    settings, since = collector.settings, now - timedelta(days=collector.settings.ask_days)
    addresses: dict[tuple[str, str], Address] = {}
    for kind in KINDS:
        found = addresses_of(collector.ledger, kind, persons)
        addresses |= {(person, kind): address for person, address in found.items()}
    groups = sharing(collector.ledger, persons)
    everybody = sorted({*persons, *(person for group in groups for person in group)})
    asks: dict[str, list[Ask]] = Facts(workspace).asks(everybody, since)
    for person, waiting in outbox.waiting_asks(collector.ledger, everybody, since).items():
        asks[person] = [*asks.get(person, []), *waiting]
    together, counted = shared(groups, asks)
    return Known(
        ask_days=settings.ask_days,
        quiet=settings.quiet_hours,
        zone=settings.timezone,
        addresses=addresses,
        opted_out=opted_out(collector.ledger, collector.signer, persons),
        asks=counted,
        taken=taken or {},
        sharing=together,
    )


def _outbox_row(decision: Decision, known: Known, default: str) -> tuple[str, str, str, str, datetime, Context]:
    """What goes into the outbox for somebody who is to be asked."""
    person, way = decision.candidate.person or "", way_of_survey(decision.survey)
    address = known.addresses.get((person, way))
    language = language_of(decision.survey, address.language if address else None, decision.candidate.language, default)
    context = context_of_decision(decision, language)
    return decision.invite_id, way, decision.survey.id, person, decision.at or decision.candidate.touch_at, context


def way_of_survey(survey: Survey) -> str:
    return survey.invitations.by if survey.invitations else EMAIL


def language_of(survey: Survey, *wanted: str | None) -> str:
    """The first of the wanted languages that the survey has, else its own first one."""
    for tag in wanted:
        for known in (tag, (tag or "").split("-")[0], "nb" if (tag or "").startswith(("no", "nn")) else None):
            if known in survey.languages:
                return str(known)
    return survey.language(None)


def _look(collector: Collector, version: int, newest: str, now: datetime) -> Look | None:
    """What is to be looked at; None where nothing has changed."""
    known = dict(collector.ledger.all("SELECT key, value FROM meta WHERE key LIKE 'invitations %'"))
    last = known.get(LOOKED_AT)
    if last is None or now - datetime.fromisoformat(last) >= ALL_AGAIN or known.get(ADDRESSES) != newest:
        return Look(0, now)
    before = int(known.get(LOOKED_IN, "0"))
    # A restored warehouse starts to count again below what was seen.
    return None if before == version else Look(before if before < version else 0, now)


def _newest(collector: Collector, surveys: Sequence[Survey]) -> str:
    """Changes when addresses come in, or when surveys begin to ask otherwise."""
    newest = collector.ledger.one("SELECT coalesce(max(at), '') FROM addresses")
    rules = " ".join(f"{survey.id} {survey.invitations}" for survey in surveys)
    return f"{newest[0] if newest else ''} {collector.signer.name(SAMPLE, rules)}"


def _remember(collector: Collector, version: int, newest: str, look: Look, now: datetime) -> None:
    told = {LOOKED_IN: str(version), ADDRESSES: newest}
    if look.version == 0:
        told[LOOKED_AT] = now.isoformat()
    with collector.ledger.writing() as connection:
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", told.items()
        )


def preview(workspace: LocalWorkspace, collector: Collector, name: str) -> dict[str, int]:
    """How many of the contacts of the last days a survey would ask, and how many not and why. Nothing is written."""
    survey = survey_named(collector, name)
    if survey.invitations is None or survey.invitations.after is None:
        raise UserError(f"the survey {name} asks nobody by itself", hint="Say `after` in its [invitations].")
    others = [each for each in inviting(collector) if each.id != name]
    decided, _ = decide(workspace, collector, [survey, *others], Look(0, workspace.clock()))
    waits = {row[0] for row in collector.ledger.all("SELECT id FROM outbox WHERE state = 'waiting'")}
    counts: Counter[str] = Counter()
    for each in decided:
        if each.survey.id == name:
            told = "is asked" if each.at else str(each.why)
            counts["waits in the outbox" if each.invite_id in waits else told] += 1
    return dict(counts.most_common())


def survey_named(collector: Collector, name: str) -> Survey:
    survey = collector.shelf.get(name)
    if survey is None:
        names = ", ".join(shelved.name for shelved in collector.shelf.all()) or "none"
        raise UserError(f"there is no survey {name!r} that can be read", hint=f"There are: {names}.")
    return survey


def invite_one(
    workspace: LocalWorkspace, collector: Collector, name: str, kind: str, person: str, about: str, dry_run: bool
) -> dict[str, str | None]:
    """Ask one person on purpose: `at` (an ISO text) when it goes out, or `why` it does not."""
    survey, now = survey_named(collector, name), workspace.clock()
    if reason := why_closed(survey):
        raise UserError(f"the survey {name} is not open: {reason}")
    candidate = Facts(workspace).person(kind, person, about)
    known = known_of(workspace, collector, [candidate.person or ""], now)
    decision = by_hand(survey, candidate, known, now)
    if decision.at is None:
        return {"at": None, "why": str(decision.why)}
    if not dry_run:
        outbox.put(collector.ledger, [_outbox_row(decision, known, collector.settings.language)])
    return {"at": decision.at.isoformat(), "why": None}
