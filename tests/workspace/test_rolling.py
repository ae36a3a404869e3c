"""Days kept as sums give the numbers that the rows give: when made, and after every load."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation import copy_of
from measure import worlds
from measure.worlds import Row, World, installation, world
from mittari.measure.result import Record
from mittari.measure.rolled import candidates, canonical
from mittari.measure.scorecard import kept_in, scorecard
from mittari.settings import Settings
from mittari.store import rollups as store
from mittari.workspace import asking
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.opening import open_local
from mittari.workspace.rolling import compare, keep, make

MONTHS = ["2025-02", "2025-03", "2025-04"]
SHAPES: list[dict[str, Any]] = [
    {},
    {"by": "channel"},
    {"by": "team_id"},
    {"by": ["channel", "team_id"]},
    {"by": "reason_code"},
    {"where": {"channel": "chat"}},
    {"where": {"channel": "phone"}},
    {"where": {"channel": "chat"}, "by": "team_id"},
]
FIELDS = ("n", "n_na", "n_censored", "n_rejected", "status")
NUMBERS = ("value", "se", "ci_low", "ci_high")
QUARTER = ["2025-02-10..2025-04-20"]


def told(workspace: LocalWorkspace, raw: bool, periods: list[str], **shape: Any) -> dict[tuple[str, ...], Record]:
    """Every output that days are kept for, from the rows (`raw`) or as the workspace answers."""
    state = workspace.state()
    call = asking.call(
        state, workspace.clock(), period=periods, by=shape.get("by"), where=shape.get("where"), as_of=None
    )
    names = {(definition.id, output) for definition, output, _ in candidates()}
    wanted = [one for one in asking.all_wanted(None, "all") if (one[0].id, one[1]) in names]
    asked = replace(state, rollups=None) if raw else state
    records = scorecard(wanted, call, plans=workspace.plans, reader=workspace, state=asked)
    return {(each.name, each.period, repr(sorted(each.slice.items()))): each for each in records}


def close(first: float | None, second: float | None, tolerance: float = 1e-9) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= tolerance * max(1.0, abs(first), abs(second))


def assert_same(kept: Mapping[tuple[str, ...], Record], raw: Mapping[tuple[str, ...], Record]) -> None:
    assert kept.keys() == raw.keys()
    for key, one in kept.items():
        other = raw[key]
        for name in FIELDS:
            assert getattr(one, name) == getattr(other, name), (key, name)
        if "approx" not in one.flags or "approx" in other.flags:
            assert one.flags == other.flags, key
            for name in NUMBERS:
                assert close(getattr(one, name), getattr(other, name)), (key, name)
        elif one.ci_method == "order_statistic":
            assert close(one.value, other.value, tolerance=0.005), key
        else:
            assert close(one.value, other.value), key  # only its interval comes of a dated design effect


def assert_all_same(workspace: LocalWorkspace, periods: list[str] | None = None) -> None:
    for shape in SHAPES:
        kept, raw = (told(workspace, raw, periods or MONTHS, **shape) for raw in (False, True))
        assert_same(kept, raw)


@pytest.fixture(scope="module")
def facts() -> World:
    return world(3)


@pytest.fixture(scope="module")
def with_rows(facts: World, plans_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose rows are loaded and of which no days are kept. Nobody opens it: take a copy of it."""
    folder = tmp_path_factory.mktemp("rows")
    installation(folder / "home", plans_folder, facts).close()
    return folder / "home"


