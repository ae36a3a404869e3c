"""What every number must do whatever the facts are (SPEC 9.4, i to vi), on small random companies loaded as rows."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measure import worlds
from measure.worlds import HOUR, Row, World, installation, world
from mittari.facts import TABLES
from mittari.measure import families
from mittari.measure.kpi import catalogue
from mittari.measure.outputs import KEYED
from mittari.measure.result import Record
from mittari.workspace import Workspace
from mittari.workspace.local import LocalWorkspace

MONTH, HALVES = "2025-03", ("2025-03-01..2025-03-15", "2025-03-16..2025-03-31")
AS_OF = "2025-12-01T00:00:00Z"
SEEDS = (1, 2)
MERGED_BY: dict[str, Any] = {
    "Proportion": families.Proportion,
    "NetShare": families.NetShare,
    "Mean": families.Mean,
    "Ratio": families.Ratio,
    "EuroSum": families.EuroSum,
}

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path, plans_folder: Path) -> Iterator[Make]:
    """Makes installations over rows; they are closed when the test ends."""
    opened: list[Workspace] = []

    def made(facts: World, zone: str = "Europe/Helsinki") -> Workspace:
        opened.append(installation(tmp_path / str(len(opened)), plans_folder, facts, zone))
        return opened[-1]

    yield made
    for workspace in opened:
        workspace.close()


@pytest.fixture(scope="module", params=SEEDS)
def facts(request: pytest.FixtureRequest) -> World:
    return world(request.param)


@pytest.fixture(scope="module")
def company(facts: World, plans_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = installation(tmp_path_factory.mktemp("company"), plans_folder, facts)
    yield workspace
    workspace.close()


def numbers(workspace: Workspace, period: str = MONTH, as_of: str = AS_OF) -> dict[str, Record]:
    """Every output of every KPI by its name and scale."""
    table = workspace.scorecard(period=period, as_of=as_of, outputs="all")
    assert not [record.note for record in table if record.failure]
    return {f"{record.name} {record.slice.get('scale', '')}".strip(): record for record in table}


def told(record: Record, *without: str) -> dict[str, Any]:
    """The record as far as two installations may agree on it."""
    unlike = {"data_version", "n_rejected", "note", *without}
    return {name: value for name, value in record.as_dict().items() if name not in unlike}


def assert_same(found: dict[str, Record], expected: dict[str, Record], *without: str) -> None:
    assert found.keys() == expected.keys()
    for name, record in expected.items():
        assert near(told(found[name], *without), told(record, *without)), name


def near(one: Any, other: Any) -> bool:
    """Equal but for the order in which numbers were added up."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(near(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(near(*pair) for pair in zip(one, other, strict=True))
    return bool(one == (pytest.approx(other, rel=1e-9, abs=1e-9) if isinstance(other, float) else other))


def test_a_random_company_has_every_number(company: Workspace) -> None:
    assert {name for name, record in numbers(company).items() if record.value is None} <= {
        "waiting_time.p90",
        "complaint_growth_gap.growth",
        "complaint_growth_gap.gap",
        "revenue_growth_rate.growth",
    }


def test_the_parts_of_a_month_add_up_to_the_month(company: Workspace) -> None:
    whole, (first, second) = numbers(company), (numbers(company, half) for half in HALVES)
    for name, record in whole.items():
        definition = catalogue()[record.kpi_id]
        family = definition.families[record.output]
        if definition.merge != "add" or family == "Change" or (definition.block in KEYED and family != "Count"):
            continue
        parts = first[name], second[name]
        if family == "Count" and record.components.get("exposure", 1) == 1:
            assert record.value == parts[0].value + parts[1].value, name
        elif family in MERGED_BY:
            merged = MERGED_BY[family].merge(parts[0].components, parts[1].components)
            assert near(merged, dict(record.components)), name
            assert record.n == parts[0].n + parts[1].n


def test_quantiles_of_a_month_rank_the_rows_of_its_parts(company: Workspace) -> None:
    for name, record in numbers(company).items():
        definition = catalogue()[record.kpi_id]
        if definition.families[record.output] != "Quantile":
            continue
        values = [
            row["x"]
            for half in HALVES
            for row in company.rows(company.kpi(record.name, half, as_of=AS_OF).one())
            if row["included"]
        ]
        assert len(values) == record.n, name
        assert record.value == pytest.approx(np.quantile(values, record.components["q"])), name


def test_persons_of_two_halves_of_the_company_add_up(make: Make, company: Workspace, facts: World) -> None:
    def even(row: Row) -> bool:
        return int("".join(letter for letter in str(row.get("customer_id") or "0") if letter.isdigit())) % 2 == 0

    whole, (first, second) = numbers(company), map(numbers, map(make, worlds.partition(facts, even)))
    merged_at_all = 0
    for name, record in whole.items():
        definition = catalogue()[record.kpi_id]
        family = definition.families[record.output]
        is_merged = definition.block == "person" and definition.merge != "none" and family in MERGED_BY
        if is_merged and "N" not in record.components:
            merged = MERGED_BY[family].merge(first[name].components, second[name].components)
            assert near(merged, dict(record.components)), name
            merged_at_all += 1
    assert merged_at_all >= 8


