"""The number again, from its exported rows and the families alone: no database, no plan."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from mittari.measure import families
from mittari.measure.call import day_numbers
from mittari.measure.evaluate import DOMAINS
from mittari.measure.evaluate.blocked import estimate_of, yearly
from mittari.measure.evaluate.counted import DAYS_OF_YEAR
from mittari.measure.evaluate.models import RULES
from mittari.measure.families import Components, Estimate, change
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.material import HALF_HOURS
from mittari.measure.outputs import KEYED
from mittari.measure.recipe import EXPOSED_AS, ROWS
from mittari.measure.result import WITHOUT_VALUE

Row = Mapping[str, Any]
TOLERANCE = 1e-9
COMPARED = ("value", "n", "se", "ci_low", "ci_high")


def recompute(receipt: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """value, n, se and bounds from the rows, with `equal` and the fields that differ from the receipt's record.

    `rows` are those exported with the receipt: side (now or before), part, included, block, x, y.
    """
    how, record = receipt["how"], receipt["record"]
    try:
        comparison = how["family"] in ("Change", "Growth", "Contrast")
        components, estimate = _compared(how, rows) if comparison else _estimate(how, "now", rows)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        # a row that cannot be counted is a row that was changed: the number cannot be made again
        reason = f"a row cannot be counted ({type(error).__name__}: {error})"
        return {**dict.fromkeys(COMPARED), "equal": False, "different": [reason]}
    found = {name: getattr(estimate, name) for name in COMPARED}
    shown = record["status"] not in WITHOUT_VALUE
    if not shown:
        found = {"value": None, "n": record["n"], "se": None, "ci_low": None, "ci_high": None}
    different = [name for name in COMPARED if not _same(found[name], record[name])]
    if shown and not _same_components(components, record["components"]):
        different.append("components")
    return {**found, "equal": not different, "different": different}


def _same_components(found: Components, told: Mapping[str, Any]) -> bool:
    """Whether the sums behind the number are the same: a row moved to another block changes them before the value."""
    if found.keys() != told.keys():
        return False
    pairs = [(np.atleast_1d(found[name]), np.atleast_1d(told[name])) for name in told]
    return all(len(mine) == len(theirs) and np.allclose(mine, theirs, TOLERANCE, TOLERANCE) for mine, theirs in pairs)


def _same(found: float | None, told: float | None) -> bool:
    if found is None or told is None:
        return found is told
    return math.isclose(found, told, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _compared(how: Mapping[str, Any], rows: Sequence[Row]) -> tuple[Components, Estimate]:
    other = "other" if how["family"] == "Contrast" else "before"
    (now, now_estimate), (before, before_estimate) = (_estimate(how, side, rows) for side in ("now", other))
    if how["family"] != "Growth":
        components = change.two_periods(now, before)
        return components, change.of_family(how["base"], components) if components else NO_DATA
    if how["base"] == "EuroSum":
        components = families.Growth.components_from_sums(now_estimate, before_estimate)
    else:
        components = families.Growth.components_from_counts(now, before)
    few = "few_blocks" in (*now_estimate.flags, *before_estimate.flags)
    if how["gap"]:
        return components, families.Growth.gap(components)
    return components, families.Growth.estimate(components, few_blocks=few)


def _estimate(how: Mapping[str, Any], side: str, rows: Sequence[Row]) -> tuple[Components, Estimate]:
    counted = [row for row in rows if row["included"] and row["side"] == side and row["part"] != "exposure"]
    base = how["base"]
    if base == "Count":
        exposures = [row for row in rows if row["part"] == "exposure" and row["side"] == side]
        return _count(how, side, counted, exposures)
    if base == "EuroSum":
        return _euro_sum(how, side, counted)
    if base == "Model":
        return _model(how, counted)
    x, y = _column(counted, "x"), _column(counted, "y")
    if base == "Stock":
        return _stock(how, x, y)
    if not counted:
        return {}, NO_DATA
    if base == "KaplanMeier":
        components = families.KaplanMeier.components(families.WaitTable.of(x, y > 0))
        return components, families.KaplanMeier.estimate(components, how["q"])
    blocks = np.array([block_of(how, row) for row in counted])
    if base == "Proportion" and how["population"] is not None:
        exposures = [row for row in rows if row["part"] == "exposure" and row["side"] == side]
        return _of_population(how, x, y, blocks, exposures)
    if base == "Quantile":
        return _quantile(how["q"], x, blocks)
    return _blocked(how, x, y, blocks, len(counted))


def _column(rows: Sequence[Row], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


def block_of(how: Mapping[str, Any], row: Row) -> str:
    """The block of a row: as exported, or its day (half-hour) where too many persons are unknown."""
    if how["blocks_of"] == how["block"]:
        return str(row["block"])
    at = str(row["at"])
    return at[:10] + (f" {int(at[11:13]) * 2 + (int(at[14:16]) >= 30)}" if how["half_hours"] else "")


def _blocked(
    how: Mapping[str, Any], x: np.ndarray, y: np.ndarray, blocks: np.ndarray, n: int
) -> tuple[Components, Estimate]:
    if how["base"] == "NetShare":
        signs = np.maximum(x, 0.0), np.maximum(-x, 0.0)
        components = _weighed(how, families.NetShare.components_from_blocks(*families.sum_blocks(blocks, *signs, y)), y)
        return components, families.NetShare.estimate(components)
    family = families.Proportion if how["base"] == "Proportion" else families.Ratio
    components = _weighed(how, family.components_from_blocks(*families.sum_blocks(blocks, x, y)), y)
    estimate = estimate_of(how["base"], components, n, how["domain"])
    return components, yearly(estimate, how["days"]) if how["yearly"] else estimate


def _weighed(how: Mapping[str, Any], components: Components, weights: np.ndarray) -> Components:
    """The components of rows that count by their weights, which stand below the line."""
    if not how.get("weighted"):
        return components
    return families.of_weights(how["base"], components, float((weights**2).sum()), len(weights))


def _of_population(
    how: Mapping[str, Any], x: np.ndarray, y: np.ndarray, blocks: np.ndarray, exposures: Sequence[Row]
) -> tuple[Components, Estimate]:
    share, _ = _blocked(how, x, y, blocks, len(x))
    named = isinstance(how["population"], str)
    whole = float(_column(exposures, EXPOSED_AS[how["population"]]).sum()) if named else float(how["population"])
    components = families.population_components(share, whole)
    return components, families.population_count(components)


def _model(how: Mapping[str, Any], rows: Sequence[Row]) -> tuple[Components, Estimate]:
    sums: dict[str, float] = dict.fromkeys([ROWS, *how["sums"]], 0.0)
    for row in rows:
        sums[row["block"]] += float(row["x"])
    n = round(sums.pop(ROWS))
    return RULES[how["rule"]](sums, n, how["given"])


def _quantile(q: float, values: np.ndarray, blocks: np.ndarray) -> tuple[Components, Estimate]:
    histogram = families.Histogram.of(values)
    at_most, rows = families.sum_blocks(blocks, values <= histogram.quantile(q), np.ones(len(values)))
    components = families.Quantile.components_from_blocks(at_most, rows, q)
    return components, families.Quantile.estimate(components, histogram=histogram)


def _stock(how: Mapping[str, Any], x: np.ndarray, y: np.ndarray) -> tuple[Components, Estimate]:
    """x marks what is open, y what was solved in the days of the flow; n counts the rows asked among."""
    if not len(x) and (how["q"] is not None or how["share"]):
        return {}, NO_DATA
    if how["q"] is not None:
        q = how["q"]
        components = families.Stock.components(len(x), q=None if q == 1.0 else q)
        return components, families.Stock.estimate(components, families.Histogram.of(x).quantile(q))
    days = how["flow_days"]
    if days:
        components = families.Stock.components(int(x.sum()))
        return components, families.Stock.estimate(components, float(x.sum() * days / y.sum())) if y.sum() else NO_DATA
    components = families.Stock.components(len(x))
    return components, families.Stock.estimate(components, float(x.sum() / len(x) if how["share"] else x.sum()))


def _days(how: Mapping[str, Any], side: str) -> list[date]:
    return [date.fromisoformat(day) for day in how["covered_days"][side]]


def _count(
    how: Mapping[str, Any], side: str, rows: Sequence[Row], exposures: Sequence[Row]
) -> tuple[Components, Estimate]:
    exposure = 1.0
    if how["exposure"] is not None:
        exposure = float(_column(exposures, EXPOSED_AS[how["exposure"]]).sum()) / how["per"]
    if how["yearly"]:
        exposure *= how["days"] / DAYS_OF_YEAR
    days = _days(how, side)
    if how["block"] in KEYED or not days:
        components = families.Count.components_from_total(float(_column(rows, "x").sum()), exposure=exposure)
        return components, families.Count.estimate(components) if components else NO_DATA
    numbers = {day.isoformat(): place for place, day in enumerate(days)}
    width = HALF_HOURS if how["half_hours"] else 1
    counts = np.zeros(len(days) * width)
    for row in rows:
        day, _, half_hour = str(row["block"]).partition(" ")
        counts[numbers[day] * width + int(half_hour or 0)] += float(row["x"])
    cells = (
        families.cells_of_half_hours(len(days))
        if how["half_hours"]
        else families.cells_of_days([day.weekday() for day in days])
    )
    components = families.Count.components_from_cells(counts, cells, exposure=exposure)
    return components, families.Count.estimate(components, one_day=how["one_day"]) if components else NO_DATA


def _euro_sum(how: Mapping[str, Any], side: str, rows: Sequence[Row]) -> tuple[Components, Estimate]:
    days = day_numbers(np.array(_days(how, side), dtype="datetime64[D]"))
    sums = np.zeros(len(days))
    for row in rows:
        day = np.datetime64(str(row["block"]).split(" ")[0], "D").astype(np.int64)
        sums[np.searchsorted(days, day)] += float(row["x"])
    components = families.EuroSum.components_from_days(sums) if len(days) else {}
    return components, families.EuroSum.estimate(
        components, n=len(rows), domain=DOMAINS[how["domain"]]
    ) if components else NO_DATA
