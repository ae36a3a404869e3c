"""Receipts: everything about one number that lets somebody else make it again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from mittari.measure import bind
from mittari.measure.call import Call, Reader, Span, State
from mittari.measure.evaluate import covered_days
from mittari.measure.evaluate.models import sums_of
from mittari.measure.kpi import PERSPECTIVES, Definition
from mittari.measure.material import texts
from mittari.measure.plan import Plans, Wanted, for_scales, shape_of
from mittari.measure.recipe import EXPOSURE, OTHER, Query, Recipe, RowQuery
from mittari.measure.result import SUPPRESSED, Record, utc_text
from mittari.measure.scorecard import against, completed, scorecard, with_basis

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Receipt:
    """The record and how it came about. `how` is what recomputing needs; `sql` are the statements that were asked."""

    record: dict[str, Any]
    definition: dict[str, Any]
    period: dict[str, str]
    clock: str
    counted: int
    left_out: dict[str, int]
    interval_method: str | None
    freshness: str | None
    late_rows: int
    path: str
    how: dict[str, Any]
    sql: list[str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Opened:
    """A number opened: its rows, and the receipt that is made of them."""

    def __init__(
        self, wanted: Wanted, record: Record, call: Call, *, plans: Plans, reader: Reader, state: State
    ) -> None:
        definition, self.output, params = wanted
        self.definition = definition.split((*call.by, *call.where))
        self.rollups, state = state.rollups, replace(state, rollups=None)  # rows are opened: every sum is theirs
        self.record, self.reader, self.state = record, reader, state
        self.asked = call
        call = completed(self.definition, call, plans, reader, state)
        self.call = for_scales(call) if self.definition.scales else call
        self.shape = shape_of(self.call, state)
        self.params = with_basis(params, self.shape.basis)
        self.plans = plans
        one = [(self.definition, self.output, self.params)]
        self.request = self.shape.request(one, self.definition.scales)
        self.plan = plans.find(self.request, one, state)
        self.shown: float | None = None
        if self._came_of_sums():
            self.shown, self.record = record.value, self._counted_exactly()

    def _came_of_sums(self) -> bool:
        one = (self.definition, self.output, self.params)
        kept = self.rollups is not None and not self.rollups.why_not(one, self.asked, self.state)
        return kept and "approx" in self.record.flags

    def _counted_exactly(self) -> Record:
        """The record as the rows give it, in place of one whose value or interval is approximate."""
        one = [(self.definition, self.output, self.params)]
        made = scorecard(one, self.asked, plans=self.plans, reader=self.reader, state=self.state)
        return next(each for each in made if each.slice == self.record.slice)

    @property
    def recipe(self) -> Recipe:
        return self.plan.recipes[0]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the number is counted from."""
        found = (table for part in self.recipe.parts for table in self.plan.queries[part.query].tables)
        return tuple(dict.fromkeys(found))

    def sides(self) -> dict[str, Call]:
        """The call, and for a comparison the call of the period it compares with."""
        calls = {"now": self.call}
        if self.recipe.against is not None:
            earlier = against(self.call.periods[0], self.recipe.against, self.call)
            calls["before"] = Call((earlier,), self.call.as_of, self.call.zone, self.call.where, self.call.by)
        return calls

    def rows(self) -> Rows:
        """Every row looked at, counted ones first: side, part, key, at, block, included, reason, x, y, dimensions.

        Behind a suppressed number nothing is looked at, whatever the record says that was handed in.
        """
        secret = bool(self.definition.suppress_below)
        if secret and self._suppressed():
            return []
        found: Rows = []
        queries = self.plans.row_queries(self.request, (self.definition, self.output, self.params), self.state)
        for side, call in self.sides().items():
            for query in queries:
                other = query.part.endswith(OTHER)
                if self.recipe.family == "Growth" and self.recipe.others and other != (side == "before"):
                    continue  # the earlier period is counted by the other rows, and only it is
                frame = self.reader.fetch(
                    bind.statement(query.sql, call, self.state), bind.parameters(query.sql, call, self.state)
                )
                part = query.part.removesuffix(OTHER)
                found += [
                    {"side": "other" if other and self.recipe.family == "Contrast" else side, "part": part, **row}
                    for row in records_of(frame)
                    if self._of_scale(part, row)
                ]
        found.sort(key=lambda row: (row["side"] != "now", not row["included"], str(row["at"]), row["key"]))
        return veiled(found, self.request.half_hours) if secret else found

    def _suppressed(self) -> bool:
        one = [(self.definition, self.output, self.params)]
        made = scorecard(one, self.asked, plans=self.plans, reader=self.reader, state=self.state)
        return any(record.status == SUPPRESSED for record in made)

    def _of_scale(self, part: str, row: Mapping[str, Any]) -> bool:
        scale = self.record.slice.get("scale") if self.definition.scales else None
        return scale is None or part == "exposure" or row.get("scale") == scale

    def receipt(self, rows: Rows) -> Receipt:
        span = self.call.spans[0]
        own = [row for row in rows if row["part"] != "exposure"]
        queries = self.plans.row_queries(self.request, (self.definition, self.output, self.params), self.state)
        part = self.plan.queries[self.recipe.parts[0].query]
        return Receipt(
            record=self.record.as_dict(),
            definition=described(self.definition, self.output),
            period={
                "text": span.text,
                "from": utc_text(span.start),
                "to": utc_text(span.end),
                "time_zone": self.state.zone,
            },
            clock=part.clock,
            counted=len({(row["side"], row["part"], row["key"], row["at"]) for row in own if row["included"]}),
            left_out=dict(Counter(row["reason"] for row in own if not row["included"]).most_common()),
            interval_method=self.record.ci_method,
            freshness=None if self.state.newest is None else utc_text(self.state.newest),
            late_rows=self.state.loaded_late(self.tables, span.start, span.end),
            path=self._path(part),
            how=self._how(rows),
            sql=[bind.spelled_out(sql, self.call, self.state) for sql in self._statements(queries)],
        )

    def _path(self, part: Query) -> str:
        """Where the number came from: the rows, or days kept as sums, and why not where there are some."""
        rows = f"raw rows of {', '.join(part.tables)}, one {part.kind} query{self.state.engine.told}"
        if self.rollups is None:
            return rows
        reason = self.rollups.why_not((self.definition, self.output, self.params), self.asked, self.state)
        if reason:
            return f"{rows}; not from days kept as sums: {reason}"
        shown = "" if self.shown is None else f", which gave {self.shown!r}; here it is counted exactly"
        return f"days kept as sums of {part.tables[0]}{shown}; opened to its {rows}"

    def _statements(self, queries: Sequence[RowQuery]) -> list[str]:
        """What was asked for the number, and for the customers or employees it is divided by."""
        own = [self.plan.queries[part.query].sql for part in self.recipe.parts]
        return own + [query.sql for query in queries if query.part == EXPOSURE]

    def _how(self, rows: Rows) -> dict[str, Any]:
        recipe = self.recipe
        days = {
            side: [day.isoformat() for day in self._covered(call.spans[0], side, rows)]
            for side, call in self.sides().items()
        }
        return {
            "family": recipe.family,
            "base": recipe.base,
            "block": recipe.block,
            "blocks_of": "day" if "approx" in self.record.flags else recipe.block,
            "q": recipe.q,
            "domain": recipe.domain,
            "exposure": recipe.exposure,
            "gap": recipe.gap,
            "flow_days": recipe.flow_days,
            "per": recipe.per,
            "yearly": recipe.yearly,
            "share": recipe.share,
            "population": recipe.population,
            "weighted": recipe.weighted,
            "rule": recipe.rule,
            "given": recipe.given,
            "sums": sums_of(recipe.parts) if recipe.base == "Model" else [],
            "days": len(self.call.spans[0].days),
            "half_hours": self.request.half_hours,
            "one_day": len(self.call.spans[0].days) == 1,
            "covered_days": days,
        }

    def _covered(self, span: Span, side: str, rows: Rows) -> Sequence[Any]:
        if self.recipe.base not in ("Count", "EuroSum"):
            return []
        table = self.plan.queries[self.recipe.parts[0].query].tables[0]
        seen = {
            (datetime.fromisoformat(row["at"]).date() - datetime(1970, 1, 1).date()).days
            for row in rows
            if row["included"] and row["side"] == side and row["part"] != "exposure"
        }
        return covered_days(span, table, self.state, seen)


