"""How a KPI is declared: a function from one relation to named outputs, and the facts about it that everybody shows.

A catalogue module says `@kpi(title=..., unit=..., ...)` above a function whose positional argument is a relation and
whose keyword arguments are the KPI's parameters. The registry is the only list of KPIs there is.
"""

import hashlib
import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mittari.errors import UserError, did_you_mean

SHARE, SECONDS, COUNT, POINTS, MONEY, CUSTOMERS, DAYS = "fraction", "s", "count", "points", "money", "customers", "days"
PER_1000 = "per_1000"
SCORE_100, SCALE_POINTS = "score_100", "scale_points"
CASES_PER_HOUR = "cases_per_hour"
RATIO, SCORE = "ratio", "score"
HIGHER, LOWER, NEITHER, BAND = "higher", "lower", "neither", "band"
LEAD, LAG = "lead", "lag"
SUBJECTIVE, OBJECTIVE = "subjective", "objective"
CORE_OUTCOME, VALUE_ATTRIBUTES, RELATIONSHIP, IMAGE = "CO", "VA", "VR", "VI"
INTERNAL_PROCESS, LEARNING, FINANCIAL = "IP", "LG", "FI"
SOLVES, UNRECORDED_SOLVES, FIRST_REOPENING = "solves", "unrecorded_solves", "first_reopening"

ALWAYS_READ = ("customers", "fx_rates", "coverage", "rejects", "closes", "status_events")
"""What slices, money, zeros, n_rejected, late rows and looks back of any KPI look at beside its own tables."""

PERSPECTIVES = {
    CORE_OUTCOME: "Customer: core outcomes",
    VALUE_ATTRIBUTES: "Customer: service attributes",
    RELATIONSHIP: "Customer: relationship",
    IMAGE: "Customer: image",
    INTERNAL_PROCESS: "Internal process",
    LEARNING: "Learning and growth",
    FINANCIAL: "Financial",
}


