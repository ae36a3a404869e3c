"""Whatever comes in, nobody is asked twice within the days of the budget, and a second look decides the same."""

import itertools
from collections import defaultdict
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mittari.collect.invite.outbox import FIRST_WAIT, LONGEST_WAIT, wait_after
from mittari.collect.invite.people import Address
from mittari.collect.invite.plan import LOOK_BACK, Ask, Candidate, Known, Taken, Why, by_hand, plan
from mittari.collect.survey.model import Invitations, Question, Survey
from mittari.settings import quiet_hours

NOW = datetime(2026, 10, 7, 9, 0)
PERSONS = ("customer:a", "customer:b", "employee:c")


def survey(name: str, delay_h: int = 1, **more: object) -> Survey:
    return Survey(
        id=name,
        title=name,
        owner="Maija",
        reaction_time=timedelta(hours=24),
        questions=(Question("csat", "csat", low=1, high=5),),
        languages=("en",),
        invitations=Invitations("solved", delay=timedelta(hours=delay_h), **more),  # type: ignore[arg-type]
    )


def candidate(about: str, person: str | None, hours_ago: float, **more: object) -> Candidate:
    return Candidate(about, person, NOW - timedelta(hours=hours_ago), consent=True, **more)  # type: ignore[arg-type]


def known(ask_days: int = 30, quiet: str = "20:00-08:00", asks: dict[str, list[Ask]] | None = None) -> Known:
    addresses = {(person, "email"): Address(person, "email", "x@y.example") for person in PERSONS}
    return Known(ask_days, quiet_hours(quiet), "Europe/Helsinki", addresses, asks=asks or {})


def always(_name: str) -> float:
    return 0.0


ASKS = st.dictionaries(
    st.sampled_from(PERSONS),
    st.lists(
        st.builds(
            Ask,
            st.sampled_from(["old1", "old2", "s0:k1", "s1:k2"]),
            st.integers(-80, 20).map(lambda days: NOW + timedelta(days=days)),
        ),
        max_size=3,
    ),
)


@given(
    contacts=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 30), st.sampled_from(PERSONS), st.floats(0, 100)), max_size=25
    ),
    asks=ASKS,
    ask_days=st.integers(1, 60),
    delays=st.tuples(st.integers(1, 90), st.integers(1, 90), st.integers(1, 90)),
    quiet=st.sampled_from(["none", "20:00-08:00", "20:00-08:00, Sat-Sun"]),
)
def test_nobody_is_asked_twice_within_the_days_of_the_budget(
    contacts: list[tuple[int, int, str, float]],
    asks: dict[str, list[Ask]],
    ask_days: int,
    delays: tuple[int, int, int],
    quiet: str,
) -> None:
    surveys = [survey(f"s{number}", delay) for number, delay in enumerate(delays)]
    seen = {(number, about): (person, hours) for number, about, person, hours in contacts}
    pairs = [
        (surveys[number], candidate(f"k{about}", person, hours)) for (number, about), (person, hours) in seen.items()
    ]
    decided = plan(pairs, known(ask_days, quiet, asks), always, NOW)
    assert len(decided) == len(pairs)
    moments = defaultdict(list)
    for each in decided:
        assert (each.at is None) != (each.why is None)
        if each.at is not None:
            assert each.at >= NOW
            moments[each.candidate.person].append(each.at)
            for ask in asks.get(each.candidate.person or "", []):
                apart = abs(ask.at - each.at) >= timedelta(days=ask_days)
                assert apart or ask.invite_id == each.invite_id
    for planned in moments.values():
        for one, other in itertools.pairwise(sorted(planned)):
            assert other - one >= timedelta(days=ask_days)
    assert plan(pairs[::-1], known(ask_days, quiet, asks), always, NOW) == decided


@given(later=st.floats(0, 48), asked=st.integers(-40, 0))
def test_a_later_look_asks_nobody_whom_an_earlier_one_left_out(later: float, asked: int) -> None:
    pair = (survey("s"), candidate("k", PERSONS[0], 0))
    facts = known(asks={PERSONS[0]: [Ask("old", NOW + timedelta(days=asked))]})
    first = plan([pair], facts, always, NOW)[0]
    second = plan([pair], facts, always, NOW + timedelta(hours=later))[0]
    assert first.why == second.why


def test_of_several_contacts_the_first_in_time_is_asked_about() -> None:
    one = survey("s")
    pairs = [(one, candidate(f"k{hours}", PERSONS[0], hours)) for hours in (0.1, 0.5, 0.3)]
    decided = {each.candidate.about: each.why for each in plan(pairs, known(), always, NOW)}
    assert decided == {"k0.5": None, "k0.3": Why.BUDGET, "k0.1": Why.BUDGET}


def test_without_a_budget_every_contact_is_asked_about() -> None:
    pairs = [(survey("s"), candidate(f"k{number}", PERSONS[0], 0)) for number in range(3)]
    assert all(each.at for each in plan(pairs, known(ask_days=0), always, NOW))


def test_a_contact_that_is_taken_moves_only_while_it_waits() -> None:
    pair = (survey("s"), candidate("k", PERSONS[0], 0))
    taken = {
        "the same": Taken(NOW, moves=True),
        "sent": Taken(NOW - timedelta(hours=1), moves=False),
        "earlier": Taken(NOW - timedelta(hours=1), moves=True),
    }
    told = {}
    for name, found in taken.items():
        facts = known()
        with_taken = Known(facts.ask_days, facts.quiet, facts.zone, facts.addresses, taken={"s:k": found})
        told[name] = plan([pair], with_taken, always, NOW)[0].why
    assert told == {"the same": Why.ALREADY, "sent": Why.ALREADY, "earlier": None}


def test_the_sample_is_a_share() -> None:
    half = survey("s", share=0.5)
    pair = (half, candidate("k", PERSONS[0], 0))
    assert plan([pair], known(), lambda _: 0.49, NOW)[0].why is None
    assert plan([pair], known(), lambda _: 0.5, NOW)[0].why is Why.SAMPLED_OUT


def test_a_contact_too_long_ago_is_left_out() -> None:
    edge = LOOK_BACK / timedelta(hours=1) + 1
    pairs = [(survey("s"), candidate("k", PERSONS[0], edge + late)) for late in (0, 0.01)]
    assert [plan([pair], known(), always, NOW)[0].why for pair in pairs] == [None, Why.TOO_LATE]


def test_by_hand_the_budget_and_consent_hold_as_well() -> None:
    asked = {PERSONS[0]: [Ask("old", NOW - timedelta(days=3))]}
    known_of_asked = known(asks=asked)
    one = survey("s")
    told = {
        person: by_hand(one, Candidate("x", person, NOW, "known", consent=consent), known_of_asked, NOW).why
        for person, consent in ((PERSONS[0], True), (PERSONS[1], None), (PERSONS[2], None), ("customer:d", True))
    }
    assert told == {
        PERSONS[0]: Why.BUDGET,
        PERSONS[1]: Why.NO_CONSENT,
        PERSONS[2]: None,
        "customer:d": Why.NO_ADDRESS,
    }


@given(tries=st.integers(1, 100), chance=st.floats(0, 1))
def test_the_wait_grows_from_a_minute_to_six_hours(tries: int, chance: float) -> None:
    assert FIRST_WAIT <= wait_after(tries, chance) <= LONGEST_WAIT
    assert wait_after(tries, chance) <= wait_after(tries + 2, chance)
    assert wait_after(20, 0.5) == LONGEST_WAIT
