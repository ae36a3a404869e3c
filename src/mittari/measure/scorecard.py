"""Many KPIs at once: groups the wanted outputs into plans, runs them, and hands back records in the order asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mittari.errors import MittariError, UserError
from mittari.measure import dimensions, history, needed, notes, records
from mittari.measure.call import Call, Reader, State
from mittari.measure.evaluate import NOTHING, Measured, measure
from mittari.measure.kpi import Definition
from mittari.measure.material import Material, SliceKey
from mittari.measure.plan import Plans, Wanted, for_scales, run, shape_of
from mittari.measure.recipe import Recipe
from mittari.measure.result import Record, utc_text
from mittari.measure.screen import Screen, whole
from mittari.measure.slices import plain_groups, scale_groups
from mittari.time import Instant, Period, parse_period, previous, same_last_year, to_local


def scorecard(wanted: Sequence[Wanted], call: Call, *, plans: Plans, reader: Reader, state: State) -> list[Record]:
    """Records of all wanted outputs, in the order output, slice, period.

    A KPI whose query fails costs only its own numbers: it says why instead.
    """
    sets = call.apart()
    if len(sets) == 1:
        return [record for records_of_one in _asked(wanted, call, plans, reader, state) for record in records_of_one]
    made = [
        _asked(wanted, replace(call, periods=tuple(call.periods[n] for n in places)), plans, reader, state)
        for places in sets
    ]
    order = {span.text: place for place, span in enumerate(call.spans)}
    return [
        record
        for number in range(len(wanted))
        for record in _in_order([record for part in made for record in part[number]], order)
    ]


def _in_order(found: list[Record], periods: Mapping[str, int]) -> list[Record]:
    """Records of one output by slice, in the order in which slices were met, then by period."""
    slices: dict[str, int] = {}
    for record in found:
        slices.setdefault(repr(record.slice), len(slices))
    return sorted(found, key=lambda record: (slices[repr(record.slice)], periods[record.period]))


def _asked(wanted: Sequence[Wanted], call: Call, plans: Plans, reader: Reader, state: State) -> list[list[Record]]:
    """The records of each wanted output, for periods that do not overlap."""
    found: dict[int, list[Record]] = {}
    for number, one in enumerate(wanted):
        lacking = missing_dimensions(one[0], call)
        if lacking:
            found[number] = _without(one, call, notes.note(notes.CANNOT_SPLIT, dimensions=", ".join(lacking)), n=0)
    asked = {number: one for number, one in enumerate(wanted) if number not in found}
    for numbers in _together(asked, call, state):
        some = [wanted[number] for number in numbers]
        try:
            known = () if call.where or call.by else [record for records in found.values() for record in records]
            ready = completed(some[0][0], call, plans, reader, state, known)
            made = _measured(some, ready, plans, reader, state)
        except UserError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong costs one KPI, which says so on its card
            if len(some) == 1:
                made = [_failed(some[0], call, error)]
            else:
                made = [_asked([one], call, plans, reader, state)[0] for one in some]
        found |= dict(zip(numbers, made, strict=True))
    return [found[number] for number in range(len(wanted))]


def missing_dimensions(definition: Definition, call: Call) -> list[str]:
    """The dimensions of the call that this KPI's rows do not have."""
    return dimensions.missing(definition.relation, (*call.where, *call.by))


def _together(wanted: Mapping[int, Wanted], call: Call, state: State) -> Iterator[list[int]]:
    """Outputs that can share a plan: of other KPIs (last) or scales apart, comparisons by the period looked to.

    What is answered from days kept as sums stands apart from what is counted from the facts.
    """
    sets: dict[tuple[Any, ...], list[int]] = {}
    for number, one in wanted.items():
        definition, _, params = one
        looks_back = definition.relation if definition.against(params) and not definition.scales else None
        kept = kept_in(one, call, state)
        sets.setdefault((definition.needs, definition.scales, looks_back, kept), []).append(number)
    yield from sorted(sets.values(), key=lambda numbers: bool(wanted[numbers[0]][0].needs))


def kept_in(one: Wanted, call: Call, state: State) -> int | None:
    """Which of the plans of days kept as sums answers the output of this call; None: the facts do."""
    if state.rollups is None or state.rollups.why_not(one, call, state):
        return None
    return state.rollups.holder(one)


def _failed(one: Wanted, call: Call, error: Exception) -> list[Record]:
    reason = (
        str(error) if isinstance(error, MittariError) else f"{type(error).__name__}: {' '.join(str(error).split())}"
    )
    return _without(one, call, notes.note(notes.BROKEN, reason=reason), n=None)


def _without(one: Wanted, call: Call, note: str, n: int | None) -> list[Record]:
    """A record without a value for each period, saying why."""
    return [_empty(one, call, span.text, note, n) for span in call.spans]


def _empty(one: Wanted, call: Call, period: str, note: str, n: int | None) -> Record:
    definition, output, params = one
    return Record(
        kpi_id=definition.id,
        output=output,
        period=period,
        as_of=utc_text(call.as_of),
        slice=dict(call.where),
        params=dict(params),
        value=None,
        unit=definition.unit_of(output),
        n=n,
        status="no_data",
        note=note,
    )


def completed(
    definition: Definition, call: Call, plans: Plans, reader: Reader, state: State, known: Sequence[Record] = ()
) -> Call:
    """The call with the results of other KPIs that this one is made of; those `known` are not measured again."""
    if not definition.needs:
        return call
    return needed.completed(
        call, reader, lambda some, plain: scorecard(some, plain, plans=plans, reader=reader, state=state), known
    )


