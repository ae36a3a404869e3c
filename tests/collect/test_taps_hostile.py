"""Whatever comes, a body is judged or refused; what is taken fits the declaration of its table."""

import tomllib
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kiosks import NOW, SURVEY
from mittari.collect.checking import checked
from mittari.collect.devices import Device
from mittari.collect.survey.files import survey_of
from mittari.collect.taps import Unfit, about_itself, judge, visit_rows, waiting_of
from mittari.facts import TABLES

SURVEYS = [survey_of("exit", tomllib.loads(SURVEY.format(person=person)), "exit.toml") for person in ("known", "never")]
DEVICE = Device("front", "kiosk", "exit", None, None, (), NOW, None, None, {}, None, None)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
CLOCKS = st.integers(-(10**6), 10**14) | st.floats() | st.datetimes().map(lambda at: at.isoformat()) | VALUES
TAPS = st.fixed_dictionaries(
    {"key": st.text(max_size=70) | VALUES, "at": CLOCKS, "score": st.integers(0, 5) | VALUES},
    optional={"reason": st.sampled_from(["wait", "Wait!"]) | VALUES, "scale": VALUES, "language": VALUES},
)
VISITS = st.fixed_dictionaries({"date": st.dates().map(str) | VALUES, "count": st.integers(-1, 10**8) | VALUES})
BODIES = VALUES | st.fixed_dictionaries(
    {"sent_at": CLOCKS, "taps": st.lists(TAPS | VALUES, max_size=5)},
    optional={"visits": st.lists(VISITS, max_size=3) | VALUES, "waiting": VALUES, "version": VALUES, "aside": VALUES},
)


@given(BODIES, st.sampled_from(SURVEYS), st.sampled_from([timedelta(0), timedelta(days=40_000)]))
def test_anything_is_judged_or_refused_and_what_is_taken_fits_its_table(body, survey, waited):
    waiting_of(body)
    msgspec.json.encode(about_itself(body))
    try:
        judged = judge(DEVICE, survey, body, NOW, None, waited)
    except Unfit:
        return
    for arrival in [*judged.arrivals, *visit_rows("exit", judged.visits)]:
        kept, problems = checked(TABLES[arrival.table], list(arrival.rows))
        assert problems == []
        assert len(kept) == len(arrival.rows)
    named = [each for each in body.get("taps", []) if isinstance(each, dict)]
    assert len(set(judged.accepted)) == len(judged.accepted) <= len(named)
