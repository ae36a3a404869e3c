"""Plans: found among the kept ones or compiled, then run for a call."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from mittari.measure import bind, outputs
from mittari.measure.call import Call, Frame, Reader, State
from mittari.measure.dimensions import SCALE
from mittari.measure.families import uses_half_hours
from mittari.measure.kpi import Definition
from mittari.measure.material import Material
from mittari.measure.recipe import Plan, Query, Request, RowQuery

if TYPE_CHECKING:
    from mittari.measure.relations import Facts
    from mittari.measure.shelf import Shelf

Kept = TypeVar("Kept")
Wanted = tuple[Definition, str, Mapping[str, Any]]
"""A definition, one of its outputs, and all its parameters."""


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
        self._kept: dict[str, Any] = {}

    def find(self, request: Request, wanted: Sequence[Wanted], state: State) -> Plan:
        """The plan for these outputs: the kept one, or one compiled now."""
        return self._found(Plan, (request, _asked(wanted)), state, lambda: self._compiled(request, wanted, state))

    def row_queries(self, request: Request, one: Wanted, state: State) -> tuple[RowQuery, ...]:
        """Statements for the rows behind one output."""
        asked = ("rows", request, _asked([one]))
        return self._found(tuple[RowQuery, ...], asked, state, lambda: self._compiled_rows(request, one, state))

    def _key(self, asked: object, state: State) -> str:
        facts = (sorted(state.schemas), state.fingerprint, "calls" in state.filled, state.currency, state.engine.name)
        return hashlib.sha256(repr((self._code, asked, facts)).encode()).hexdigest()[:32]

    def _found(self, kind: type[Kept], asked: object, state: State, compile_it: Callable[[], Kept]) -> Kept:
        key = self._key(asked, state)
        if key not in self._kept:
            found = self._read(key, kind)
            if found is None:
                found = compile_it()
                self._write(key, found)
            self._kept[key] = found
        return cast(Kept, self._kept[key])

    def _shelf(self, state: State) -> tuple["Facts", "Shelf"]:
        from mittari.measure.relations import Facts  # the compiler loads Ibis: only where no plan is kept
        from mittari.measure.shelf import NamedSource, Shelf

        def keep(identity: str, compile_it: Callable[[], dict[str, NamedSource]]) -> dict[str, NamedSource]:
            return self._found(dict[str, NamedSource], ("relation", identity), state, compile_it)

        facts = Facts(schemas=state.schemas, engine=state.engine, filled=state.filled, currency=state.currency)
        return facts, Shelf(facts, keep)

    def _compiled(self, request: Request, wanted: Sequence[Wanted], state: State) -> Plan:
        from mittari.measure.compile import compile_plan

        facts, shelf = self._shelf(state)
        return compile_plan(facts, request, wanted, shelf)

    def _compiled_rows(self, request: Request, one: Wanted, state: State) -> tuple[RowQuery, ...]:
        from mittari.measure.rowsql import row_queries

        facts, shelf = self._shelf(state)
        return row_queries(facts, request, *one, shelf)

    def _read(self, key: str, kind: type[Kept]) -> Kept | None:
        if self._folder is None:
            return None
        try:
            return msgspec.json.decode((self._folder / f"{key}.json").read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
            return None  # not kept yet, or kept by another version: it is compiled anew and written over

    def _write(self, key: str, found: object) -> None:
        """Written beside and moved into place, so that nobody reads half a plan."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        waiting = self._folder / f"{key}.{os.getpid()}.{id(found):x}.new"
        waiting.write_bytes(msgspec.json.encode(found))
        waiting.replace(self._folder / f"{key}.json")


def _asked(wanted: Sequence[Wanted]) -> list[tuple[Any, ...]]:
    return [(each.id, output, each.version, sorted(params.items())) for each, output, params in wanted]


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


def chosen_sources(scope: str, channels: str, known: Iterable[str]) -> tuple[str, ...]:
    """Which sources an output reads: written contacts, calls under channel = phone, both where it says ALL."""
    known = tuple(known)
    if len(known) == 1:
        return known
    if scope == outputs.PHONE:
        return ("phone",)
    if channels == "split" or (scope == outputs.ALL and channels == "all"):
        return known
    return ("phone",) if channels == "phone" else ("written",)


def basis_of(call: Call, state: State) -> str:
    """Active customers are known by contracts where contracts cover the periods, else by orders (G19).

    A contract runs on after the day it began, so contracts cover everything from the first day they were loaded for: a
    month in which nobody signed does not turn customers into buyers.
    """
    if "subscriptions" not in state.filled:
        return "orders"
    known_from = min((first for first, _ in state.coverage.get("subscriptions", ())), default=None)
    covered = known_from is not None and all(span.first_day >= known_from for span in call.spans)
    return "contracts" if covered or "orders" not in state.filled else "orders"


def shape_of(call: Call, state: State) -> Shape:
    short = uses_half_hours(max(len(span.days) for span in call.spans))
    return Shape(
        by=call.by, where=tuple(call.where), channels=channels_of(call), basis=basis_of(call, state), half_hours=short
    )


def run(plan: Plan, call: Call, reader: Reader, state: State) -> Material:
    """Ask the plan's queries and sort what they brought."""

    def ask(query: Query) -> Frame:
        return reader.fetch(bind.statement(query.sql, call, state), bind.parameters(query.sql, call, state))

    return Material(plan, call, ask)


def for_scales(call: Call) -> Call:
    """The call as KPIs on scales see it: split by scale, so that scales are never added up (G17)."""
    if SCALE in call.by:
        return call
    return replace(
        call, by=(*call.by, SCALE), where={name: value for name, value in call.where.items() if name != SCALE}
    )
