"""What few of our own people say is hidden, and so is what others could work it out from (G21)."""

from dataclasses import replace
from typing import Any

import pytest

from measure.by_hand import AS_OF, answer, at, load, value
from mittari.measure.small_groups import hidden
from mittari.workspace.local import LocalWorkspace

HIDDEN = (None, None, None, "suppressed")


def staff(number: int, score: float | None = 9, **more: Any) -> dict[str, Any]:
    row = {"response_id": f"r{number}", "kind": "enps", "score": score, "employee_id": f"e{number}"}
    return {**row, "answered": int(score is not None), "responded_at": at(3), **more}


def team(first: int, size: int, name: str, **more: Any) -> list[dict[str, Any]]:
    return [staff(number, team_id=name, **more) for number in range(first, first + size)]


def told(workspace: LocalWorkspace, name: str = "enps", **more: Any) -> dict[tuple[str | None, ...], tuple[Any, ...]]:
    """(value, n, n_na, status) by slice."""
    records = workspace.kpi(name, "2025-03", as_of=AS_OF, **more)
    return {tuple(each.slice.values()): (each.value, each.n, each.n_na, each.status) for each in records}


@pytest.mark.parametrize(("people", "shown"), [(4, HIDDEN), (5, (100, 5, 0, "final"))])
def test_fewer_than_five_are_not_shown(empty: LocalWorkspace, people: int, shown: tuple[Any, ...]) -> None:
    load(empty, "responses", *[staff(number) for number in range(people)])
    assert told(empty) == {(): shown}


def test_who_left_the_question_open_is_no_fifth(empty: LocalWorkspace) -> None:
    load(empty, "responses", *[staff(number) for number in range(4)], staff(4, None))
    assert told(empty) == {(): HIDDEN}


def test_nor_is_who_answered_twice_or_in_a_test(empty: LocalWorkspace) -> None:
    again = staff(7, employee_id="e0", responded_at=at(4))
    load(empty, "responses", *[staff(number) for number in range(4)], again, staff(8, is_test=1))
    assert told(empty) == {(): HIDDEN}


def test_where_nobody_was_asked_there_is_nothing_to_hide(empty: LocalWorkspace) -> None:
    assert told(empty) == {(): (None, 0, 0, "no_data")}
    load(empty, "responses", staff(0, None))
    assert told(empty) == {(): HIDDEN}
    assert empty.kpi("enps", "2025-03", as_of="2025-03-01").one().status == "no_data"


def test_of_each_employee_the_latest_score_counts(empty: LocalWorkspace) -> None:
    later = [staff(10 + n, 0, employee_id=f"e{n}", responded_at=at(5)) for n in range(2)]
    load(empty, "responses", *[staff(number) for number in range(6)], *later, staff(20, 7), staff(21, 6), staff(22, 8))
    assert value(empty, "enps") == (pytest.approx(100 * (4 - 3) / 9), 9)


def test_a_slice_is_hidden_when_few_stand_outside_it(empty: LocalWorkspace) -> None:
    load(empty, "responses", *team(0, 6, "a"), *team(10, 4, "b"))
    assert told(empty)[()][1] == 10
    assert told(empty, by="team_id") == {("a",): HIDDEN, ("b",): HIDDEN}
    for name in "abc":
        assert told(empty, where={"team_id": name}) == {(name,): HIDDEN}


def test_slices_of_five_are_shown(empty: LocalWorkspace) -> None:
    load(empty, "responses", *team(0, 5, "a"), *team(10, 5, "b", score=0))
    assert told(empty, by="team_id") == {("a",): (100, 5, 0, "final"), ("b",): (-100, 5, 0, "final")}
    assert told(empty, where={"team_id": "b"}) == {("b",): (-100, 5, 0, "final")}


def test_one_small_team_hides_the_next_smallest(empty: LocalWorkspace) -> None:
    """All teams less a and b would be the 3 of c."""
    load(empty, "responses", *team(0, 7, "a"), *team(10, 6, "b"), *team(20, 3, "c"))
    shown = {("a",): (100, 7, 0, "final"), ("b",): HIDDEN, ("c",): HIDDEN}
    assert told(empty, by="team_id") == shown
    assert {key: each for name in "abc" for key, each in told(empty, where={"team_id": name}).items()} == shown


def test_a_filter_within_a_split_is_judged_beside_all_it_leaves_out(empty: LocalWorkspace) -> None:
    """Team a is 8 people, 6 of whom answered by e-mail: without them it would be 2."""
    load(
        empty,
        "responses",
        *team(0, 6, "a", source="email"),
        *team(10, 2, "a", source="sms"),
        *team(20, 6, "b", source="email"),
        *team(30, 6, "b", source="sms"),
    )
    assert told(empty, by="team_id") == {("a",): (100, 8, 0, "final"), ("b",): (100, 12, 0, "final")}
    by_email = told(empty, by="team_id", where={"source": "email"})
    assert by_email == {("email", "a"): HIDDEN, ("email", "b"): (100, 6, 0, "final")}


