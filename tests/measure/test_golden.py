"""Every golden record comes out of the public workspace, field by field, on every engine, and its oracle in plain SQL
says the same."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from engines import lacking
from measure.oracle import GOLDEN, ask, golden_calls, load_folder, split_key
from mittari.measure.kpi import catalogue
from mittari.measure.result import WITHOUT_VALUE
from mittari.store.engines import ENGINES
from mittari.workspace import Workspace

FIELDS = ("value", "unit", "n", "n_na", "n_censored", "components", "se", "ci_low", "ci_high", "ci_method", "status")
CALLS = golden_calls(set(catalogue()))


def on_every_engine() -> list[Any]:
    """(engine, key) for every record, those that an engine lacks marked so."""
    pairs = []
    for engine in ENGINES.values():
        for key in CALLS:
            kpi, output = split_key(key)
            marks = lacking(engine, kpi, output or catalogue()[kpi].headline)
            pairs.append(pytest.param(engine.name, key, marks=marks, id=f"{engine.name}-{key}"))
    return pairs


@pytest.fixture(scope="module")
def plain_tables() -> duckdb.DuckDBPyConnection:
    return load_folder(GOLDEN / "fixtures")


def differing(found: dict[str, Any], expected: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: (found[name], expected[name]) for name in fields if not same(found[name], expected[name])}


def same(found: Any, expected: Any) -> bool:
    """Numbers within 1e-6 of themselves or 1e-9, everything else exactly (SPEC 9.4)."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[name], expected[name]) for name in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(same(*pair) for pair in zip(found, expected, strict=True))
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return bool(found == pytest.approx(expected, rel=1e-6, abs=1e-9))
    return bool(found == expected)


def asked(workspace: Workspace, key: str) -> Any:
    """The record of the call that the golden record states."""
    call = CALLS[key]["call"]
    name = key.partition("@")[0]
    return workspace.kpi(name, call["period"], where=call["where"], as_of=call["as_of"], **call["params"]).one()


@pytest.mark.parametrize(("engine", "key"), on_every_engine())
def test_a_golden_record_comes_out_of_the_workspace(
    golden_on: Callable[[str], Workspace], engine: str, key: str
) -> None:
    expected, record = CALLS[key], asked(golden_on(engine), key)
    assert not differing(record.as_dict(), expected, FIELDS)
    assert sorted(record.flags) == sorted(expected["flags"])
    assert (record.value is None) == (record.status in WITHOUT_VALUE or "not_reached" in record.flags)
    assert (record.note is not None) == (record.status == "no_data")


@pytest.mark.parametrize("key", CALLS)
def test_an_oracle_in_plain_sql_says_the_same(
    golden: Workspace, plain_tables: duckdb.DuckDBPyConnection, key: str
) -> None:
    record, call = asked(golden, key), CALLS[key]["call"]
    oracle = ask(plain_tables, *split_key(key), call)
    assert not differing(record.as_dict(), oracle, tuple(oracle))


BY_HAND = {("complaints_per_1000_customers", name) for name in ("upheld", "closed_3_days", "closed_8_weeks")}
"""Outputs that the golden records do not know; `test_by_hand_complaints.py` works them out."""


def test_every_kpi_and_output_of_the_catalogue_has_a_golden_record() -> None:
    asked = {(kpi, output or catalogue()[kpi].headline) for kpi, output in map(split_key, CALLS)}
    assert asked == {(each.id, output) for each in catalogue().values() for output in each.outputs} - BY_HAND
