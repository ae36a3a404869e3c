"""Who is asked, when, and why somebody is not. Pure: what is known comes in as values, decisions come out.

A second look at the same contacts decides the same: the sample is drawn by the survey and the contact, and the budget
is held against the moment of asking, not against now.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mittari.collect.invite.people import Address
from mittari.collect.invite.quiet import next_allowed
from mittari.collect.survey.model import Survey
from mittari.settings import QuietHours


class Why(StrEnum):
    """Why somebody is not asked."""

    CLOSED = "the survey is not open"
    TRIAL = "the survey is only tried out"
    NOBODY = "the customer is not known"
    LEFT_OUT = "spam, a test, merged or deleted"
    OUTBOUND = "we began the contact"
    INTERNAL = "one of our own people"
    CHANNEL = "another channel"
    REOPENED = "opened again"
    CANCELLED = "the order does not stand"
    TOO_LATE = "too long ago"
    SAMPLED_OUT = "not in the sample"
    OPTED_OUT = "does not want to be asked"
    NO_CONSENT = "has not agreed to be contacted"
    NO_ADDRESS = "no address"
    BAD_ADDRESS = "the address does not exist"
    BUDGET = "asked already within the days of the budget"
    ALREADY = "asked about this already"
    ANSWERED = "has answered already"
    STALE = "could not be sent in time"


@dataclass(frozen=True)
class Candidate:
    """A contact that somebody might be asked about, as it stands at its end.

    `about` is the conversation or order, `person` as in people.py and None when unknown; instants are naive UTC.
    `consent` is what the facts say of being contacted; None where they say nothing.
    """

    about: str
    person: str | None
    touch_at: datetime
    after: str = "solved"
    channel: str | None = None
    agent_id: str | None = None
    team_id: str | None = None
    language: str | None = None
    consent: bool | None = None
    left_out: bool = False
    outbound: bool = False
    internal: bool = False
    undone: bool = False


@dataclass(frozen=True)
class Ask:
    """An invitation that counts in somebody's budget, sent or waiting."""

    invite_id: str
    at: datetime


@dataclass(frozen=True)
class Taken:
    """An invitation that exists already: `moves` while it waits, or was called off since the contact went on."""

    touch_at: datetime | None
    moves: bool


@dataclass(frozen=True)
class Known:
    """What is known of the persons concerned, and the rules that hold. `asks` need not be in order.

    `sharing` names the budgets that a person has with others who are reached at the same address; what counts in them
    stands in `asks` under these names: see `shared`.
    """

    ask_days: int
    quiet: QuietHours
    zone: str
    addresses: Mapping[tuple[str, str], Address] = field(default_factory=dict)
    opted_out: frozenset[str] = frozenset()
    asks: Mapping[str, Sequence[Ask]] = field(default_factory=dict)
    taken: Mapping[str, Taken] = field(default_factory=dict)
    sharing: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def budgets(self, person: str | None) -> tuple[str, ...]:
        """The names under which the asks stand that count for a person."""
        return (person or "", *self.sharing.get(person or "", ()))

    def asked(self, person: str | None) -> Iterator[Ask]:
        """What counts in the budgets of a person."""
        return (ask for name in self.budgets(person) for ask in self.asks.get(name, ()))


@dataclass(frozen=True)
class Decision:
    """What became of one candidate: asked at `at`, or not, and why."""

    survey: Survey
    candidate: Candidate
    at: datetime | None = None
    why: Why | None = None

    @property
    def invite_id(self) -> str:
        return invite_id(self.survey, self.candidate)


def shared(
    groups: Iterable[frozenset[str]], asks: Mapping[str, Sequence[Ask]]
) -> tuple[dict[str, list[str]], dict[str, Sequence[Ask]]]:
    """The budgets of groups of persons, each group reached at one address: `sharing` and `asks` of what is known."""
    sharing: dict[str, list[str]] = {}
    found: dict[str, Sequence[Ask]] = dict(asks)
    for number, group in enumerate(groups):
        name = f"address {number}"
        found[name] = [ask for person in group for ask in asks.get(person, ())]
        for person in group:
            sharing.setdefault(person, []).append(name)
    return sharing, found


LOOK_BACK = timedelta(days=3)
"""So late a contact may be loaded, after the moment at which its customer was due, and is still asked about."""

Chance = Callable[[str], float]
Pair = tuple[Survey, Candidate]


def invite_id(survey: Survey, candidate: Candidate) -> str:
    """One survey asks once about one contact: the name says so, and a repeated look changes nothing."""
    return f"{survey.id}:{candidate.about}"


def plan(pairs: Iterable[Pair], known: Known, chance: Chance, now: datetime) -> list[Decision]:
    """A decision about every candidate of every survey, the first in time first: it takes the person's budget."""
    asks = {person: list(found) for person, found in known.asks.items()}
    decided: list[Decision] = []
    for survey, candidate in sorted(pairs, key=lambda pair: _order(pair, known, now)):
        at = due_at(survey, candidate, known, now)
        why = why_not(survey, candidate, known, chance, now)
        person = candidate.person or ""
        # Also at the moment at which a contact that came in time would have been asked about: whoever had been asked
        # lately then is not asked later, when the days are over.
        in_time = due_at(survey, candidate, known, candidate.touch_at)
        if why is None and any(
            spent(asks.get(name, ()), invite_id(survey, candidate), moment, known.ask_days)
            for name in known.budgets(person)
            for moment in (at, in_time)
        ):
            why = Why.BUDGET
        if why is None:
            own = invite_id(survey, candidate)
            for name in known.budgets(person):
                kept = [ask for ask in asks.get(name, ()) if ask.invite_id != own]
                asks[name] = [*kept, Ask(own, at)]
        decided.append(Decision(survey, candidate, None if why else at, why))
    return decided


