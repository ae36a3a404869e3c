"""Growth: how much more than before, as a fraction of before."""

import math

from mittari.measure.families.estimate import (
    LOW_N_EVENTS,
    NO_DATA,
    Components,
    Estimate,
    flag_set,
    number,
)
from mittari.measure.student import Z


class Growth:
    """r - 1 with r = now / before. Components of both periods with suffix 1 (now) and 0 (before).

    Counts and rates hold k, exposure, phi; sums hold S, se, n. Interval: r exp(+-z sqrt(v1/x1^2 + v0/x0^2)) - 1, the
    delta method on the log scale. Nothing before is no data; nothing now is -1 without bounds.
    """

    name = "Growth"

    @staticmethod
    def components_from_counts(now: Components, before: Components) -> Components:
        """Of two Counts; `{}` when one of them has no data or nothing was counted before."""
        if not now or not before or number(before, "k") <= 0.0:
            return {}
        paired: Components = {}
        for suffix, side in (("1", now), ("0", before)):
            paired |= {f"k{suffix}": number(side, "k"), f"exposure{suffix}": number(side, "exposure")}
            paired[f"phi{suffix}"] = number(side, "phi") if "phi" in side else 1.0
        return paired

    @staticmethod
    def components_from_sums(now: Estimate, before: Estimate) -> Components:
        """Of two EuroSums; `{}` when one of them has no data or the earlier sum is not positive."""
        if now.value is None or before.value is None or before.value <= 0.0 or now.se is None or before.se is None:
            return {}
        return {
            "S1": now.value,
            "se1": now.se,
            "n1": float(now.n),
            "S0": before.value,
            "se0": before.se,
            "n0": float(before.n),
        }

    @staticmethod
    def estimate(components: Components, *, few_blocks: bool = False) -> Estimate:
        """`few_blocks`: one of the two periods carries that flag."""
        if not components:
            return NO_DATA
        (now, now_variance, now_n), (before, before_variance, before_n) = (_side(components, each) for each in "10")
        if before <= 0.0:
            return NO_DATA
        ratio, n = now / before, round(now_n + before_n)
        low_n = min(now_n, before_n) < LOW_N_EVENTS
        if ratio <= 0.0:
            # The log scale has no place for it; the spread of the ratio itself is still known.
            se = math.sqrt(now_variance + ratio * ratio * before_variance) / before
            return Estimate(ratio - 1.0, se, n=n, flags=flag_set(low_n=low_n, few_blocks=few_blocks, unstable=True))
        relative = math.sqrt(now_variance / now**2 + before_variance / before**2)
        low, high = ratio * math.exp(-Z * relative) - 1.0, ratio * math.exp(min(Z * relative, 700.0)) - 1.0
        flags = flag_set(low_n=low_n, few_blocks=few_blocks)
        return Estimate(ratio - 1.0, ratio * relative, low, high, "log_delta", n, flags)

    @staticmethod
    def gap(components: Components) -> Estimate:
        """Growth of the count minus growth of the exposure, as fractions: the plain reading of the two, no interval."""
        if not components:
            return NO_DATA
        k1, k0, exposure1, exposure0 = (number(components, key) for key in ("k1", "k0", "exposure1", "exposure0"))
        gap, flags = k1 / k0 - exposure1 / exposure0, flag_set(low_n=min(k1, k0) < LOW_N_EVENTS)
        return Estimate(gap, n=round(k1 + k0), flags=flags)


def _side(components: Components, suffix: str) -> tuple[float, float, float]:
    """Value, variance and number of events of one period."""
    if f"S{suffix}" in components:
        total, se, n = (number(components, f"{key}{suffix}") for key in ("S", "se", "n"))
        return total, se * se, n
    k, exposure, phi = (number(components, f"{key}{suffix}") for key in ("k", "exposure", "phi"))
    return k / exposure, phi * k / exposure**2, k
