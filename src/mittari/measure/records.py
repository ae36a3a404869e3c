"""Records from measured outputs: status, flags, and the words for a missing value (G12, G21, G22, G24)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from mittari.measure import families, notes
from mittari.measure.call import Call, Span, State
from mittari.measure.evaluate import Measured, main_table
from mittari.measure.families import change
from mittari.measure.families.estimate import NO_DATA
from mittari.measure.kpi import MONEY, Definition
from mittari.measure.material import Material
from mittari.measure.recipe import Recipe
from mittari.measure.result import SUPPRESSED, Record, utc_text

ZERO_NEEDS_COVERAGE = ("Count", "EuroSum", "Stock", "Growth")


def compared(recipe: Recipe, now: Measured, before: Measured) -> Measured:
    """Two periods of one output as a Change or a Growth."""
    if recipe.family == "Growth":
        # rows outside the declared coverage are a part of their period only: no growth is read from them
        usable = now.covered and before.covered
        before = before.as_earlier()
        components = growth_components(recipe.base, now, before) if usable else {}
        few = "few_blocks" in (*now.estimate.flags, *before.estimate.flags)
        estimate = (
            families.Growth.gap(components) if recipe.gap else families.Growth.estimate(components, few_blocks=few)
        )
    else:
        components = change.two_periods(now.components, before.components)
        estimate = change.of_family(recipe.base, components) if components else NO_DATA
    # what was left open in either period is told by the KPI compared, not by its change
    return Measured(
        components,
        estimate,
        immature=now.immature + before.immature,
        unpriced=now.unpriced + before.unpriced,
        approximate=now.approximate or before.approximate,
        covered=now.covered and before.covered,
    )


def growth_components(base: str, now: Measured, before: Measured) -> families.Components:
    """Both sides of a growth: of counts, or of sums of money."""
    if base == "EuroSum":
        return families.Growth.components_from_sums(now.estimate, before.estimate)
    return families.Growth.components_from_counts(now.components, before.components)


def record(
    definition: Definition,
    recipe: Recipe,
    measured: Measured,
    *,
    span: Span,
    call: Call,
    state: State,
    slice_of: Mapping[str, str | None],
    params: Mapping[str, Any],
    material: Material,
    flags: Sequence[str] = (),
    suppressed: bool = False,
) -> Record:
    """The record of one group; `slice_of` names its slice, the filter of the call included."""
    estimate = measured.estimate
    uncovered = recipe.family in ZERO_NEEDS_COVERAGE and not measured.covered and not estimate.n
    unpriced = measured.unpriced and not estimate.n  # nothing of what there is could be valued: that is no zero
    lacking = [
        *state.lacks(definition.required(params)),
        *(table for table in definition.begun if state.begins_late(table, span.end_day)),
    ]
    absent = estimate.no_data or uncovered or bool(unpriced or lacking)
    tables = tuple(dict.fromkeys(table for part in recipe.parts for table in material.plan.queries[part.query].tables))
    unit = definition.unit_of(recipe.output)
    shared: dict[str, Any] = {
        "kpi_id": definition.id,
        "output": recipe.output,
        "period": span.text,
        "as_of": utc_text(call.as_of),
        "slice": dict(slice_of),
        "params": dict(params),
        "unit": state.currency if unit == MONEY else unit,
        "n_na": measured.missing,
        "n_censored": measured.censored,
        "n_rejected": state.refused(tables, span.start, span.end) + measured.unpriced,
        "definition_version": definition.version_text(params),
        "data_version": max([state.version(tables), *(each.data_version for each in call.results)]),
    }
    if suppressed:
        told = {**shared, "n_na": None, "n_censored": None}
        return Record(value=None, n=None, components={}, status=SUPPRESSED, **told)
    if absent:
        return Record(
            value=None,
            n=0,
            components={},
            status="no_data",
            note=notes.APART.join(
                text
                for text in (why(recipe, measured, lacking, span, state, material, params), definition.hint)
                if text
            ),
            **shared,
        )
    late = state.loaded_late(tables, span.start, span.end) > 0
    return Record(
        value=estimate.value,
        n=estimate.n,
        components=dict(measured.components),
        se=estimate.se,
        ci_low=estimate.ci_low,
        ci_high=estimate.ci_high,
        ci_method=estimate.ci_method,
        flags=_marks({*estimate.flags, *flags}, approx=measured.approximate, late_rows=late),
        status=status(definition, measured, span, call),
        **shared,
    )


def _marks(flags: set[str], **more: bool) -> list[str]:
    """The flags, with those of `more` that hold."""
    return sorted(flags | {name for name, holds in more.items() if holds})


def status(definition: Definition, measured: Measured, span: Span, call: Call) -> str:
    """`provisional` until the period is over and every member mature, at the latest `final_after` days later (G12)."""
    if call.as_of < span.end:
        return "provisional"
    settled = call.as_of > span.end + timedelta(days=definition.final_after)
    return "provisional" if measured.immature and not settled else "final"


def needs(name: str) -> str:
    """What is missing of a table or column (`table.column`) that a KPI cannot do without."""
    table, _, column = name.partition(".")
    if column:
        return notes.note(notes.NO_COLUMN, column=column, table=table)
    return notes.note(notes.NO_TABLE, table=table)


def why(
    recipe: Recipe,
    measured: Measured,
    lacking: Sequence[str],
    span: Span,
    state: State,
    material: Material,
    params: Mapping[str, Any],
) -> str:
    """Why there is no value, in a sentence that says what to do."""
    table = main_table(recipe, material)
    if table not in state.filled:
        return needs(table)
    if lacking and state.begins_late(lacking[0], span.end_day):
        return notes.note(notes.BEGINS_LATE, table=lacking[0], period=span.text)
    if lacking:
        return needs(lacking[0])
    if measured.unpriced:
        count = f"{measured.unpriced:,}"
        return notes.note(notes.NO_RATE, currency=state.currency, count=count, period=span.text)
    ranges = state.coverage.get(table, ())
    if ranges and not state.covers(table, span.first_day, span.end_day - timedelta(days=1)):
        known = " and ".join(f"{first} to {last}" for first, last in ranges)
        return notes.note(notes.NOT_COVERED, table=table, days=known, period=span.text)
    chosen = ", ".join(f"{name}={value}" for name, value in params.items())
    if chosen:
        return notes.note(notes.NOTHING_WITH, period=span.text, parameters=chosen)
    return notes.note(notes.NOTHING, period=span.text)
