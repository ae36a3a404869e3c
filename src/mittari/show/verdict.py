"""Good, bad or undecided: the state behind every colour. Pure: records and targets in, words out.

A colour always stands for one of these words, so a reader who sees no colours loses nothing.
"""

from dataclasses import dataclass

from mittari.measure.kpi import BAND, HIGHER, LOWER, Definition
from mittari.measure.result import Record
from mittari.show.words import UNDECIDED

NEAR = 0.05
"""A miss of up to 5 % of the target is near, as is any miss whose interval still holds the target."""

DIRECTIONS = {HIGHER: "up", LOWER: "down", BAND: "band"}


@dataclass(frozen=True)
class Goal:
    """What a KPI is held against: `up` at least `value`, `down` at most, `band` from `value` to `value_high`."""

    value: float
    value_high: float | None
    direction: str
    owner: str | None = None
    decision: str | None = None
    source: str | None = None

    def met_by(self, value: float) -> bool:
        if self.direction == "band":
            return self.value <= value <= (self.value_high if self.value_high is not None else self.value)
        return value >= self.value if self.direction == "up" else value <= self.value

    def edge(self, value: float) -> float:
        """The bound nearest to a value: the one it misses, if it misses one."""
        if self.direction == "band" and self.value_high is not None and value > self.value_high:
            return self.value_high
        return self.value


def goal_of(definition: Definition, target: object | None) -> Goal | None:
    """The installation's target for a KPI, else the declared one; a KPI without either has no goal."""
    if target is not None:
        values = {name: getattr(target, name, None) for name in Goal.__dataclass_fields__}
        if values["value"] is None:
            return None
        direction = values["direction"] or DIRECTIONS.get(definition.better, "up")
        return Goal(**{**values, "direction": direction})  # type: ignore[arg-type]  # the fields of the contract's Target
    if definition.target is None or definition.better not in (HIGHER, LOWER):
        return None
    return Goal(definition.target, None, DIRECTIONS[definition.better], source="default")


def standing(record: Record, goal: Goal | None) -> str | None:
    """`on`, `near` or `off` target; None without a value, a goal, or enough data for a verdict (SPEC G21)."""
    if record.value is None or goal is None or UNDECIDED & set(record.flags):
        return None
    if goal.met_by(record.value):
        return "on"
    edge = goal.edge(record.value)
    holds = record.ci_low is not None and record.ci_high is not None and record.ci_low <= edge <= record.ci_high
    return "near" if holds or abs(record.value - edge) <= NEAR * abs(edge) else "off"