def test_every_period_is_judged_for_itself(empty: LocalWorkspace) -> None:
    load(
        empty, "responses", *[staff(n) for n in range(6)], *[staff(10 + n, responded_at="2025-04-02") for n in range(4)]
    )
    records = empty.kpi("enps", ["2025-03", "2025-04"], as_of=AS_OF)
    assert [record.status for record in records] == ["final", "suppressed"]
    assert [each.status for each in empty.scorecard(["2025-04"], as_of=AS_OF, kpis=["nps", "enps"])] == [
        "no_data",
        "suppressed",
    ]


def test_no_row_stands_behind_a_hidden_number(empty: LocalWorkspace) -> None:
    """Not even for who hands in the record with another status."""
    load(empty, "responses", *[staff(number) for number in range(4)])
    table = empty.kpi("enps", "2025-03", as_of=AS_OF)
    receipt = table.receipt()
    assert (table.rows(), receipt.counted, receipt.left_out) == ([], 0, {})
    assert empty.rows(replace(table.one(), status="final", n=4)) == []


def test_rows_of_employees_name_nobody(empty: LocalWorkspace) -> None:
    load(empty, "responses", *team(0, 5, "a"), staff(9, None, team_id="a", responded_at=at(4, 17, 45)))
    rows = empty.kpi("enps", "2025-03", as_of=AS_OF).rows()
    assert [row["key"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[-1] == {
        "side": "now",
        "part": "written",
        "period": 0,
        "key": "6",
        "at": "2025-03-04T00:00:00",
        "block": "person 6",
        "included": False,
        "reason": "not answered, or not recorded (n_na)",
        "x": 0.0,
        "y": 1.0,
    }
    short = empty.kpi("enps", "2025-03-03..2025-03-04", as_of=AS_OF).rows()
    assert short[-1]["at"] == "2025-03-04T19:30:00"  # where half-hours can be the blocks, the half-hour is told


def test_each_question_of_satisfaction_stands_for_itself(empty: LocalWorkspace) -> None:
    def about(item: str, first: int, *scores: float) -> list[dict[str, Any]]:
        return [staff(first + n, score, kind="esat", item=item) for n, score in enumerate(scores)]

    load(empty, "responses", *about("satisfied", 0, 5, 4, 3, 2, 1), *about("motivated_to_serve", 10, 5, 5, 5, 5))
    assert told(empty, "employee_satisfaction") == {(): (0.4, 5, 0, "final")}
    assert told(empty, "employee_satisfaction.motivated_to_serve") == {(): HIDDEN}


@pytest.mark.parametrize(("few", "statuses"), [(5, ["final", "final"]), (4, ["suppressed", "suppressed"])])
def test_a_scale_of_few_hides_the_other(empty: LocalWorkspace, few: int, statuses: list[str]) -> None:
    long = [staff(n, 5, kind="esat", item="satisfied", scale_min=1, scale_max=5) for n in range(7)]
    short = [staff(10 + n, 4, kind="esat", item="satisfied", scale_min=1, scale_max=4) for n in range(few)]
    load(empty, "responses", *long, *short)
    records = empty.kpi("employee_satisfaction", "2025-03", as_of=AS_OF)
    assert [record.slice for record in records] == [{"scale": "1-4"}, {"scale": "1-5"}]
    assert [record.status for record in records] == statuses
    assert bool(records[0].flags) == (few == 5)
    assert len(empty.rows(records[0])) == (5 if few == 5 else 0)


def test_slices_within_a_hidden_slice_are_hidden() -> None:
    """Of a, b and c (10, 6 and 4) b goes with c; its halves would give it back."""
    halves = {("a", "x"): 5, ("a", "y"): 5, ("b", "x"): 6, ("b", "y"): 6, ("c", "x"): 2, ("c", "y"): 2}
    assert hidden({("a",): 10, ("b",): 12, ("c",): 4}, 5) == {("a",), ("c",)}
    assert {("a", "x"), ("a", "y"), ("c", "x"), ("c", "y")} <= hidden(halves, 5)


def test_the_whole_hides_when_it_is_small_itself() -> None:
    assert hidden({(): 4}, 5) == {()}
    assert hidden({(): 5}, 5) == set()
    assert hidden({}, 5) == set()
    assert hidden({("a",): 5}, 5) == {("a",)}


def test_scales_of_other_kpis_on_the_same_scorecard_hide_nothing(empty: LocalWorkspace) -> None:
    """Six employees on one scale, and customers who answered on other ones."""
    staff = [answer(n, "esat", 4, item="satisfied", customer_id=None, employee_id=f"e{n}") for n in range(6)]
    load(empty, "responses", *staff, answer(7, "ces", 5), answer(8, "csat", 3, scale_max=4, conversation_id="c"))
    alone = empty.kpi("employee_satisfaction", "2025-03", as_of=AS_OF).one()
    (beside,) = empty.scorecard(["2025-03"], as_of=AS_OF, kpis=["ces", "csat", "employee_satisfaction"])[-1:]
    assert (beside.kpi_id, beside.value, beside.n) == ("employee_satisfaction", alone.value, 6)