def _measured(wanted: Sequence[Wanted], call: Call, plans: Plans, reader: Reader, state: State) -> list[list[Record]]:
    wide = _with_looked_back(wanted, call)
    material, measured = measured_apart(wanted, wide, plans, reader, state)
    before = _before(wanted, call, material, measured, plans, reader, state)
    screens = _screens(wanted, call, material, measured, plans, reader, state)
    lost = history.lost(call, reader, state)
    found = []
    for number, recipe in enumerate(material.plan.recipes):
        partial = [history.is_partial(wanted[number][0], recipe, each) for each in lost]
        made = _records(
            wanted[number], recipe, material, measured[number], number, before, screens[number], partial, call, state
        )
        found.append(list(made))
    return found


def _screens(
    wanted: Sequence[Wanted],
    call: Call,
    material: Material,
    measured: list[list[Measured]],
    plans: Plans,
    reader: Reader,
    state: State,
) -> list[Screen | None]:
    """For each KPI that hides small groups, what says which; a filtered call is measured beside all it leaves out."""
    found: list[Screen | None] = []
    for number, one in enumerate(wanted):
        if not one[0].suppress_below:
            found.append(None)
        elif material.call.where:
            all_slices, in_all = measured_apart([one], whole(call), plans, reader, state)
            found.append(Screen(one[0], call, all_slices, in_all[0]))
        else:
            found.append(Screen(one[0], call, material, measured[number]))
    return found


def _run(wanted: Sequence[Wanted], call: Call, plans: Plans, reader: Reader, state: State) -> Material:
    if state.rollups is not None and all(kept_in(one, call, state) is not None for one in wanted):
        return state.rollups.material(wanted, call, reader, state)
    scales = wanted[0][0].scales
    call = for_scales(call) if scales else call
    shape = shape_of(call, state)
    names = (*call.by, *call.where)
    chosen = [(each.split(names), output, with_basis(params, shape.basis)) for each, output, params in wanted]
    _refuse_instants(wanted, call)
    plan = plans.find(shape.request(chosen, scales), chosen, state)
    return run(plan, call, reader, state)


def _refuse_instants(wanted: Sequence[Wanted], call: Call) -> None:
    flowing = [definition.id for definition, _, _ in wanted if definition.merge != "level"]
    if flowing and any(span.instant for span in call.spans):
        raise UserError(
            f"{flowing[0]} is counted over a period, found the instant {call.spans[0].text}",
            hint="only stocks such as open_conversation_count are read at an instant; give a period like 2026-10",
        )


def with_basis(params: Mapping[str, Any], basis: str) -> dict[str, Any]:
    return {name: basis if name == "basis" and value == "auto" else value for name, value in params.items()}


Earlier = dict[tuple[int, int, SliceKey], Measured]
"""What comparisons compare with: (number of the recipe, place of the period, slice) -> the earlier number."""


def _with_looked_back(wanted: Sequence[Wanted], call: Call) -> Call:
    """The call with the periods that its comparisons look back to behind its own, where one query can serve both."""
    rules = dict.fromkeys(definition.against(params) for definition, _, params in wanted)
    back = [against(period, rule, call) for rule in rules if rule is not None for period in call.periods]
    wide = replace(call, periods=tuple(dict.fromkeys([*call.periods, *back])))
    return wide if len(wide.apart()) == 1 else call


def _before(
    wanted: Sequence[Wanted],
    call: Call,
    material: Material,
    measured: list[list[Measured]],
    plans: Plans,
    reader: Reader,
    state: State,
) -> Earlier:
    """The compared outputs in the periods they look back to; each such period is asked for once."""
    compared: Earlier = {}
    for rule in dict.fromkeys(recipe.against for recipe in material.plan.recipes if recipe.against is not None):
        looked_back = [against(period, rule, call) for period in call.periods]
        distinct = tuple(dict.fromkeys(looked_back))
        if set(distinct) <= set(material.call.periods):
            asked = [(material, measured)]
        else:
            asked = [
                measured_apart(
                    wanted, replace(call, periods=tuple(distinct[place] for place in places)), plans, reader, state
                )
                for places in replace(call, periods=distinct).apart()
            ]
        for earlier, values in asked:
            for number, recipe in enumerate(earlier.plan.recipes):
                if recipe.against == rule:
                    _remember(compared, number, earlier, values[number], looked_back)
    return compared


def measured_apart(
    wanted: Sequence[Wanted], call: Call, plans: Plans, reader: Reader, state: State
) -> tuple[Material, list[list[Measured]]]:
    """What was asked, and each wanted output in each of its groups: of a comparison, the number that is compared."""
    material = _run(wanted, call, plans, reader, state)
    return material, [measure(recipe, material, state) for recipe in material.plan.recipes]


def _remember(
    compared: Earlier, number: int, earlier: Material, values: list[Measured], looked_back: Sequence[Period]
) -> None:
    for group, measured in enumerate(values):
        period, key = earlier.groups.of(group)
        for place, other in enumerate(looked_back):
            if other == earlier.call.periods[period]:
                compared[number, place, key] = measured


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
    number: int,
    before: Earlier,
    screen: Screen | None,
    partial: Sequence[bool],
    call: Call,
    state: State,
) -> Iterator[Record]:
    definition, _, params = one
    groups = scale_groups(material, measured, call) if definition.scales else plain_groups(material, measured, call)
    for group in groups:
        own = NOTHING if group.number is None else measured[group.number]
        if recipe.against is not None:
            key = () if group.number is None else material.groups.of(group.number)[1]
            own = records.compared(recipe, own, before.get((number, group.period, key), NOTHING))
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
            flags=(*group.flags, *(("as_of_partial",) if partial[group.period] else ())),
            suppressed=screen is not None and screen.hides(group.period, group.slice_of),
        )
