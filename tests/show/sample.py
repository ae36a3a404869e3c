# ruff: noqa: ARG002  # the verbs of a workspace take more than a sample looks at
"""A workspace of two dozen made-up numbers, for the tests of templates: every state a card can be in occurs once.

It honours the contract of `mittari.show.web.source` and answers from a formula, so that no warehouse is needed. The
tests in tests/browser run against a real workspace.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from mittari.change import two_periods
from mittari.change.league import Standing, league
from mittari.measure.kpi import Definition
from mittari.measure.outputs import Proportion
from mittari.measure.result import Record
from mittari.settings import Settings
from mittari.store.courtesy import Courtesy
from mittari.time import Instant, parse_period
from mittari.workspace.pressed import Pressed

NOW = datetime(2026, 11, 24, 12, 5)
TODAY = date(2026, 11, 24)

TABLE = """
conversation_count | Conversations | count | neither | IP | Count | count,contacts | 12840 | - | -
first_response_time | First response time (e-mail, chat) | s | lower | VA | Quantile | median,p90 | 5220 | 3600 | -
average_speed_of_answer | Average speed of answer (ASA), phone | s | lower | VA | Mean | mean | 27.4 | 30 | -
service_level | Service level (80/20) | fraction | higher | VA | Proportion | share | 0.795 | 0.8 | 3
call_abandonment_rate | Call abandonment rate | fraction | lower | VA | Proportion | share,count | 0.082 | 0.05 | -
average_handle_time | Average handle time (AHT) | s | neither | IP | Mean | mean | 334 | - | -
resolution_time | Resolution time | s | lower | VA | Quantile | median,mean | 73800 | 86400 | -
first_contact_resolution_rate | First contact resolved | fraction | higher | VA | Proportion | share | 0.768 | 0.75 | 4
repeat_contact_rate | Repeat contact rate | fraction | lower | IP | Proportion | share | 0.143 | - | -
reopen_rate | Reopen rate | fraction | lower | IP | Proportion | share | 0.053 | 0.06 | -
open_conversation_count | Active issues (backlog) | count | lower | IP | Stock | count | 238 | - | -
promise_keeping_rate | Promise-keeping rate | fraction | higher | VA | Proportion | share | 0.91 | 0.95 | -
complaints_per_1000_customers | Complaints per 1 000 customers | per_1000 | lower | CO | Count | rate | 1.91 | - | -
csat | Customer satisfaction | fraction | higher | CO | Proportion | share,mean,bottom2 | 0.898 | 0.9 | 2
nps | Net Promoter Score | points | higher | CO | NetShare | score | 50.3 | 50 | 1
ces | Customer Effort Score 2.0 | fraction | higher | VA | Proportion | share,mean | 0.71 | - | -
brand_image_score | Brand image | score_100 | higher | VI | Mean | mean | 71.4 | - | -
closed_loop_rate | Closed-loop rate | fraction | higher | VR | Proportion | share | 0.83 | 0.8 | -
service_recovery_rate | Service recovery rate | fraction | higher | VR | Proportion | share | 0.44 | - | -
customer_churn_rate | Customer churn rate | fraction | lower | CO | Proportion | share,annualised | 0.0125 | 0.015 | -
churned_revenue | Value of lost customers (euro) | money | lower | FI | EuroSum | mrr | 14230 | - | -
cost_per_contact | Cost per contact | money | lower | FI | Model | per_contact | 5.63 | 5.5 | -
occupancy_rate | Occupancy | fraction | band | IP | Ratio | ratio | 0.746 | - | -
employee_satisfaction | Employee satisfaction | fraction | higher | LG | Proportion | satisfied | 0.81 | - | -
"""
"""id | title | unit | better | perspective | family | outputs | value | target | place on the board"""


def parsed(line: str) -> tuple[Any, ...]:
    kpi_id, title, unit, better, perspective, family, outputs, value, target, board = line.split(" | ")
    return (
        kpi_id,
        title,
        unit,
        better,
        perspective,
        family,
        tuple(outputs.split(",")),
        float(value),
        None if target == "-" else float(target),
        None if board == "-" else int(board),
    )


KPIS = [parsed(line) for line in TABLE.strip().splitlines()]

NO_DATA, SUPPRESSED, FEW, MIXED = "service_recovery_rate", "employee_satisfaction", "promise_keeping_rate", "ces"


def definition(row: tuple[Any, ...], number: int) -> Definition:
    kpi_id, title, unit, better, perspective, _, outputs, _, target, board = row
    return Definition(
        id=kpi_id,
        number=number,
        title=title,
        unit=unit,
        better=better,
        perspective=perspective,
        timing="lead",
        kind="objective",
        relation="contacts",
        block="day",
        merge="add",
        asks=f"How good is {title.lower()}?",
        counted="Every case of the period.",
        left_out="Spam, tests and what other companies sent.",
        beware="A short period says little.",
        build=lambda _rows, **_params: dict.fromkeys(outputs, Proportion(at=None)),
        tables=("conversations",),
        outputs=outputs,
        target=target,
        guard=("nps",) if kpi_id == "service_level" else (),
        board=board,
        parameters={"within": 20} if kpi_id == "service_level" else {},
    )


@dataclass(frozen=True)
class Target:
    value: float
    value_high: float | None
    direction: str
    owner: str | None
    decision: str | None
    source: str | None


@dataclass(frozen=True)
class Change:
    name: str
    started_at: datetime
    expected_kpi: str | None


@dataclass(frozen=True)
class Receipt:
    record: Record

    def as_dict(self) -> dict[str, Any]:
        return {
            "definition": self.record.definition_version,
            "parameters": self.record.params,
            "period": self.record.period,
            "clock": "queued_at",
            "counted": self.record.n,
            "left_out": {"spam": 12, "short abandon": 31},
            "components": self.record.components,
            "interval method": self.record.ci_method,
            "freshness": "2026-11-24T12:03:00Z",
            "path": "raw",
            "sql": "select count(*)\nfrom calls\nwhere outcome = 'answered'",
        }


@dataclass
class SampleWorkspace:
    """`failing` KPIs answer with a failed record, `broken` ones raise, `empty` has no data at all.

    `shifts` are added to the values of KPIs; `answered` are those that have data by now though they had none.
    """

    failing: Sequence[str] = ()
    broken: Sequence[str] = ()
    empty: bool = False
    version: int = 7
    asked: int = 0
    shifts: dict[str, float] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    listeners: list[Any] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    courtesy: Courtesy = field(default_factory=Courtesy)
    pressed: Pressed = field(default_factory=lambda: Pressed({}, {}))

    def catalogue(self, kpi_id: str | None = None) -> list[Definition]:
        found = [definition(row, number) for number, row in enumerate(KPIS, 1)]
        return [d for d in found if kpi_id in (None, d.id)]

    def dimensions(self) -> dict[str, list[str]]:
        return {
            "channel": ["phone", "email", "chat", "social"],
            "team_id": ["t1", "t2"],
            "customer.segment": ["b2b", "b2c"],
        }

    def scorecard(
        self,
        period: str | list[str],
        by: str | None = None,
        where: Any = None,
        as_of: Any = None,
        kpis: Any = None,
        outputs: str = "headline",
    ) -> list[Record]:
        self.asked += 1
        names = [row[0] for row in KPIS if kpis is None or row[0] in kpis]
        if set(names) & set(self.broken):
            raise RuntimeError("the warehouse went away")
        return [record for name in names for record in self.kpi(name, period, by, where, as_of)]

    def kpi(
        self,
        name: str,
        period: str | list[str],
        by: str | None = None,
        where: Any = None,
        as_of: Any = None,
        **params: Any,
    ) -> list[Record]:
        kpi_id, _, output = name.partition(".")
        row = next(row for row in KPIS if row[0] == kpi_id)
        periods = [period] if isinstance(period, str) else period
        values: list[dict[str, str]] = [dict(where or {})]
        if by is not None:
            values = [{**dict(where or {}), by: value} for value in [*self.dimensions()[by], "rare"]]
        scales = ["1-5", "1-7"] if kpi_id == MIXED else [None]
        return [
            self._record(row, output or row[6][0], text, {**where_, **({"scale": scale} if scale else {})})
            for scale in scales
            for where_ in values
            for text in periods
        ]

    def _record(self, row: tuple[Any, ...], output: str, text: str, slice_: dict[str, str]) -> Record:
        kpi_id, unit, family, value = row[0], row[2], row[5], row[7]
        period = parse_period(text, "Europe/Helsinki", TODAY)
        end = period.at.date() if isinstance(period, Instant) else period.last_day
        draw = random.Random(f"{kpi_id}{text}{sorted(slice_.items())}")  # noqa: S311  # not a secret
        drift = 1 - 0.0006 * (TODAY - end).days + draw.gauss(0, 0.012)
        shown = (min(value * drift, 0.995) if unit == "fraction" else value * drift) + self.shifts.get(kpi_id, 0.0)
        rare = "rare" in slice_.values() or kpi_id == FEW
        error = abs(shown) * (0.15 if rare else 0.022)
        provisional = end >= date(2026, 11, 20)
        record = Record(
            kpi_id=kpi_id,
            output=output,
            period=period.text,
            as_of="2026-11-24T12:05:00Z",
            slice=slice_,
            params={},
            value=float(round(shown)) if unit == "count" else shown,
            unit=unit,
            n=17 if rare else 1480,
            n_na=12,
            components={"G": 30.0, "Sx": 1180.0},
            se=error / 1.96,
            ci_low=shown - error,
            ci_high=shown + error,
            ci_method="t_log" if family in ("Count", "EuroSum") else "wilson",
            status="provisional" if provisional else "final",
            flags=["low_n"] if rare else ["mixed_scale"] if "scale" in slice_ else [],
            data_version=self.version,
        )
        if kpi_id in self.failing:
            return replace(
                record,
                value=None,
                n=None,
                se=None,
                ci_low=None,
                ci_high=None,
                status="no_data",
                note="Catalog Error: column wait_s does not exist",
            )
        if kpi_id == NO_DATA and kpi_id not in self.answered:
            return replace(
                record,
                value=None,
                n=0,
                se=None,
                ci_low=None,
                ci_high=None,
                status="no_data",
                note="no follow-up was measured again; load feedback_actions",
            )
        if kpi_id == SUPPRESSED:
            return replace(record, value=None, n=None, se=None, ci_low=None, ci_high=None, status="suppressed")
        if family == "Model":
            return replace(record, se=None, ci_low=None, ci_high=None, ci_method=None)
        return record

    def difference(self, now: Record, before: Record) -> two_periods.Change:
        row = next(row for row in KPIS if row[0] == now.kpi_id)
        return two_periods.compare(now, before, row[5], row[3])

    def league(self, records: list[Record]) -> list[Standing]:
        return league(records, "Proportion")

    def interventions(self) -> list[Change]:
        return [Change("call-back offered in the queue", datetime(2026, 9, 30, 6), "service_level")]

    def receipt(self, record: Record) -> Receipt:
        return Receipt(record)

    def rows(self, record: Record, limit: int = 50, offset: int = 0) -> list[dict[str, Any]]:
        total = 120
        return [
            {
                "key": f"c{number:04d}",
                "included": number % 9 != 0,
                "reason": "spam" if number % 9 == 0 else None,
                "at": datetime(2026, 11, 1 + number % 20, 8, number % 60),
                "block": f"2026-11-{1 + number % 20:02d}",
                "x": math.floor(number % 3 / 2),
                "y": 1,
                "channel": "phone",
                "subject": "=1+1" if number == 3 else None,
            }
            for number in range(offset, min(offset + limit, total))
        ]

    def targets(self) -> Mapping[str, Target]:
        return {
            "service_level": Target(0.8, None, "up", "manager", "staffing", "house"),
            "occupancy_rate": Target(0.75, 0.85, "band", "manager", "staffing", "house"),
        }

    def pressed_on(self, day: date) -> Pressed:
        return self.pressed

    def freshness(self) -> datetime | None:
        return None if self.empty else datetime(2026, 11, 24, 12, 3) + timedelta(seconds=self.version - 7)

    def data_version(self) -> int:
        return self.version

    def told_of(self, listener: Any) -> None:
        self.listeners.append(listener)

    def change(self, *tables: str) -> None:
        """What a writer does: the numbers are others from now on, and whoever listens hears of it."""
        self.version += 1
        for listener in self.listeners:
            listener(self.version, frozenset(tables))
