"""Count: how many things happened, with the day-to-day noise measured and not assumed to be Poisson."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mittari.measure.families.estimate import (
    FEW_BLOCKS,
    LOW_N_EVENTS,
    NO_DATA,
    Components,
    Estimate,
    Floats,
    Numbers,
    doubles,
    flag_set,
    number,
)
from mittari.measure.student import poisson_bounds, student_quantile

HALF_HOURS_A_DAY = 48
HALF_HOURS_BELOW_DAYS = 14


def uses_half_hours(days: int) -> bool:
    """Whether a period of so many local days is too short for day blocks and is cut into half-hours."""
    return days < HALF_HOURS_BELOW_DAYS


@dataclass(frozen=True)
class Cells:
    """The covered days or half-hours of a period: `season[cell]` is the same for cells that expect the same count."""

    season: npt.NDArray[np.intp]

    def dispersion(self, counts: Floats) -> Floats:
        """phi of each row of `counts[group, cell]`, at least 1: Pearson's chi-square over its degrees of freedom."""
        seasons = int(self.season.max()) + 1 if self.season.size else 0
        membership = np.zeros((self.season.size, seasons))
        membership[np.arange(self.season.size), self.season] = 1.0
        sizes = membership.sum(axis=0)
        means = counts @ membership / np.maximum(sizes, 1.0)
        squares = (counts - means[:, self.season]) ** 2 @ membership
        used = means > 0.0
        pearson = np.where(used, squares / np.where(used, means, 1.0), 0.0).sum(axis=1)
        freedom = np.where(used, sizes - 1.0, 0.0).sum(axis=1)
        return np.where(freedom > 0.0, np.maximum(1.0, pearson / np.maximum(freedom, 1.0)), 1.0)


def cells_of_days(weekdays: npt.ArrayLike) -> Cells:
    """One cell per covered local day; `weekdays` are 0..6 in any fixed order."""
    return Cells(np.asarray(weekdays, dtype=np.intp))


def cells_of_half_hours(days: int) -> Cells:
    """48 cells per covered local day, day after day: the same half-hour of each day expects the same count."""
    return Cells(np.tile(np.arange(HALF_HOURS_A_DAY, dtype=np.intp), days))


class Count:
    """k things, or k / exposure. Components: k, exposure, and with day blocks and k > 0 also G and phi.

    Interval: k exp(+-t sqrt(phi / k)) with t of G - 1 degrees of freedom; Garwood's exact Poisson interval for k = 0
    and for things that happen to persons (block `person`), which are independent of each other.
    """

    name = "Count"

    @staticmethod
    def components_from_total(k: float, *, exposure: float = 1.0) -> Components:
        """A count of independent events. `{}` when there is no exposure: a rate over nobody is no data."""
        return {"k": float(k), "exposure": float(exposure)} if exposure > 0.0 else {}

    @staticmethod
    def components_from_cells(counts: Numbers, cells: Cells, *, exposure: float = 1.0) -> Components:
        """`counts[cell]` over the covered cells, zeros included."""
        return Count.components_by_group(doubles(counts)[np.newaxis, :], cells, exposure=exposure)[0]

    @staticmethod
    def components_by_group(counts: Numbers, cells: Cells, *, exposure: Numbers = 1.0) -> list[Components]:
        """`counts[group, cell]`; `exposure` one for all groups or one per group. `{}` without a covered cell."""
        matrix = doubles(counts)
        exposures = np.broadcast_to(doubles(exposure), matrix.shape[:1]).tolist()
        if not cells.season.size:
            return [{} for _ in exposures]
        numbers = zip(matrix.sum(axis=1).tolist(), exposures, cells.dispersion(matrix).tolist(), strict=True)
        return [_with_noise(Count.components_from_total(k, exposure=e), cells, phi) for k, e, phi in numbers]

    @staticmethod
    def estimate(components: Components, *, one_day: bool = False) -> Estimate:
        """`one_day`: the period is a single local day, whose half-hours show no day-to-day noise."""
        if not components or number(components, "exposure") <= 0.0:
            return NO_DATA
        k, exposure = number(components, "k"), number(components, "exposure")
        phi = number(components, "phi") if "phi" in components else 1.0
        se, low_n = math.sqrt(phi * k) / exposure, k < LOW_N_EVENTS
        if k <= 0.0 or "G" not in components:
            low, high = (bound / exposure for bound in poisson_bounds(k))
            return Estimate(k / exposure, se, low, high, "garwood", round(k), flag_set(low_n=low_n))
        blocks = number(components, "G")
        flags = flag_set(low_n=low_n, few_blocks=one_day or blocks < FEW_BLOCKS)
        if blocks < 2:
            return Estimate(k / exposure, se, n=round(k), flags=flags)
        spread = min(student_quantile(blocks - 1.0) * math.sqrt(phi / k), 700.0)
        value = k / exposure
        return Estimate(value, se, value * math.exp(-spread), value * math.exp(spread), "t_log", round(k), flags)


def _with_noise(total: Components, cells: Cells, phi: float) -> Components:
    """A count of day blocks; nothing counted has no noise of its own and keeps the exact Poisson interval."""
    if not total or number(total, "k") <= 0.0:
        return total
    return {**total, "G": float(cells.season.size), "phi": phi}
