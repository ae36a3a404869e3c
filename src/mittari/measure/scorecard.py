"""Many KPIs at once: groups the wanted outputs into plans, runs them, and hands back records in the order asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mittari.errors import MittariError, UserError
from mittari.measure import dimensions, records
from mittari.measure.call import Call, Reader, State
from mittari.measure.evaluate import NOTHING, Measured, measure
from mittari.measure.kpi import Definition
from mittari.measure.material import Material
from mittari.measure.plan import Plans, Wanted, for_scales, run, shape_of
from mittari.measure.recipe import Recipe
from mittari.measure.result import Record, utc_text
from mittari.measure.slices import Group, plain_groups, scale_groups
from mittari.time import Instant, Period, parse_period, previous, same_last_year, to_local

Measuring = tuple[Recipe, Material, list[Measured]]


def scorecard(wanted: Sequence[Wanted], call: Call, *, plans: Plans, reader: Reader, state: State) -> list[Record]:
    """Records of all wanted outputs. A KPI whose query fails costs only its own numbers: it says why instead."""
    found: dict[int, list[Record]] = {}
    for number, one in enumerate(wanted):
        lacking = missing_dimensions(one[0], call)
        if lacking:
            found[number] = [_without(one, call, f"cannot be split by {', '.join(lacking)}", n=0)]
    asked = {number: one for number, one in enumerate(wanted) if number not in found}
    for numbers in _together(asked):
        some = [wanted[number] for number in numbers]
        try:
            made = _measured(some, call, plans, reader, state)
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong costs one KPI, which says so on its card
            if len(some) == 1:
                made = [[_failed(some[0], call, error)]]
            else:
                made = [scorecard([one], call, plans=plans, reader=reader, state=state) for one in some]
        found |= dict(zip(numbers, made, strict=True))
    return [record for number in range(len(wanted)) for record in found[number]]


def missing_dimensions(definition: Definition, call: Call) -> list[str]:
    """The dimensions of the call that this KPI's rows do not have."""
    return dimensions.missing(definition.relation, (*call.where, *call.by))


def _together(wanted: Mapping[int, Wanted]) -> Iterator[list[int]]:
    """Outputs that can share a plan: those on scales apart, comparisons by the period they compare with."""
    sets: dict[tuple[Any, ...], list[int]] = {}
    for number, (definition, _, params) in wanted.items():
        comparison = params.get("compare") if "compare" in params else None
        sets.setdefault((definition.scales, definition.id if comparison is not None else None), []).append(number)
    yield from sets.values()


def _failed(one: Wanted, call: Call, error: Exception) -> Record:
    reason = (
        str(error) if isinstance(error, MittariError) else f"{type(error).__name__}: {' '.join(str(error).split())}"
    )
    return _without(one, call, f"could not be computed: {reason}", n=None)


def _without(one: Wanted, call: Call, note: str, n: int | None) -> Record:
    definition, output, params = one
    return Record(
        kpi_id=definition.id,
        output=output,
        period=call.spans[-1].text,
        as_of=utc_text(call.as_of),
        slice=dict(call.where),
        params=dict(params),
        value=None,
        unit=definition.unit_of(output),
        n=n,
        status="no_data",
        note=note,
    )


def _measured(wanted: Sequence[Wanted], call: Call, plans: Plans, reader: Reader, state: State) -> list[list[Record]]:
    material = _run(wanted, call, plans, reader, state)
    measured = [measure(recipe, material, state) for recipe in material.plan.recipes]
    before = _before(wanted, call, material, plans, reader, state)
    return [
        list(_records(one, recipe, material, own, before, call, state))
        for one, recipe, own in zip(wanted, material.plan.recipes, measured, strict=True)
    ]


def _run(wanted: Sequence[Wanted], call: Call, plans: Plans, reader: Reader, state: State) -> Material:
    scales = wanted[0][0].scales
    call = for_scales(call) if scales else call
    shape = shape_of(call, state)
    chosen = [(definition, output, with_basis(params, shape.basis)) for definition, output, params in wanted]
    if any(span.instant for span in call.spans) and any(definition.merge != "level" for definition, _, _ in wanted):
        raise UserError(
            f"{wanted[0][0].id} is counted over a period, found the instant {call.spans[0].text}",
            hint="only stocks such as open_conversation_count are read at an instant; give a period like 2026-10",
        )
    plan = plans.find(shape.request(chosen, scales), chosen, state)
    return run(plan, call, reader, state)


def with_basis(params: Mapping[str, Any], basis: str) -> dict[str, Any]:
    return {name: basis if name == "basis" and value == "auto" else value for name, value in params.items()}


def _before(
    wanted: Sequence[Wanted], call: Call, material: Material, plans: Plans, reader: Reader, state: State
) -> dict[str, tuple[Material, list[Measured]]]:
    """What comparisons compare with: the same outputs in the periods they name."""
    compared = {}
    for number, recipe in enumerate(material.plan.recipes):
        if recipe.against is None:
            continue
        periods = tuple(against(period, recipe.against, call) for period in call.periods)
        earlier = _run(wanted, replace(call, periods=periods), plans, reader, state)
        compared[recipe.output] = (earlier, measure(earlier.plan.recipes[number], earlier, state))
    return compared


def against(period: Period | Instant, rule: str, call: Call) -> Period:
    """The period a comparison looks back to: the preceding one, the same a year before, or the one named."""
    if isinstance(period, Instant):
        raise UserError(f"a comparison needs a period, found the instant {period.text}")
    rules: dict[str, Callable[[Period], Period]] = {"previous": previous, "last_year": same_last_year}
    if rule in rules:
        return rules[rule](period)
    named = parse_period(rule, call.zone, to_local(call.as_of, call.zone).date())
    if isinstance(named, Instant):
        raise UserError(f"compare takes a period, found the instant {rule}")
    return named


def _records(
    one: Wanted,
    recipe: Recipe,
    material: Material,
    measured: list[Measured],
    before: Mapping[str, tuple[Material, list[Measured]]],
    call: Call,
    state: State,
) -> Iterator[Record]:
    definition, _, params = one
    groups = scale_groups(material, measured, call) if definition.scales else plain_groups(material, measured, call)
    for group in groups:
        own = NOTHING if group.number is None else measured[group.number]
        if recipe.against is not None:
            own = records.compared(recipe, own, _same_group(group, material, *before[recipe.output]))
        yield records.record(
            definition,
            recipe,
            own,
            span=call.spans[group.period],
            call=call,
            state=state,
            slice_of=group.slice_of,
            params=params,
            material=material,
            flags=group.flags,
        )


def _same_group(group: Group, material: Material, earlier: Material, values: list[Measured]) -> Measured:
    if group.number is None:
        return NOTHING
    asked = material.groups.of(group.number)
    return next((values[n] for n in range(earlier.groups.count) if earlier.groups.of(n) == asked), NOTHING)
