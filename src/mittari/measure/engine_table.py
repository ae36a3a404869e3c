"""The table of KPIs and engines in the manual, written from the declarations of both and the golden records:

    python -m mittari.measure.engine_table docs/engines.md tests/golden/golden.json

A golden record is a call worked out beforehand with every field of its answer. The tests ask each of them on each
engine and expect what is declared as lacking, and only that, to fail; so the table says what was found.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mittari.measure.handbook import shipped
from mittari.measure.kpi import Definition
from mittari.store.engines import ENGINES, Engine

BEGIN, END = "<!-- table of engines -->", "<!-- end -->"


def records_of(keys: Iterable[str]) -> Mapping[str, list[str]]:
    """KPI -> the output of each of its golden records; keys are `kpi[.output][@case]`, no output being the headline."""
    headlines = {each.id: each.headline for each in shipped()}
    found: dict[str, list[str]] = {name: [] for name in headlines}
    for key in keys:
        kpi, _, output = key.partition("@")[0].partition(".")
        if kpi in found:
            found[kpi].append(output or headlines[kpi])
    return found


def table(keys: Iterable[str]) -> str:
    """The rows of the table: each KPI with how many of its golden records come out, equal in every field."""
    engines, records = list(ENGINES.values()), records_of(keys)
    return "\n".join([*_head(engines), *(_row(each, engines, records[each.id]) for each in shipped()), *_sum(records)])


def _head(engines: list[Engine]) -> Iterator[str]:
    yield f"| KPI | records | {' | '.join(engine.title for engine in engines)} |"
    yield f"|---|--:|{'--:|' * len(engines)}"


def _row(definition: Definition, engines: list[Engine], outputs: list[str]) -> str:
    cells = [str(_given(engine, definition.id, outputs)) for engine in engines]
    return f"| [{definition.id}](kpis.md#{definition.id}) | {len(outputs)} | {' | '.join(cells)} |"


def _given(engine: Engine, kpi: str, outputs: list[str]) -> int:
    return sum(engine.lack(kpi, output) is None for output in outputs)


def _sum(records: Mapping[str, list[str]]) -> Iterator[str]:
    """All of them, then what an engine lacks and why."""
    sums = [sum(_given(engine, kpi, outputs) for kpi, outputs in records.items()) for engine in ENGINES.values()]
    told = " | ".join(f"**{count}**" for count in sums)
    yield f"| **all {len(records)}** | **{sum(map(len, records.values()))}** | {told} |"
    lacks = [(engine, name, lack) for engine in ENGINES.values() for name, lack in engine.lacks.items()]
    yield from ["", *(f"* {engine.title}, `{name}` ({lack.kind}): {lack.why}" for engine, name, lack in lacks)]


def written(page: str, keys: Iterable[str]) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(keys).rstrip()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path, golden = map(Path, sys.argv[1:])
    path.write_text(written(path.read_text(encoding="utf-8"), json.loads(golden.read_text())), encoding="utf-8")
