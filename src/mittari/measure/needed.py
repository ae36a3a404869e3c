"""Numbers made of other numbers: what a KPI needs measured before it, and how the results reach its rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from mittari.errors import UserError
from mittari.measure.call import Call, Reader, Result
from mittari.measure.kpi import BAND, LOWER, find
from mittari.measure.plan import Wanted
from mittari.measure.result import Record

TARGETS = "targets"
"""`needs` of a KPI that is made of every KPI with a target."""
WITH_TARGET = "SELECT DISTINCT kpi_id FROM targets WHERE coalesce(slice, '') = '' ORDER BY kpi_id"
DIRECTIONS = {LOWER: "down", BAND: "band"}

Measure = Callable[[Sequence[Wanted], Call], Sequence[Record]]


def completed(call: Call, reader: Reader, measure: Measure, known: Sequence[Record] = ()) -> Call:
    """The call with the results, unsliced, of every KPI that has a target: those known, the others measured now."""
    named = dict(_wanted(str(name) for name in reader.fetch(WITH_TARGET, {})["kpi_id"]))
    there = {(record.kpi_id, record.output, repr(record.params)) for record in known}
    wanted = [one for one in named.values() if (one[0].id, one[1], repr(one[2])) not in there]
    records = [*known, *(measure(wanted, replace(call, where={}, by=())) if wanted else ())]
    results = [result for name, one in named.items() for result in _results(name, one, records)]
    return replace(call, results=tuple(results))


def _wanted(names: Iterable[str]) -> Iterator[tuple[str, Wanted]]:
    """Those of the names that are KPIs; one that is itself made of others is not asked, it might ask back."""
    for name in names:
        try:
            definition, output = find(name)
        except UserError:
            continue
        if not definition.needs:
            yield name, (definition, output, dict(definition.parameters))


def _results(name: str, one: Wanted, records: Sequence[Record]) -> Iterator[Result]:
    """One for each period; on several scales the first of as many records as there are."""
    definition, output, params = one
    own = [each for each in records if (each.kpi_id, each.output, each.params) == (definition.id, output, params)]
    for period in dict.fromkeys(record.period for record in own):
        found = [record for record in own if record.period == period]
        first = found[0]
        yield Result(
            period=period,
            name=name,
            value=first.value,
            ci_low=first.ci_low,
            ci_high=first.ci_high,
            status=first.status,
            better=DIRECTIONS.get(definition.better, "up"),
            records=len(found),
            data_version=first.data_version,
        )
