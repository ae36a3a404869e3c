"""Our number beside that of another product's rules, and the contacts that the two count otherwise."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mittari.measure.result import Record
from mittari.measure.rulesets import Rule, rule_set

if TYPE_CHECKING:
    from mittari.workspace.verbs import Workspace

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """One number by our rule (`here`) and by theirs (`there`), of the same contacts, period and slice."""

    rule: Rule
    here: Record
    there: Record


@dataclass(frozen=True)
class CountedOtherwise:
    """A contact that only one of the two counts, or both with another value.

    `here` and `there` are what it adds (seconds, or 1 for a hit and 0 for none); None where it is not counted, and
    `left_out` then says by what. `because` is the rule that makes the difference.
    """

    key: str
    here: float | None
    there: float | None
    left_out: str | None
    because: str


def by_rules(workspace: "Workspace", rules: str, kpi: str | None = None, **asked: Any) -> list[Compared]:
    """Every KPI that the set names, or the one asked for; empty where the set has no rule for it."""
    found = []
    for rule in rule_set(rules).rules:
        if kpi is None or rule.kpi == kpi:
            here = workspace.kpi(rule.kpi, **asked)
            theirs = workspace.kpi(f"{rule.kpi}.{rule.output}", **asked, **rule.params)
            there = {_place(record): record for record in theirs}
            found += [Compared(rule, record, there[_place(record)]) for record in here if _place(record) in there]
    return found


def counted_otherwise(workspace: "Workspace", compared: Compared) -> list[CountedOtherwise]:
    """The contacts that explain the difference: those that only one side counts, then by how much the two differ.

    None at all: the same contacts, summed up in another way.
    """
    here, there = (
        {str(row["key"]): row for row in workspace.rows(record)} for record in (compared.here, compared.there)
    )
    return sorted(_differing(here, there, compared), key=_weight)


def _weight(one: CountedOtherwise) -> tuple[float, str]:
    """Sorts a contact: the most telling first, equals by key."""
    return (-math.inf if one.here is None or one.there is None else -abs(one.there - one.here)), one.key


def _place(record: Record) -> tuple[Any, ...]:
    return record.period, tuple(sorted(record.slice.items(), key=str))


def _differing(here: Mapping[str, Row], there: Mapping[str, Row], compared: Compared) -> Iterator[CountedOtherwise]:
    for key in {**here, **there}:
        ours, theirs = _added(here.get(key)), _added(there.get(key))
        if ours == theirs:
            continue
        left_out = _left_out(here.get(key)) if ours is None else _left_out(there.get(key)) if theirs is None else None
        yield CountedOtherwise(key, ours, theirs, left_out, compared.rule.because)


def _added(row: Row | None) -> float | None:
    return float(row["x"]) if row is not None and row["included"] else None


def _left_out(row: Row | None) -> str:
    return "it belongs to another period" if row is None else str(row["reason"])
