"""Plans: found among the kept ones or compiled, then run for a call."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from mittari.measure import bind
from mittari.measure.call import Call, Reader, State
from mittari.measure.kpi import Definition
from mittari.measure.material import Material
from mittari.measure.recipe import Plan, Request, decode, encode

Wanted = tuple[Definition, str, Mapping[str, Any]]
"""A definition, one of its outputs, and all its parameters."""

SCALE = "scale"
HALF_HOURS_BELOW_DAYS = 14


def code_fingerprint(folders: Sequence[Path]) -> str:
    """A digest of the code that makes plans: kept plans of other code are not found any more."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            stat = path.stat()
            digest.update(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns};".encode())
    return digest.hexdigest()


class Plans:
    """The plans of one installation, kept in memory and in `folder` (None: in memory only)."""

    def __init__(self, folder: Path | None, code: str) -> None:
        self._folder = folder
        self._code = code
        self._kept: dict[str, Plan] = {}

    def find(self, request: Request, wanted: Sequence[Wanted], state: State) -> Plan:
        key = self._key(request, wanted, state)
        if key not in self._kept:
            self._kept[key] = self._read(key) or self._compile(key, request, wanted, state)
        return self._kept[key]

    def _key(self, request: Request, wanted: Sequence[Wanted], state: State) -> str:
        asked = [
            (definition.id, output, definition.version, sorted(params.items())) for definition, output, params in wanted
        ]
        text = repr(
            (
                self._code,
                request,
                asked,
                sorted(state.schemas),
                state.fingerprint,
                "calls" in state.filled,
                state.currency,
            )
        )
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _read(self, key: str) -> Plan | None:
        if self._folder is None:
            return None
        path = self._folder / f"{key}.json"
        try:
            return decode(path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
            return None  # not kept yet, or kept by another version: it is compiled anew and written over

    def _compile(self, key: str, request: Request, wanted: Sequence[Wanted], state: State) -> Plan:
        from mittari.measure.compile import compile_plan  # the compiler loads Ibis: only where no plan is kept
        from mittari.measure.relations import Facts

        facts = Facts(schemas=state.schemas, filled=state.filled, currency=state.currency)
        plan = compile_plan(facts, request, wanted)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            waiting = self._folder / f"{key}.{id(plan):x}.new"
            waiting.write_bytes(encode(plan))
            waiting.replace(self._folder / f"{key}.json")
        return plan

    def row_queries(self, request: Request, one: Wanted, state: State) -> tuple[Any, ...]:
        """Statements for the rows behind one output. They are asked when a number is opened, so they are not kept."""
        from mittari.measure.relations import Facts
        from mittari.measure.rowsql import row_queries

        facts = Facts(schemas=state.schemas, filled=state.filled, currency=state.currency)
        return row_queries(facts, request, *one)


@dataclass(frozen=True)
class Shape:
    """How a call is put to the compiler, apart from its outputs."""

    by: tuple[str, ...]
    where: tuple[str, ...]
    channels: str
    basis: str
    half_hours: bool

    def request(self, wanted: Sequence[Wanted], scales: bool) -> Request:
        by = (*self.by, SCALE) if scales and SCALE not in self.by else self.by
        where = tuple(name for name in self.where if not (scales and name == SCALE))
        return Request(
            outputs=tuple((definition.id, output) for definition, output, _ in wanted),
            by=by,
            where=where,
            channels=self.channels,
            basis=self.basis,
            half_hours=self.half_hours,
        )


def channels_of(call: Call) -> str:
    """Which sources of contacts a slice reads (SPEC 9.4: calls stand in totals and under channel = phone)."""
    if "channel" in call.where:
        return "phone" if call.where["channel"] == "phone" else "written"
    if "channel" in call.by:
        return "split"
    return "written" if call.where or call.by else "all"


def basis_of(call: Call, state: State) -> str:
    """Active customers are known by contracts where contracts cover the periods, else by orders (G19)."""
    if "subscriptions" not in state.filled:
        return "orders"
    days = [day for span in call.spans for day in (span.first_day, min(span.end_day, span.first_day))]
    return (
        "contracts"
        if all(state.covers("subscriptions", day) for day in days) or "orders" not in state.filled
        else "orders"
    )


def shape_of(call: Call, state: State) -> Shape:
    short = max(len(span.days) for span in call.spans) < HALF_HOURS_BELOW_DAYS
    return Shape(
        by=call.by, where=tuple(call.where), channels=channels_of(call), basis=basis_of(call, state), half_hours=short
    )


def run(plan: Plan, call: Call, reader: Reader, state: State) -> Material:
    """Ask the plan's queries and sort what they brought."""
    frames = [
        reader.fetch(bind.statement(query.sql, call), bind.parameters(query.sql, call, state)) for query in plan.queries
    ]
    return Material(plan, call, frames)


def for_scales(call: Call) -> Call:
    """The call as KPIs on scales see it: split by scale, so that scales are never added up (G17)."""
    if SCALE in call.by:
        return call
    return replace(
        call, by=(*call.by, SCALE), where={name: value for name, value in call.where.items() if name != SCALE}
    )
