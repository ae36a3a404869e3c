"""Kaplan-Meier: how long customers wait, counting those who gave up and those who wait still."""

from dataclasses import dataclass

import numpy as np

from mittari.measure.families.estimate import (
    LOW_N_QUANTILE,
    NO_DATA,
    Components,
    Estimate,
    Floats,
    Numbers,
    binned,
    doubles,
    flag_set,
    table,
)
from mittari.measure.student import Z

_ROUNDING = 1e-12
"""A product of fractions may miss the level it is meant to meet by this much."""


@dataclass(frozen=True)
class WaitTable:
    """Answers and censorings per distinct waiting time (seconds, ascending). Two tables add; waits still open are
    censored at the instant of reading, so they are added only then."""

    times: Floats
    events: Floats
    censored: Floats

    def __post_init__(self) -> None:
        for name in ("times", "events", "censored"):
            object.__setattr__(self, name, doubles(getattr(self, name)))
        if not self.times.shape == self.events.shape == self.censored.shape or np.any(np.diff(self.times) <= 0.0):
            raise ValueError("a wait table needs ascending distinct times, each with its events and censorings")

    @classmethod
    def of(cls, durations: Numbers, answered: Numbers) -> "WaitTable":
        """From single waits: `answered` is true (1) where a person answered, false (0) where the wait was cut off."""
        events = doubles(answered)
        return cls._summed(doubles(durations), events, 1.0 - events)

    @classmethod
    def _summed(cls, times: Floats, events: Floats, censored: Floats) -> "WaitTable":
        distinct, index = np.unique(times, return_inverse=True)
        return cls(distinct, binned(index, events, distinct.size), binned(index, censored, distinct.size))

    def __add__(self, other: "WaitTable") -> "WaitTable":
        pairs = ((self.times, other.times), (self.events, other.events), (self.censored, other.censored))
        return WaitTable._summed(*(np.concatenate(pair) for pair in pairs))


class KaplanMeier:
    """Quantiles of a waiting time with censoring (Kaplan and Meier 1958). Components: t, d, c.

    `t` are the times with an answer, `d` the answers there, `c` the censorings before each of them and, last, after
    all; a wait cut off at the very moment of an answer was still at risk then. Waits are taken as independent.
    """

    name = "KaplanMeier"

    @staticmethod
    def components(waits: WaitTable) -> Components:
        """`{}` without a wait."""
        if not waits.times.size:
            return {}
        is_event = waits.events > 0.0
        times = waits.times[is_event]
        slots = np.searchsorted(times, waits.times, side="right")
        censored = binned(slots, waits.censored, times.size + 1)
        return {"t": times.tolist(), "d": waits.events[is_event].tolist(), "c": censored.tolist()}

    @staticmethod
    def survival(components: Components) -> tuple[Floats, Floats, Floats, Floats]:
        """t, S(t) and the ends of its 95 % band: Greenwood's variance on the log(-log S) scale, within 0 and 1."""
        events, censored = table(components, "d"), table(components, "c")
        at_risk = np.cumsum((events + censored[1:])[::-1])[::-1]
        share = np.cumprod(1.0 - events / at_risk)
        ends = (at_risk == events).nonzero()[0]
        share[ends] = 0.0  # everybody at risk was answered
        with np.errstate(divide="ignore", invalid="ignore"):
            greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
            reach = Z * np.sqrt(greenwood) / np.abs(np.log(share))
            low, high = share ** np.exp(reach), share ** np.exp(-reach)
        low[ends], high[ends] = 0.0, 0.0
        return table(components, "t"), doubles(share), doubles(low), doubles(high)

    @staticmethod
    def estimate(components: Components, q: float) -> Estimate:
        """The smallest t with S(t) <= 1 - q; a bound is where that end of the band gets there, None = not reached."""
        if not components:
            return NO_DATA
        n = round(float(table(components, "d").sum() + table(components, "c").sum()))
        times, share, low, high = KaplanMeier.survival(components)
        value, lower, upper = (_first_at_most(times, each, 1.0 - q) for each in (share, low, high))
        flags = flag_set(low_n=n < LOW_N_QUANTILE, not_reached=value is None)
        return Estimate(value, None, lower, upper, "km_loglog", n, flags)


def _first_at_most(times: Floats, curve: Floats, level: float) -> float | None:
    reached = (curve <= level + _ROUNDING).nonzero()[0]
    return float(times[reached[0]]) if reached.size else None