def _order(pair: Pair, known: Known, now: datetime) -> tuple[datetime, datetime, str]:
    survey, candidate = pair
    return due_at(survey, candidate, known, now), candidate.touch_at, invite_id(survey, candidate)


def due_at(survey: Survey, candidate: Candidate, known: Known, now: datetime) -> datetime:
    """When the person would be asked: after the survey's delay, not before now, outside quiet hours."""
    delay = survey.invitations.delay if survey.invitations else timedelta(0)
    return next_allowed(max(candidate.touch_at + delay, now), known.quiet, known.zone)


def why_not(survey: Survey, candidate: Candidate, known: Known, chance: Chance, now: datetime) -> Why | None:
    """What speaks against asking, the budget apart; None where nothing does."""
    return (
        _of_survey(survey)
        or _of_contact(survey, candidate, now)
        or _of_taken(known.taken.get(invite_id(survey, candidate)), candidate)
        or _of_sample(survey, candidate, chance)
        or of_person(survey, candidate, known)
    )


def _of_survey(survey: Survey) -> Why | None:
    if survey.closed or not survey.owner or not survey.reaction_time:
        return Why.CLOSED
    return Why.TRIAL if survey.is_test else None


def _of_contact(survey: Survey, candidate: Candidate, now: datetime) -> Why | None:
    invitations = survey.invitations
    delay = invitations.delay if invitations else timedelta(0)
    reasons = {
        Why.LEFT_OUT: candidate.left_out,
        Why.NOBODY: candidate.person is None,
        Why.OUTBOUND: candidate.outbound,
        Why.INTERNAL: candidate.internal,
        Why.CHANNEL: bool(invitations and invitations.channels and candidate.channel not in invitations.channels),
        Why.REOPENED: candidate.undone and candidate.after == "solved",
        Why.CANCELLED: candidate.undone,
        Why.TOO_LATE: candidate.touch_at + delay + LOOK_BACK < now,
    }
    return next((why for why, holds in reasons.items() if holds), None)


def _of_taken(taken: Taken | None, candidate: Candidate) -> Why | None:
    """A contact that went on and was solved again is asked about anew, as long as nobody was asked yet."""
    if taken is None or (taken.moves and taken.touch_at != candidate.touch_at):
        return None
    return Why.ALREADY


def _of_sample(survey: Survey, candidate: Candidate, chance: Chance) -> Why | None:
    share = survey.invitations.share if survey.invitations else 1.0
    return Why.SAMPLED_OUT if chance(invite_id(survey, candidate)) >= share else None


def of_person(survey: Survey, candidate: Candidate, known: Known) -> Why | None:
    """What the person's will, consent and address say."""
    person = candidate.person or ""
    way = survey.invitations.by if survey.invitations else "email"
    address = known.addresses.get((person, way))
    if person in known.opted_out:
        return Why.OPTED_OUT
    if address is None:
        return Why.NO_ADDRESS
    if address.bad:
        return Why.BAD_ADDRESS
    return None if agreed(candidate.consent, address.consent, person) else Why.NO_CONSENT


def agreed(of_facts: bool | None, of_address: bool | None, person: str) -> bool:
    """Somebody said yes and nobody said no. One's own people, asked by hand, need only not have said no."""
    said = {of_facts, of_address}
    return False not in said and (True in said or person.startswith("employee:"))


def spent(asks: Iterable[Ask], own: str, at: datetime, ask_days: int) -> bool:
    """Whether another ask lies within the days of the budget around `at`, before or after it."""
    near = timedelta(days=ask_days)
    return any(abs(ask.at - at) < near for ask in asks if ask.invite_id != own)


def by_hand(survey: Survey, candidate: Candidate, known: Known, now: datetime) -> Decision:
    """Asking one person on purpose: no delay and no sample, but the same consent, opting out and budget."""
    at = next_allowed(now, known.quiet, known.zone)
    closed = _of_survey(survey)
    why = (None if closed is Why.TRIAL else closed) or of_person(survey, candidate, known)
    if why is None and spent(known.asked(candidate.person), invite_id(survey, candidate), at, known.ask_days):
        why = Why.BUDGET
    return Decision(survey, candidate, None if why else at, why)


@dataclass(frozen=True)
class Standing:
    """What holds at the moment of sending: the contact, the person and what they were asked since."""

    candidate: Candidate
    answered: bool = False


def called_off(
    survey: Survey | None, own: str, touch_at: datetime | None, standing: Standing, known: Known, now: datetime
) -> Why | None:
    """Why a waiting invitation is not sent after all; None where it goes out."""
    if survey is None:
        return Why.CLOSED
    candidate = standing.candidate
    if candidate.left_out:
        return Why.LEFT_OUT
    if candidate.undone or (touch_at is not None and candidate.touch_at != touch_at):
        return Why.REOPENED if candidate.after == "solved" else Why.CANCELLED
    if standing.answered:
        return Why.ANSWERED
    why = of_person(survey, candidate, known)
    if why is None and spent(known.asked(candidate.person), own, now, known.ask_days):
        return Why.BUDGET
    return why
