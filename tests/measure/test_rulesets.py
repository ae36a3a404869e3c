"""The rules of other products: a few contacts by hand, and what explains each difference."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, call, case, load, solved
from mittari.errors import UserError
from mittari.measure.helpdesks import page
from mittari.measure.kpi import catalogue
from mittari.measure.rulesets import SETS, rule_set
from mittari.workspace.comparing import Compared, CountedOtherwise
from mittari.workspace.local import LocalWorkspace

PAGE = Path(__file__).parents[2] / "docs" / "helpdesks.md"
FRT, RESOLUTION, FCR = "first_response_time", "resolution_time", "first_contact_resolution_rate"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def both(workspace: LocalWorkspace, rules: str, kpi: str) -> tuple[Compared, dict[str, CountedOtherwise]]:
    (compared,) = workspace.by_rules(rules, kpi, period="2025-03", as_of=AS_OF)
    return compared, {each.key: each for each in workspace.counted_otherwise(compared)}


def told(each: CountedOtherwise) -> tuple[float | None, float | None, str | None]:
    return each.here, each.there, each.left_out


def said(number: int, contact: int, minute: int, **more: Any) -> dict[str, Any]:
    row = {"message_id": f"m{number}", "conversation_id": f"c{contact}", "sent_at": at(3, 9, minute)}
    return {**row, "author_type": "agent", "author_id": "a", **more}


def test_every_rule_can_be_asked_and_says_where_it_is_published() -> None:
    known = catalogue()
    for each in SETS:
        for rule in each.rules:
            assert rule.output in known[rule.kpi].outputs, (each.name, rule.kpi)
            known[rule.kpi].check_parameters(rule.params)
            assert rule.source
            assert rule.because[0].islower()
            assert not rule.because.endswith(".")
    assert [each.name for each in SETS if not (each.rules and each.not_reproduced)] == ["house"]


def test_the_page_in_docs_is_the_one_the_rules_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m mittari.measure.helpdesks > docs/helpdesks.md`"


def test_a_set_that_nobody_knows_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UserError, match="no rule set is called 'zendsk'") as refused:
        rule_set("zendsk")
    assert 'Did you mean "zendesk"?' in str(refused.value)


@pytest.mark.parametrize("rules", ["zendesk", "intercom"])
def test_their_clock_runs_while_the_bot_answers(empty: LocalWorkspace, rules: str) -> None:
    bot = {"bot_first": 1, "channel": "chat", "handoff_at": at(3, 9, 10), "first_response_at": at(3, 9, 12)}
    load(
        empty,
        "conversations",
        case(1, at(3), **bot),
        case(2, at(3), first_response_at=at(3, 9, 30)),
        case(3, at(3)),
    )
    compared, otherwise = both(empty, rules, FRT)
    assert (compared.here.value, compared.there.value) == (16 * 60, 21 * 60)
    assert {key: told(each) for key, each in otherwise.items()} == {"c1": (120, 720, None)}


def test_a_wait_whose_bot_began_the_month_before_belongs_there_to_that_month(empty: LocalWorkspace) -> None:
    """March begins on 28 February at 22:00 UTC."""
    began, handed = at(1) - 11 * HOUR - MINUTE, at(1) - 10 * HOUR
    load(
        empty,
        "conversations",
        case(1, began, bot_first=1, channel="chat", handoff_at=handed, first_response_at=handed + MINUTE),
        case(2, at(3), first_response_at=at(3, 10)),
    )
    compared, otherwise = both(empty, "zendesk", FRT)
    assert (compared.here.n, compared.there.n) == (2, 1)
    assert told(otherwise["c1"]) == (60, None, "it belongs to another period")


def test_what_a_bot_solved_counts_there(empty: LocalWorkspace) -> None:
    load(
        empty,
        "conversations",
        case(1, at(3), resolved_by="agent", first_response_at=at(3), **solved(at(3, 11))),
        case(2, at(3), channel="chat", bot_first=1, resolved_by="bot", **solved(at(3, 10))),
    )
    for rules, expected in (("zendesk", 1.5 * 3600), ("chatwoot", 1.5 * 3600)):
        compared, otherwise = both(empty, rules, RESOLUTION)
        assert (compared.here.value, compared.there.value) == (2 * 3600, expected)
        assert told(otherwise["c2"]) == (None, 3600, "solved by a bot")
        assert len(otherwise) == 1


def test_the_average_of_the_same_waits_differs_in_no_contact(empty: LocalWorkspace) -> None:
    waits = (at(3, 9, 1), at(3, 9, 2), at(3, 10))
    load(empty, "conversations", *[case(n, at(3), first_response_at=then) for n, then in enumerate(waits)])
    compared, otherwise = both(empty, "chatwoot", FRT)
    assert (compared.here.value, compared.there.value) == (120, 21 * 60)
    assert otherwise == {}


def test_business_hours_shorten_a_wait_over_night(empty: LocalWorkspace) -> None:
    """Tuesday 14:00 UTC to Wednesday 07:00: of the default calendar, Monday to Friday from 8 to 16 local, an hour."""
    load(empty, "conversations", case(1, at(4, 13), first_response_at=at(5, 7)))
    record = empty.kpi("first_response_time.business_median", "2025-03", as_of=AS_OF).one()
    compared, otherwise = both(empty, "freshdesk", FRT)
    assert compared.here.value == 18 * 3600
    assert compared.there.value == record.value == otherwise["c1"].there
    assert compared.there.value < 9 * 3600


def test_business_hours_with_the_bots_time_are_refused(empty: LocalWorkspace) -> None:
    load(empty, "conversations", case(1, at(3), first_response_at=at(4)))
    for wrong in (
        {"frt_clock": "business", "frt_start": "created"},
        {"frt_clock": "lunar"},
        {"frt_start": "later"},
    ):
        with pytest.raises(UserError, match=r"business hours are known|frt_clock is|frt_start is"):
            empty.kpi(FRT, "2025-03", as_of=AS_OF, **wrong)
    with pytest.raises(UserError, match="solved_by is people or anyone"):
        empty.kpi(RESOLUTION, "2025-03", as_of=AS_OF, solved_by="ghosts")
    with pytest.raises(UserError, match="fcr_of is first_contacts or solved"):
        empty.kpi(FCR, "2025-03", as_of=AS_OF, fcr_of="all")


def a_case_of_each_kind(workspace: LocalWorkspace) -> None:
    """One reply and never back (1), two replies (2), one reply and back within the week (3, 4), never solved (5)."""
    mine = {"first_responder_id": "a", "agent_id": "a", "resolved_by": "agent", "first_response_at": at(3, 9, 5)}
    load(
        workspace,
        "conversations",
        case(1, at(3), **mine, **{**solved(at(3, 9, 30)), "customer_id": "k1"}),
        case(2, at(3), **mine, **{**solved(at(3, 9, 30)), "customer_id": "k2"}),
        case(3, at(3), **mine, **{**solved(at(3, 9, 30)), "customer_id": "k3"}),
        case(4, at(5), customer_id="k3", direction="in"),
        case(5, at(3), **{**mine, "customer_id": "k5"}),
    )
    messages = [said(1, 1, 5), said(2, 2, 5), said(3, 2, 20), said(4, 3, 5), said(5, 5, 5)]
    load(workspace, "messages", *messages, said(6, 1, 1, author_type="customer"))


@pytest.mark.parametrize("rules", ["zendesk", "freshdesk"])
def test_one_reply_is_enough_there_whoever_writes_again(empty: LocalWorkspace, rules: str) -> None:
    """Here 1 and 2 of the four handled first contacts; there 1 and 3 of the three solved ones."""
    a_case_of_each_kind(empty)
    compared, otherwise = both(empty, rules, FCR)
    assert (compared.here.value, compared.here.n) == (pytest.approx(2 / 4), 4)
    assert (compared.there.value, compared.there.n) == (pytest.approx(2 / 3), 3)
    assert {key: told(each) for key, each in otherwise.items()} == {
        "c2": (1, 0, None),
        "c3": (0, 1, None),
        "c5": (0, None, "not solved"),
    }


def test_a_case_that_is_open_again_is_no_solved_one(empty: LocalWorkspace) -> None:
    a_case_of_each_kind(empty)
    again = {"customer_id": "k6", "first_response_at": at(3, 9, 5), "reopened_at": at(4), "reopen_count": 1}
    load(empty, "conversations", case(6, at(3), **again, **solved(at(3, 9, 30))))
    load(empty, "messages", said(7, 6, 5))
    compared, otherwise = both(empty, "zendesk", FCR)
    assert compared.there.n == 3
    assert told(otherwise["c6"]) == (0, None, "not solved")


def test_one_teammate_is_enough_there(empty: LocalWorkspace) -> None:
    """All three solved ones were closed once by the one who answered."""
    a_case_of_each_kind(empty)
    compared, otherwise = both(empty, "intercom", FCR)
    assert (compared.there.value, compared.there.n) == (1, 3)
    assert {key: told(each) for key, each in otherwise.items()} == {
        "c3": (0, 1, None),
        "c5": (0, None, "not solved"),
    }


def test_who_hangs_up_at_once_counts_there(empty: LocalWorkspace) -> None:
    load(
        empty,
        "calls",
        call(1, at(3), "answered", 10),
        call(2, at(3, 10), "abandoned", 0),
        call(3, at(3, 11), "abandoned", 5),
        call(4, at(3, 12), "abandoned", 6),
    )
    level, otherwise = both(empty, "genesys", "service_level")
    assert (level.here.value, level.there.value) == (1 / 2, 1 / 4)
    assert {key: told(each) for key, each in otherwise.items()} == {
        "p2": (None, 0, "abandoned at once"),
        "p3": (None, 0, "abandoned at once"),
    }
    left, otherwise = both(empty, "genesys", "call_abandonment_rate")
    assert (left.here.value, left.there.value) == (1 / 2, 3 / 4)
    assert sorted(otherwise) == ["p2", "p3"]


def test_slices_and_periods_are_compared_with_their_like(empty: LocalWorkspace) -> None:
    load(
        empty,
        "conversations",
        case(1, at(3), first_response_at=at(3, 9, 1)),
        case(2, at(3), channel="chat", first_response_at=at(3, 9, 2)),
    )
    found = empty.by_rules("zendesk", FRT, period=["2025-02", "2025-03"], by="channel", as_of=AS_OF)
    assert all((each.here.period, each.here.slice) == (each.there.period, each.there.slice) for each in found)
    values = {each.here.slice["channel"]: each.there.value for each in found if each.here.period == "2025-03"}
    assert values["email"] == 60
    assert values["chat"] == 120


def test_what_differs_most_comes_first(empty: LocalWorkspace) -> None:
    def by_bot(number: int, minutes: int) -> dict[str, Any]:
        return case(
            number,
            at(3),
            bot_first=1,
            channel="chat",
            handoff_at=at(3) + minutes * MINUTE,
            first_response_at=at(3, 10),
        )

    early = at(1) - 11 * HOUR - MINUTE  # still February in Helsinki
    bot = {"bot_first": 1, "channel": "chat", "handoff_at": at(1), "first_response_at": at(1, 10)}
    load(empty, "conversations", by_bot(1, 5), by_bot(2, 30), by_bot(3, 30), case(4, early, **bot))
    _, otherwise = both(empty, "zendesk", FRT)
    assert list(otherwise) == ["c4", "c2", "c3", "c1"]
