"""What was reported stays as it was reported, and whoever touches it is found out."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from mittari.measure.result import Record
from mittari.value.closes import GENESIS, Close, Row, altered, close_id, digest, last_hash, record_of, signed

CLOSE = Close("2026-10", "2026-10", datetime(2026, 11, 3, 8), "aino", 7)
NEXT = replace(CLOSE, close_id="2026-11", period="2026-11", closed_at=datetime(2026, 12, 3, 8))
Damage = Callable[[list[Row]], list[Row]]


def record(name: str, value: float | None, **more: Any) -> Record:
    facts = {"output": "share", "period": "2026-10", "as_of": "2026-11-03T00:00:00Z", "slice": {}, "params": {}}
    return Record(kpi_id=name, value=value, unit="fraction", **{"n": 10, **facts, **more})


RECORDS = [
    record("csat", 0.1 + 0.2, components={"Sx": 3.0, "t": [1.0, 2.0]}, ci_low=0.1, flags=["low_n"], n_na=2),
    record("nps", None, n=0, status="no_data", params={"nps_kind": "relationship"}, slice={"scale": "1-5"}),
    record("ces", 1e-17, as_of="2026-11-03T00:00:00.000001Z", definition_version="1+within=5", data_version=3),
]


def chain() -> list[Row]:
    first = signed(CLOSE, RECORDS, GENESIS)
    return first + signed(NEXT, RECORDS, last_hash(first))


def test_a_signed_record_comes_back_as_it_was() -> None:
    assert [record_of(row) for row in signed(CLOSE, RECORDS, GENESIS)] == RECORDS


def test_every_figure_names_the_one_before_it() -> None:
    rows = chain()
    assert rows[0]["prev_hash"] == GENESIS
    assert [row["prev_hash"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert last_hash(rows) == rows[-1]["hash"]
    assert last_hash(list(reversed(rows))) == rows[-1]["hash"]
    assert last_hash([]) == GENESIS


def test_a_chain_that_nobody_touched_stands() -> None:
    both = {close.close_id: close for close in (CLOSE, NEXT)}
    assert altered(both, chain()) == []
    assert altered(both, list(reversed(chain()))) == []
    assert altered({}, []) == []


def other_value(rows: list[Row]) -> list[Row]:
    return [*rows[:2], {**rows[2], "value": 0.5}, *rows[3:]]


def signed_anew(rows: list[Row]) -> list[Row]:
    """Whoever knows how a figure is signed can sign it, but not the figures after it."""
    changed = {**rows[2], "value": 0.5}
    return [*rows[:2], {**changed, "hash": digest(CLOSE, changed)}, *rows[3:]]


@pytest.mark.parametrize(
    "damage",
    [
        other_value,
        signed_anew,
        lambda rows: rows[1:],
        lambda rows: rows[:-1][:2] + rows[3:],
        lambda rows: [*rows, copy.deepcopy(rows[0])],
        lambda rows: [*rows[:-1], {**rows[-1], "n": 11}],
        lambda rows: [*rows[:-1], {**rows[-1], "flags": "[]", "hash": "f" * 64}],
    ],
)
def test_a_figure_changed_removed_or_added_breaks_the_chain(damage: Damage) -> None:
    assert altered({close.close_id: close for close in (CLOSE, NEXT)}, damage(chain()))


def test_a_close_cannot_be_signed_by_somebody_else_afterwards() -> None:
    found = altered({"2026-10": replace(CLOSE, closed_by="eero"), "2026-11": NEXT}, chain())
    assert found == [f"{name}.share of 2026-10 is not as it was signed" for name in ("csat", "nps", "ces")]


def test_figures_without_their_close_and_a_close_without_its_figures_are_told() -> None:
    assert "ces.share of 2026-11 is not as it was signed" in altered({"2026-10": CLOSE}, chain())
    lost = altered({"2026-10": CLOSE, "2026-11": NEXT}, signed(CLOSE, RECORDS, GENESIS))
    assert lost == ["the close 2026-11 has lost its figures"]


def test_a_period_that_is_closed_again_has_a_number() -> None:
    assert [close_id("2026-10", earlier) for earlier in (0, 1, 2)] == ["2026-10", "2026-10 (2)", "2026-10 (3)"]