@pytest.fixture(scope="module")
def with_days(with_rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same home with its days made."""
    home = copy_of(with_rows, tmp_path_factory.mktemp("days"))
    workspace = opened(home)
    make.make(workspace)
    workspace.close()
    return home


def opened(home: Path) -> LocalWorkspace:
    workspace = open_local(home, Settings.load(home, {}))
    workspace.clock = lambda: worlds.NOW
    return workspace


@pytest.fixture
def company(with_days: Path, tmp_path: Path) -> Iterator[LocalWorkspace]:
    workspace = opened(copy_of(with_days, tmp_path))
    yield workspace
    workspace.close()


@pytest.fixture
def without_days(with_rows: Path, tmp_path: Path) -> Iterator[LocalWorkspace]:
    workspace = opened(copy_of(with_rows, tmp_path))
    yield workspace
    workspace.close()


def answered_from_days(workspace: LocalWorkspace, **shape: Any) -> set[str]:
    state = workspace.state()
    call = asking.call(state, workspace.clock(), period=MONTHS, by=shape.get("by"), where=None, as_of=None)
    return {f"{one[0].id}.{one[1]}" for one in candidates() if kept_in(one, call, state) is not None}


def test_at_least_forty_additive_outputs_are_kept(company: LocalWorkspace) -> None:
    families = {f"{each.id}.{output}": each.families[output] for each, output, _ in candidates()}
    kept = answered_from_days(company, by="channel")
    assert len([name for name in kept if families[name] != "Quantile"]) >= 40
    assert {"response_rate.share", "service_level.share", "csat.share", "discount_leakage.leakage"} <= kept
    assert "nps.score" not in kept


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_numbers_from_days_are_those_of_the_rows(company: LocalWorkspace, shape: dict[str, Any]) -> None:
    kept, raw = (told(company, raw, MONTHS, **shape) for raw in (False, True))
    assert any(each.value is not None for each in kept.values())
    assert_same(kept, raw)


def test_a_period_that_cuts_months_is_answered_from_days_as_well(company: LocalWorkspace) -> None:
    assert_all_same(company, QUARTER)


def reopened(_row: Row) -> Row:
    return {"reason_code": "fault", **dict.fromkeys(("last_solved_at", "first_solved_at", "reopened_at"))}


def moved(row: Row) -> Row:
    return {"channel": "email", "is_spam": 1 - (row.get("is_spam") or 0)}


def waited_longer(row: Row) -> Row:
    return {"wait_s": row["wait_s"] + 7, "customer_id": "k1"}


def scored_again(row: Row) -> Row:
    return {"score": 1.0} if row.get("score") is not None and row.get("kind") == "csat" else {}


def bought_elsewhere(_row: Row) -> Row:
    return {"channel": "shop"}


CHANGES = (
    ("conversations", reopened),
    ("conversations", moved),
    ("calls", waited_longer),
    ("responses", scored_again),
    ("orders", bought_elsewhere),
)


def changed(facts: World, seed: int) -> World:
    """Some rows as they are told later: solved, reopened, moved, re-scored, refunded; and a few new ones."""
    some = np.random.default_rng(seed)
    later: World = {}
    for table, change in CHANGES:
        rows = later.setdefault(table, [])
        chosen = some.choice(len(facts[table]), size=25, replace=False)
        known = {repr(sorted(row.items(), key=str)) for row in rows}
        for number in chosen:
            row = facts[table][number]
            if repr(sorted(row.items(), key=str)) not in known:
                rows.append({**row, **change(row)})
    later["conversations"] = list({row["conversation_id"]: row for row in later["conversations"]}.values())
    later["conversations"] += [
        {**row, "conversation_id": f"new{number}"} for number, row in enumerate(later["conversations"][:5])
    ]
    return later


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_load_they_still_are(company: LocalWorkspace, facts: World, seed: int) -> None:
    before = told(company, False, MONTHS, by="channel")
    for table, rows in changed(facts, seed).items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        company.load_rows(table, {name: [row.get(name) for row in rows] for name in names})
    assert told(company, False, MONTHS, by="channel") != before
    assert len(answered_from_days(company)) >= 40
    assert_all_same(company)
    assert all(not each.differing for each in compare.verify(company, days=200))


def test_a_repeat_that_a_late_contact_makes_of_another_row_moves_its_day(company: LocalWorkspace) -> None:
    at = datetime(2025, 3, 12, 9)
    mine: dict[str, list[Any]] = {
        "conversation_id": ["r2"],
        "customer_id": ["kx"],
        "channel": ["email"],
        "created_at": [at],
    }
    company.load_rows("conversations", mine)
    name = ("repeat_contact_rate.share", "2025-03", "[]")
    hits = told(company, False, MONTHS)[name].components["Sx"]
    first = {name: [*values] for name, values in mine.items()} | {
        "conversation_id": ["r1"],
        "created_at": [at - timedelta(days=2)],
        "first_response_at": [at - timedelta(days=1)],
        "first_solved_at": [at - timedelta(days=1)],
    }
    company.load_rows("conversations", first)
    assert told(company, False, MONTHS)[name].components["Sx"] == hits + 1
    assert_all_same(company)


def test_a_day_that_can_still_change_by_itself_is_counted_from_the_rows(company: LocalWorkspace) -> None:
    day = datetime(2025, 3, 12, 9)
    to_come = company.clock() + timedelta(days=5)
    row = {"conversation_id": ["f1"], "channel": ["email"], "created_at": [day], "first_response_at": [to_come]}
    company.load_rows("conversations", row)
    assert_all_same(company)
    company.clock = lambda: to_come + timedelta(days=1)
    company.load_rows("calls", {"call_id": ["late"], "queued_at": [to_come], "wait_s": [3.0], "outcome": ["answered"]})
    assert_all_same(company)


def test_a_question_as_of_an_earlier_instant_goes_to_the_rows(company: LocalWorkspace) -> None:
    now = company.kpi("response_rate", period="2025-03").one()
    then = company.kpi("response_rate", period="2025-03", as_of="2025-03-20T00:00Z").one()
    assert then.n is not None
    assert now.n is not None
    assert then.n < now.n
    assert "are those seen since" in company.receipt(then).path


def test_a_receipt_says_where_the_number_came_from_and_opens_it_exactly(company: LocalWorkspace) -> None:
    plain = company.kpi("response_rate", period="2025-03")
    assert plain.receipt().path.startswith("days kept as sums of conversations")
    median = company.kpi("resolution_time.median", period="2025-03")
    assert "approx" in median.one().flags
    opened = median.receipt()
    assert "approx" not in opened.record["flags"]
    assert f"which gave {median.one().value!r}" in opened.path
    assert company.recompute(opened, median.rows())["equal"]
    assert "it is not kept by days" in company.kpi("nps", period="2025-03").receipt().path


def test_a_cell_that_does_not_say_what_its_rows_say_is_found_and_dropped(company: LocalWorkspace) -> None:
    state = company.state()
    rollup = next(iter(canonical(company.plans, state)[0].rollups.values()))
    with company.warehouse.writing() as connection:
        connection.execute(
            f'UPDATE "{rollup.name}" SET {rollup.counted} = {rollup.counted} + 1 '
            f"WHERE set_number = 0 AND day = DATE '2025-03-12'"
        )
    found = [each for each in compare.verify(company, days=400) if each.differing]
    assert [(each.rollup, [str(day) for day in each.differing]) for each in found] == [(rollup.name, ["2025-03-12"])]
    assert_all_same(company)
    assert all(not each.differing for each in compare.verify(company, days=400))
    assert any("conversations on 2025-03-12" in finding.what for finding in company.doctor())


def test_a_day_that_a_load_has_corrected_is_counted_again_first(company: LocalWorkspace, facts: World) -> None:
    """Of a hundred days one is corrected, and then spoiled: counting three days again finds it."""
    state = company.state()
    rollup = next(iter(canonical(company.plans, state)[0].rollups.values()))
    old = next(row for row in facts["conversations"] if f"{row['created_at']:%Y-%m}" == "2025-02")
    company.load_rows("conversations", {name: [value] for name, value in (old | {"team_id": "other"}).items()})
    with company.warehouse.writing() as connection:
        corrected = store.corrected_days(connection, rollup)
        assert len(corrected) == 1
        spoiled = f'UPDATE "{rollup.name}" SET {rollup.counted} = {rollup.counted} + 1 WHERE set_number = 0'
        connection.execute(f"{spoiled} AND day = DATE '1970-01-01' + {corrected[0]}")
    (found,) = (each for each in compare.verify(company, days=1) if each.rollup == rollup.name)
    assert [(day - date(1970, 1, 1)).days for day in found.differing] == corrected
    assert found.days <= 3


def test_making_goes_on_where_it_was_interrupted(without_days: LocalWorkspace) -> None:
    workspace = without_days
    steps: list[float] = []

    def stop(_what: str, share: float) -> None:
        steps.append(share)
        if len(steps) == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make.make(workspace, stop)
    workspace.forget_state()
    assert_all_same(workspace)
    rest: list[float] = []
    make.make(workspace, lambda _what, share: rest.append(share))
    assert len(answered_from_days(workspace)) >= 40
    assert_all_same(workspace)
    assert make.make(workspace) == 0


def test_a_load_that_changes_very_much_has_the_days_made_anew(
    company: LocalWorkspace, facts: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "TOO_MANY", 3)
    rows = changed(facts, 4)["conversations"]
    company.load_rows("conversations", {name: [row.get(name) for row in rows] for name in rows[0]})
    assert "response_rate.share" not in answered_from_days(company)
    assert_all_same(company)
    make.make(company)
    assert "response_rate.share" in answered_from_days(company)
    assert_all_same(company)


def test_cells_that_many_loads_have_corrected_are_put_together(company: LocalWorkspace, facts: World) -> None:
    for seed in range(5, 9):
        rows = changed(facts, seed)["conversations"]
        company.load_rows("conversations", {name: [row.get(name) for row in rows] for name in rows[0]})
    before, size = told(company, False, MONTHS), cells(company)
    make.make(company)
    assert cells(company) < size
    assert_same(told(company, False, MONTHS), before)
    assert_all_same(company)


def cells(workspace: LocalWorkspace) -> int:
    name = next(iter(canonical(workspace.plans, workspace.state())[0].rollups.values())).name
    return int(workspace.warehouse.connection().execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0])


def test_whoever_reads_while_days_are_given_up_sees_what_stood_there(
    company: LocalWorkspace, facts: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "TOO_MANY", 3)
    before, of_before = told(company, False, MONTHS), company.state()
    rows = changed(facts, 4)["conversations"]
    company.load_rows("conversations", {name: [row.get(name) for row in rows] for name in rows[0]})
    monkeypatch.setattr(company, "state", lambda: of_before)
    assert_same(told(company, False, MONTHS), before)


def test_a_load_that_is_undone_changes_no_day(company: LocalWorkspace) -> None:
    before = told(company, False, MONTHS)

    def fail(_connection: Any) -> None:
        raise OSError(28, "No space left on device")

    company.warehouse.followed_by(fail)
    with pytest.raises(Exception, match="disk is full"):
        company.load_rows(
            "calls",
            {"call_id": ["x"], "queued_at": [datetime(2025, 3, 3, 9)], "wait_s": [3.0], "outcome": ["answered"]},
        )
    assert told(company, False, MONTHS) == before
    assert all(not each.differing for each in compare.verify(company, days=200))


def test_small_installations_keep_no_days_unless_they_are_told_to(without_days: LocalWorkspace, tmp_path: Path) -> None:
    workspace = without_days
    assert workspace.state().rollups is None
    assert not make.is_due(workspace)
    workspace.settings = Settings.load(tmp_path, {"MITTARI_ROLLUPS_FROM": "100"})
    assert make.is_due(workspace)
    row = {"call_id": ["x"], "queued_at": [datetime(2025, 3, 3, 9)], "wait_s": [3.0], "outcome": ["answered"]}
    workspace.load_rows("calls", row)
    assert len(answered_from_days(workspace)) >= 40
    assert not make.is_due(workspace)
    workspace.settings = Settings.load(tmp_path, {"MITTARI_ROLLUPS_FROM": "never"})
    assert not make.is_due(workspace)