@dataclass(frozen=True)
class Definition:
    """A KPI as declared. `build(relation, **params)` returns its outputs, headline first.

    `requires` names tables and columns (`table.column`) without any value of which a number would be a false zero,
    `requires_by` those that a parameter asks for (parameter -> its value -> column), `begun` tables of which something
    must be known from before the end of the period. `relation_takes` are parameters
    that the relation itself is told, `takes_by` those that only a relation chosen by `relation_by` takes; `split_by`
    names the relation that knows a dimension which the usual one does not (dimension -> relation).
    Of a KPI with `suppress_below` no number is shown that fewer people stand behind, and no row names anybody (G21).
    `overwritten` says which facts of conversations it needs as they stood at `as_of`, though a file keeps the newest
    only (`measure/history.py`): solves between the first and the last, those without status events, when a case was
    first reopened; `overwritten_in` names the outputs that do, if not all.
    `needs` says which results of other KPIs it is made of (`measure/needed.py`), `hint` what to do without a value.
    Where the title is a mark of others, `neutral_title` says the same without it.
    """

    id: str
    number: int
    title: str
    unit: str
    better: str
    perspective: str
    timing: str
    kind: str
    relation: str
    block: str
    merge: str
    asks: str
    counted: str
    left_out: str
    beware: str
    build: Callable[..., Mapping[str, Any]]
    tables: tuple[str, ...]
    outputs: tuple[str, ...]
    target: float | None = None
    guard: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    relation_takes: tuple[str, ...] = ()
    relation_with: Mapping[str, Any] = field(default_factory=dict)
    relation_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    takes_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    split_by: Mapping[str, str] = field(default_factory=dict)
    requires_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scales: bool = False
    overwritten: tuple[str, ...] = ()
    overwritten_in: tuple[str, ...] = ()
    needs: str = ""
    board: int | None = None
    version: int = 1
    final_after: int = 30
    suppress_below: int = 0
    hint: str = ""
    neutral_title: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def families(self) -> dict[str, str]:
        """Output -> the name of its family, told by the declaration itself."""
        return {name: type(output).__name__ for name, output in self.build(AnyRows(), **self.parameters).items()}

    def against(self, params: Mapping[str, Any]) -> str | None:
        """The period that the KPI compares with by these parameters (a period, or a rule's name); None: it does not."""
        found = (getattr(output, "against", None) for output in self.build(AnyRows(), **params).values())
        return next((rule for rule in found if rule), None)

    def reads_any(self, changed: Collection[str]) -> bool:
        """Whether a change of these tables may change a number of this KPI; one made of others may follow any."""
        return bool(self.needs) or any(table in changed for table in (*self.tables, *ALWAYS_READ))

    @property
    def headline(self) -> str:
        return self.outputs[0]

    def unit_of(self, output: str) -> str:
        return self.units.get(output, self.unit)

    def relation_parameters(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """What the relation itself is told: constants of the KPI, and those of its parameters that it takes."""
        taken = (*self.relation_takes, *self.takes_by.get(self.relation_for(params), ()))
        return {**self.relation_with, **{name: params[name] for name in taken}}

    def relation_for(self, params: Mapping[str, Any]) -> str:
        """The relation; a parameter may choose another one (`relation_by`: parameter -> its value -> relation)."""
        for parameter, choices in self.relation_by.items():
            if params.get(parameter) in choices:
                return choices[params[parameter]]
        return self.relation

    def split(self, names: Iterable[str]) -> "Definition":
        """The definition as it counts where it is split or filtered by these dimensions."""
        relation = next((self.split_by[name] for name in names if name in self.split_by), None)
        return self if relation is None else replace(self, relation=relation)

    def required(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """The tables and columns that a number with these parameters cannot do without."""
        asked = (choices.get(str(params.get(parameter))) for parameter, choices in self.requires_by.items())
        return (*self.requires, *(name for name in asked if name))

    @property
    def ever_required(self) -> tuple[str, ...]:
        """Those that some parameter or none asks for."""
        return (*self.requires, *(name for choices in self.requires_by.values() for name in choices.values()))

    def version_text(self, params: Mapping[str, Any]) -> str:
        """A changed parameter is another series: it shows in the definition's version."""
        changed = [f"{name}={value}" for name, value in sorted(params.items()) if value != self.parameters.get(name)]
        return "+".join([str(self.version), *changed])

    def check_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters with their values; raises UserError for one this KPI does not have or of the wrong type."""
        for name, value in given.items():
            if name not in self.parameters:
                raise UserError(
                    f"{self.id} has no parameter {name!r}",
                    hint=f"{did_you_mean(name, self.parameters)} Known: {', '.join(self.parameters) or 'none'}".strip(),
                )
            default = self.parameters[name]
            # a number without a default is measured where the call does not give it
            wrong = (isinstance(default, (int, float)) or (default is None and value is not None)) and (
                isinstance(value, bool) or not isinstance(value, (int, float))
            )
            if wrong or (isinstance(default, str) and not isinstance(value, str)):
                kind = "number" if default is None else type(default).__name__
                raise UserError(f"{self.id}: parameter {name} is {kind}, found {value!r}")
        return {**self.parameters, **given}


class AnyRows:
    """Stands in for a relation where only the declaration is read: every column and operation is itself again."""

    def _itself(self, *_: Any, **__: Any) -> "AnyRows":
        return self

    __getattr__ = __call__ = __and__ = __or__ = __rand__ = __ror__ = __invert__ = _itself
    __add__ = __sub__ = __mul__ = __truediv__ = __neg__ = __lt__ = __le__ = __gt__ = __ge__ = _itself
    __eq__ = __ne__ = _itself  # type: ignore[assignment]
    __hash__ = object.__hash__


REGISTRY: dict[str, Definition] = {}
OWN_RELATIONS: dict[str, Callable[..., Mapping[str, Any]]] = {}
"""Relations that an installation brings, by the name of their function. They stand here and not beside Mittari's own
because this module is on the light path: what they need of Ibis they import when they are called."""


def relation(build: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
    """Register the function below as a relation of one's own; `@kpi(relation=...)` names it by the function's name.

    It gets the facts (`measure.relations.Facts`) and returns its sources by name (`measure.relations.Source`).
    """
    if build.__name__ in OWN_RELATIONS:
        raise ValueError(f"two relations are called {build.__name__}")
    OWN_RELATIONS[build.__name__] = build
    return build


def kpi(
    *, number: int, relation: str, outputs: tuple[str, ...], tables: tuple[str, ...], **facts: Any
) -> Callable[..., Any]:
    """Register the function below as a KPI; its name is the KPI's id, its keyword arguments are the parameters."""

    def register(build: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
        name = build.__name__
        if name in REGISTRY:
            raise ValueError(f"two KPIs are called {name}")
        parameters = {
            argument.name: argument.default
            for argument in inspect.signature(build).parameters.values()
            if argument.kind is inspect.Parameter.KEYWORD_ONLY
        }
        REGISTRY[name] = Definition(
            id=name,
            number=number,
            relation=relation,
            outputs=outputs,
            tables=tables,
            build=build,
            parameters=parameters,
            **facts,
        )
        return build

    return register


def load_own(folder: Path) -> None:
    """Register the KPIs that an installation brings: every `*.py` of the folder `kpis` in its home, once."""
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        # two installations may bring modules of one name
        name = f"mittari_own_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
        if name in sys.modules:
            continue
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise UserError("this is no Python module", where=path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise UserError(f"this KPI module cannot be loaded: {type(error).__name__}: {error}", where=path) from error


def catalogue() -> dict[str, Definition]:
    """All registered KPIs by id, in the order of their numbers."""
    package = importlib.import_module("mittari.measure.catalogue")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(REGISTRY.items(), key=lambda item: (item[1].number, item[0])))


def find(name: str) -> tuple[Definition, str]:
    """The definition and output that `kpi_id` or `kpi_id.output` names; raises UserError with a suggestion."""
    identifier, _, output = name.partition(".")
    known = catalogue()
    if identifier not in known:
        raise UserError(
            f"no KPI is called {identifier!r}",
            hint=f"{did_you_mean(identifier, known)} `mittari catalogue` lists them.".strip(),
        )
    definition = known[identifier]
    if output and output not in definition.outputs:
        raise UserError(
            f"{identifier} has no output {output!r}",
            hint=f"{did_you_mean(output, definition.outputs)} It has: {', '.join(definition.outputs)}.".strip(),
        )
    return definition, output or definition.headline
