"""The KPI handbook, written from the catalogue: `python -m mittari.measure.handbook > docs/kpis.md`.

A test fails when it was forgotten.
"""

import sys
from collections.abc import Iterator

from mittari.measure.kpi import PERSPECTIVES, Definition, catalogue

HEAD = """# The KPIs

Every KPI of the catalogue, written from its declaration (`python -m mittari.measure.handbook > docs/kpis.md`).
The rules that all of them obey are in [rules.md](rules.md), how value and interval are made in
[statistics.md](statistics.md), the tables they are counted from in [facts.md](facts.md).

Shares are fractions of 1 in records, targets and parameters, and per cent on pages. An output is asked for by its
name: `mittari kpi csat.mean`; a parameter is set with `--set csat_kind=overall`. With `weights=given` each answer of a
survey counts by the weight that the file gives it ([statistics.md](statistics.md#blocks)). *Own baseline* means that no
target holds for every company: it is compared with its own past.
"""


def shipped() -> list[Definition]:
    """The definitions that come with Mittari, without those of an installation's own."""
    return [each for each in catalogue().values() if each.build.__module__.startswith("mittari.measure.catalogue.")]


def handbook() -> str:
    """The page: an index by perspective, then a section for each KPI."""
    definitions = shipped()
    return "\n".join([HEAD, *_index(definitions), *(line for each in definitions for line in _section(each))]) + "\n"


def _index(definitions: list[Definition]) -> Iterator[str]:
    for code, heading in PERSPECTIVES.items():
        own = [each for each in definitions if each.perspective == code]
        if own:
            yield f"\n**{heading}** " + " · ".join(f"[{each.title}](#{each.id})" for each in own)


def _section(each: Definition) -> Iterator[str]:
    yield f'\n## {each.number:02} {each.title} <a id="{each.id}"></a>\n'
    yield f"`{each.id}` · {each.asks}\n"
    yield f"* **Counted** {each.counted}"
    yield f"* **Left out** {each.left_out}"
    yield f"* **Beware** {each.beware}"
    outputs = (f"`{name}` ({each.unit_of(name)}, {each.families[name]})" for name in each.outputs)
    yield f"* **Outputs** {', '.join(outputs)}"
    if each.parameters:
        yield "* **Parameters** " + ", ".join(f"`{name}={value}`" for name, value in each.parameters.items())
    target = "own baseline" if each.target is None else f"target {each.target:g}"
    guard = f"; read with {', '.join(f'[{name}](#{name})' for name in each.guard)}" if each.guard else ""
    yield f"* **Direction** {each.better}; {target}{guard}"
    yield f"* **Made from** {', '.join(each.tables)}; blocks by {each.block}, merge class {each.merge}"


if __name__ == "__main__":
    sys.stdout.write(handbook())