def test_the_order_of_rows_changes_nothing(make: Make, company: Workspace, facts: World) -> None:
    some = np.random.default_rng(0)
    shuffled = {table: [rows[place] for place in some.permutation(len(rows))] for table, rows in facts.items()}
    assert_same(numbers(make(shuffled)), numbers(company))


def test_the_same_facts_are_stored_the_same_each_time(make: Make, company: Workspace, facts: World) -> None:
    """Every cell: DuckDB 2.0.0 stored other strings, dates and numbers now and then, and no number looked wrong."""
    expected = cells(company)
    assert len(expected) > 20
    for _ in range(3):
        assert cells(make(facts)) == expected


def cells(workspace: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of facts, derived columns included, in an order of their own."""
    assert isinstance(workspace, LocalWorkspace)
    with workspace.warehouse.session() as connection:
        return {
            table: connection.execute(
                f'SELECT * EXCLUDE (loaded_at, changed_in) FROM "{table}" ORDER BY ALL'
            ).fetchall()
            for table in TABLES
        }


def test_spam_tests_and_later_merged_rows_change_nothing(make: Make, company: Workspace, facts: World) -> None:
    more = []
    for number, row in enumerate(facts["conversations"][:60]):
        copy = {**row, "conversation_id": f"x{number}", "created_at": row["created_at"] + HOUR / 4}
        extra = ({"is_spam": 1}, {"is_test": 1}, {"merged_into": row["conversation_id"]})[number % 3]
        more.append({**copy, **extra})
    calls = [{**row, "call_id": f"x{row['call_id']}", "is_test": 1} for row in facts["calls"][:20]]
    answers = [{**row, "response_id": f"x{row['response_id']}", "is_test": 1} for row in facts["responses"][:20]]
    noisy = {
        **facts,
        "conversations": facts["conversations"] + more,
        "calls": facts["calls"] + calls,
        "responses": facts["responses"] + answers,
    }
    assert_same(numbers(make(noisy)), numbers(company))


def test_a_shifted_time_zone_moves_boundary_events_only(make: Make, company: Workspace, facts: World) -> None:
    """No event of the company lies near a midnight, so another zone an hour away changes only the opening hours.

    What is open at the end of the month is then an hour older or younger.
    """
    here, there = numbers(company), numbers(make(facts, "Europe/Oslo"))
    for of_zone in (here, there):
        of_zone.pop("first_response_time.business_median")
        of_zone.pop("open_conversation_age.median")
        of_zone.pop("open_conversation_age.max")
    assert_same(there, here)
    late = {**facts["conversations"][0], "conversation_id": "late", "direction": "in", "is_spam": 0, "is_test": 0}
    late |= {"created_at": worlds.FIRST_DAY + timedelta(days=59, hours=-1.5), "first_response_at": None}
    with_late = {**facts, "conversations": [*facts["conversations"], late]}  # 31 March 22:30 UTC: April in Helsinki
    name = "conversation_count.count"
    counted = {zone: numbers(make(with_late, zone))[name].value for zone in ("Europe/Helsinki", "Etc/UTC")}
    assert counted == {"Europe/Helsinki": here[name].value, "Etc/UTC": here[name].value + 1}


def test_numbers_stay_within_what_is_possible(company: Workspace) -> None:
    for name, record in numbers(company).items():
        family = catalogue()[record.kpi_id].families[record.output]
        if family == "Proportion" and record.value is not None:
            most = record.components.get("N", 1)  # of a population it is a number of people
            assert 0 <= record.ci_low <= record.value <= record.ci_high <= most, name
        if family == "NetShare" and record.value is not None:
            assert -100 <= record.ci_low <= record.value <= record.ci_high <= 100, name
    assert numbers(company)["gross_revenue_retention.ratio"].value <= 1


def test_waiting_counts_those_who_gave_up_as_waiting_longer_than_the_answered(company: Workspace) -> None:
    for output in ("median", "contacts"):
        components = company.kpi(f"waiting_time.{output}", MONTH, as_of=AS_OF).one().components
        times, events, censored = (np.array(components[name], dtype=float) for name in ("t", "d", "c"))
        at_risk = np.array([events[n:].sum() + censored[n + 1 :].sum() for n in range(len(times))])
        still_waiting = np.cumprod(1 - events / at_risk)
        answered_later = 1 - np.cumsum(events) / events.sum()
        assert (still_waiting >= answered_later - 1e-9).all()


def test_before_everything_there_are_no_data_or_zero(company: Workspace) -> None:
    for name, record in numbers(company, as_of="2020-01-01T00:00:00Z").items():
        assert record.status == "no_data" or record.value == 0, name
