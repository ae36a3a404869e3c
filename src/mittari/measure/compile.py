"""From a KPI's expressions to a plan: outputs that share relation, source, clock and block share one query.

Only this module, groups, aggregates, exposures, rowsql and the relations import Ibis: where no plan is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mittari.measure import outputs as family
from mittari.measure.aggregates import side_terms
from mittari.measure.exposures import exposure_queries
from mittari.measure.groups import Group
from mittari.measure.kpi import Definition
from mittari.measure.plan import chosen_sources
from mittari.measure.recipe import BLOCKS, CELLS, STOCK, VALUES, WAITS, Part, Plan, Recipe, Request
from mittari.measure.relations import Facts, Source
from mittari.measure.shelf import Shelf

Wanted = tuple[Definition, str, Mapping[str, Any]]
SIDE_KINDS = (VALUES, WAITS)


def block_of(definition: Definition) -> str:
    return definition.block if definition.block in family.KEYED else family.DAY


def kind_of(spec: Any, block: str) -> str:
    if isinstance(spec, family.Stock):
        return STOCK
    if isinstance(spec, family.KaplanMeier):
        return WAITS
    if isinstance(spec, family.Quantile):
        return VALUES
    if isinstance(spec, (family.Count, family.EuroSum, family.Model)) or block == family.DAY:
        return CELLS
    return BLOCKS


class Compiler:
    """Collects the outputs of a request into groups, then turns each group into one query."""

    def __init__(self, facts: Facts, request: Request, shelf: Shelf) -> None:
        self.facts, self.request, self.shelf = facts, request, shelf
        self.groups: dict[tuple[Any, ...], Group] = {}
        self.recipes: list[Recipe] = []

    def add(self, definition: Definition, output: str, params: Mapping[str, Any]) -> None:
        sources = {name: self._counted(source) for name, source in self.shelf.sources(definition, params).items()}
        name = next(iter(sources))
        declared = definition.build(sources[name].rows, **params)[output]
        scope = (getattr(declared, "base", None) or declared).scope
        parts: list[Part] = []
        fallback: list[Part] = []
        others: list[Part] = []
        for name in chosen_sources(scope, self.request.channels, sources):
            built = definition.build(sources[name].rows, **params)[output]
            spec = getattr(built, "base", None) or built
            parts += self._parts(definition, params, name, sources[name], spec, block_of(definition))
            other = getattr(built, "other", None)
            if other is not None:
                others += self._parts(definition, params, name, sources[name], other, block_of(definition))
            elif not self.request.rolled and may_fall_back(definition, spec, sources[name]):
                fallback += self._parts(definition, params, name, sources[name], spec, family.DAY)
        self.recipes.append(recipe(definition, output, declared, tuple(parts), tuple(fallback), tuple(others)))

    def _counted(self, source: Source) -> Source:
        """The source with its totals for rows where nothing is split or filtered."""
        if source.totals is None or self.request.by or self.request.where:
            return source
        return replace(source, rows=source.totals)

    @staticmethod
    def _relation_key(definition: Definition, params: Mapping[str, Any]) -> tuple[Any, ...]:
        return (definition.relation_for(params), *sorted(definition.relation_parameters(params).items()))

    def _parts(
        self, definition: Definition, params: Mapping[str, Any], name: str, source: Source, spec: Any, block: str
    ) -> list[Part]:
        kind = self._kind(spec, block)
        relation = self._relation_key(definition, params)
        clock = "period" if spec.at is None else spec.at.get_name()
        number, group = self._group(relation, name, source, clock, kind, block, spec)
        columns = group.take(spec)
        if self.request.rolled and block == family.PERSON:
            columns |= group.take_unknown(spec)
        parts = [Part(number, columns)]
        if kind in SIDE_KINDS and side_terms(spec):  # rows beside the values do not stand among them
            number, group = self._group(relation, name, source, clock, CELLS, family.DAY, None)
            parts.append(Part(number, group.take_sides(spec)))
        return parts

    def _kind(self, spec: Any, block: str) -> str:
        """Days to be kept are cells, whatever the blocks: persons are found on many days and do not add up."""
        kind = kind_of(spec, block)
        return CELLS if self.request.rolled and kind == BLOCKS else kind

    def _group(
        self, relation: tuple[Any, ...], name: str, source: Source, clock: str, kind: str, block: str, spec: Any
    ) -> tuple[int, Group]:
        own = (spec.value if kind == VALUES else spec.time).op() if kind in SIDE_KINDS else None
        of = spec.of.op() if kind in SIDE_KINDS else None
        key = (relation, name, clock, kind, block if kind in (VALUES, BLOCKS) else "", own, of)
        if key not in self.groups:
            self.groups[key] = Group(
                self.facts, self.request, source, relation=relation[0], name=name, clock=clock, kind=kind, block=block
            )
        return list(self.groups).index(key), self.groups[key]

    def plan(self) -> Plan:
        queries = [group.query(self.shelf.complete) for group in self.groups.values()]
        named = [name for each in self.recipes for name in (each.exposure, each.population) if isinstance(name, str)]
        queries += exposure_queries(self.facts, self.request, named)
        return Plan(tuple(queries), tuple(self.recipes), self.request.by)


def may_fall_back(definition: Definition, spec: Any, source: Source) -> bool:
    """Where most persons may be unknown, days are the blocks instead (G20)."""
    by_person = block_of(definition) == family.PERSON
    return by_person and kind_of(spec, family.PERSON) == BLOCKS and not source.periodic


def recipe(
    definition: Definition,
    output: str,
    declared: Any,
    parts: tuple[Part, ...],
    fallback: tuple[Part, ...],
    others: tuple[Part, ...] = (),
) -> Recipe:
    spec = getattr(declared, "base", None) or declared
    return Recipe(
        kpi_id=definition.id,
        output=output,
        family=type(declared).__name__,
        base=type(spec).__name__,
        block=block_of(definition),
        parts=parts,
        fallback=fallback,
        q=getattr(spec, "q", None),
        domain=getattr(spec, "domain", "positive"),
        exposure=getattr(spec, "exposure", None),
        against=getattr(declared, "against", None),
        gap=getattr(declared, "gap", False),
        flow_days=getattr(spec, "flow_days", 0),
        per=getattr(spec, "per", 1.0),
        yearly=getattr(spec, "yearly", False),
        share=getattr(spec, "share", False),
        population=getattr(spec, "population", None),
        others=others,
        weighted=getattr(spec, "weight", None) is not None,
        rule=getattr(spec, "rule", ""),
        given=getattr(spec, "given", {}),
        scope=spec.scope,
    )


def compile_plan(facts: Facts, request: Request, wanted: Sequence[Wanted], shelf: Shelf) -> Plan:
    """The plan for a request: the wanted outputs, each with its definition and all its parameters."""
    compiler = Compiler(facts, request, shelf)
    for definition, output, params in wanted:
        compiler.add(definition, output, params)
    return compiler.plan()
