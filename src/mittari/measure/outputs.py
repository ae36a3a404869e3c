"""What a KPI says about its outputs: which rows count, when, and by which family.

An output holds expressions over one relation and nothing that runs. `of` marks the rows in the denominator, `at` is the
clock (a column ending in `_at` with its local twin ending in `_local`) that puts a row into a period and a day.
`missing`, `censored` and `immature` mark rows that are counted beside it: rows without the answer (n_na), rows whose
outcome is not known (n_censored), and rows whose outcome may still change (they make the result provisional).
"""

from dataclasses import dataclass, field
from typing import Any

ALL, MAIN, PHONE = "all", "main", "phone"
DAY, PERSON, AGENT, CASE, NONE = "day", "person", "agent", "conversation", "none"
KEYED = (PERSON, AGENT, CASE)
"""Kinds of block that a column of the row names; the others come from its clock."""
POSITIVE, UNIT_INTERVAL, UP_TO_100, REALS = "positive", "unit", "up_to_100", "reals"

Expression = Any  # an Ibis column; this module is on the light path and does not import Ibis


@dataclass(frozen=True)
class Output:
    """What all families share. `scope` ALL adds calls to the written contacts of the same relation."""

    at: Expression
    missing: Expression = None
    censored: Expression = None
    immature: Expression = None
    left_out: dict[str, Expression] = field(default_factory=dict)
    scope: str = MAIN


@dataclass(frozen=True)
class Proportion(Output):
    """The share of the rows `of` that are a `hit`.

    With a `population` (a number, or the name of an exposure) it says how many of it that is; `yearly` carries the
    share of those lost in a period to a year. With a `weight` each row counts by it (`families/weights.py`).
    """

    hit: Expression = None
    of: Expression = None
    weight: Expression = None
    population: float | str | None = None
    yearly: bool = False


@dataclass(frozen=True)
class NetShare(Output):
    """100 times the share of `up` less the share of `down` among the rows `of`; each counts by its `weight`."""

    up: Expression = None
    down: Expression = None
    of: Expression = None
    weight: Expression = None


@dataclass(frozen=True)
class Mean(Output):
    """The mean of `value` over the rows `of`; `domain` says which values are possible, declared and not observed.

    With a `weight` each row counts by it.
    """

    value: Expression = None
    of: Expression = None
    weight: Expression = None
    domain: str = POSITIVE


@dataclass(frozen=True)
class Ratio(Output):
    """The sum of `top` over the sum of `bottom` among the rows `of`."""

    top: Expression = None
    bottom: Expression = None
    of: Expression = None
    domain: str = POSITIVE


@dataclass(frozen=True)
class Quantile(Output):
    """The `q` quantile (type 7) of `value` over the rows `of`."""

    value: Expression = None
    of: Expression = None
    q: float = 0.5


@dataclass(frozen=True)
class Count(Output):
    """How many rows are `of`, per `exposure`: None, or the name of an exposure (`measure/exposures.py`).

    `per` is the unit of the exposure (1 000 customers); `yearly` makes a yearly rate of it.
    """

    of: Expression = None
    exposure: str | None = None
    per: float = 1.0
    yearly: bool = False


@dataclass(frozen=True)
class EuroSum(Output):
    """The sum of `value` (reporting currency) over the rows `of`."""

    value: Expression = None
    of: Expression = None
    domain: str = POSITIVE


@dataclass(frozen=True)
class Stock(Output):
    """The rows `of` at an instant, `among` those n counts; with `flow`, over the daily mean of `flow_days` days.

    With `value` it is the `q` quantile of it (type 7; 1 is the largest), with `share` the share of `of` among them.
    """

    of: Expression = None
    among: Expression = None
    flow: Expression = None
    flow_days: int = 0
    value: Expression = None
    q: float | None = None
    share: bool = False


@dataclass(frozen=True)
class KaplanMeier(Output):
    """The time until `event` by which the share `q` has had it, rows without the event leaving at their `time`."""

    time: Expression = None
    event: Expression = None
    of: Expression = None
    q: float = 0.5


@dataclass(frozen=True)
class Change(Output):
    """`base` in the period less `base` in the period `against` (a period's text, or the name of a rule for it)."""

    base: Output | None = None
    against: str = "previous"


@dataclass(frozen=True)
class Growth(Output):
    """`base` in the period over `base` in the period `against`, less 1; `gap` is growth of counts less of exposures.

    `other` is what the period `against` is counted by where that differs: money at the rates of the period itself.
    """

    base: Output | None = None
    against: str = "last_year"
    gap: bool = False
    other: Output | None = None


@dataclass(frozen=True)
class Contrast(Output):
    """`base` less `other`: two groups of the rows of one period, by the same family."""

    base: Output | None = None
    other: Output | None = None


@dataclass(frozen=True)
class Model(Output):
    """A number with a rule of its own: the function `rule` of `evaluate/models.py` over sums of the rows `of`.

    `sums` are expressions summed over these rows, `rows` marks those that n counts (None: all of them), `given` are
    numbers that the call brings.
    """

    rule: str = ""
    of: Expression = None
    sums: dict[str, Expression] = field(default_factory=dict)
    rows: Expression = None
    given: dict[str, Any] = field(default_factory=dict)