SAID_OF_SECRET = ("side", "part", "period", "included", "reason", "x", "y")


def veiled(rows: Rows, half_hours: bool) -> Rows:
    """Rows that name nobody: numbers for keys and blocks, the day (or half-hour) for the instant, no dimensions."""
    names: dict[str, str] = {}
    told = []
    for number, row in enumerate(rows, 1):
        at, block = str(row["at"]), names.setdefault(str(row["block"]), f"person {len(names) + 1}")
        minute = f"{int(at[14:16]) // 30 * 30:02d}" if half_hours else "00"
        day = f"{at[:10]}T{at[11:13] if half_hours else '00'}:{minute}:00"
        told.append({**{name: row[name] for name in SAID_OF_SECRET}, "key": str(number), "at": day, "block": block})
    return told


def described(definition: Definition, output: str) -> dict[str, Any]:
    """The definition as a receipt shows it."""
    return {
        "id": definition.id,
        "output": output,
        "title": definition.title,
        "unit": definition.unit_of(output),
        "better": definition.better,
        "perspective": PERSPECTIVES[definition.perspective],
        "asks": definition.asks,
        "counted": definition.counted,
        "left_out": definition.left_out,
        "beware": definition.beware,
        "relation": definition.relation,
        "block": definition.block,
        "version": definition.version,
    }


def records_of(frame: Mapping[str, Any]) -> Rows:
    """The rows of a frame with plain values: text, numbers, booleans, None."""
    columns: dict[str, list[Any]] = {}
    for name, values in frame.items():
        if name in ("period", "included"):
            columns[name] = [bool(value) if name == "included" else int(value) for value in values.tolist()]
        elif name in ("x", "y"):
            columns[name] = [None if value is None else float(value) for value in values.tolist()]
        else:
            columns[name] = [
                None if value is None else value.replace(" ", "T") if name == "at" else value for value in texts(values)
            ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
