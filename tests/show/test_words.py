"""No status, flag, verdict or side is without words, and no colour is without them."""

from mittari.measure.families import change
from mittari.measure.kpi import BAND, HIGHER, LOWER, NEITHER
from mittari.measure.result import FLAGS, STATUSES
from mittari.show import words
from mittari.show.verdict import Goal, goal_of, standing
from show import sample


def test_every_status_and_flag_has_words():
    assert set(words.STATUS_WORDS) == set(STATUSES)
    assert set(words.FLAG_WORDS) == set(FLAGS)


def test_every_verdict_and_direction_has_words():
    assert {change.REAL, change.NOISE, change.CANNOT_TELL} == set(words.VERDICT_WORDS)
    assert set(words.BETTER_WORDS) == {HIGHER, LOWER, NEITHER, BAND}


def test_a_final_number_without_flags_needs_no_words():
    assert words.notices("final", []) == []


def test_flags_are_said_in_a_fixed_order():
    said = [short for short, _ in words.notices("provisional", ["wide", "low_n"])]
    assert said == ["provisional", "few cases", "wide interval"]


def record(kpi_id, **changes):
    [found] = sample.SampleWorkspace().kpi(kpi_id, "2026-09")
    return sample.replace(found, **changes)


UP = Goal(0.8, None, "up")


def test_a_value_on_the_good_side_is_on_target():
    assert standing(record("service_level", value=0.81), UP) == "on"


def test_a_miss_is_near_while_the_interval_holds_the_target_or_it_is_small():
    assert standing(record("service_level", value=0.7, ci_low=0.55, ci_high=0.82), UP) == "near"
    assert standing(record("service_level", value=0.79, ci_low=0.785, ci_high=0.795), UP) == "near"


def test_a_clear_miss_is_off_target():
    assert standing(record("service_level", value=0.7, ci_low=0.68, ci_high=0.72), UP) == "off"


def test_there_is_no_verdict_for_few_cases_or_few_blocks():
    for flag in ("low_n", "few_blocks"):
        assert standing(record("service_level", value=0.1, flags=[flag]), UP) is None


def test_a_band_is_missed_on_either_side():
    band = Goal(0.75, 0.85, "band")
    told = [
        standing(record("occupancy_rate", value=v, ci_low=None, ci_high=None), band) for v in (0.5, 0.8, 0.86, 0.95)
    ]
    assert told == ["off", "on", "near", "off"]


def test_a_target_of_the_installation_goes_before_the_declared_one():
    [definition] = sample.SampleWorkspace().catalogue("service_level")
    own = sample.Target(0.9, None, "up", "head of service", None, "house")
    assert goal_of(definition, own) == Goal(0.9, None, "up", "head of service", None, "house")
    assert goal_of(definition, None) == Goal(0.8, None, "up", source="default")


def test_a_kpi_without_a_better_side_has_no_default_goal():
    [definition] = sample.SampleWorkspace().catalogue("conversation_count")
    assert goal_of(definition, None) is None
