"""EuroSum: an amount of money over a period, with the spread of its days."""

import math

import numpy as np

from mittari.measure.families.blocks import add
from mittari.measure.families.estimate import (
    FEW_BLOCKS,
    LOW_N_EVENTS,
    NO_DATA,
    NON_NEGATIVE,
    Components,
    Domain,
    Estimate,
    Numbers,
    doubles,
    flag_set,
    number,
)
from mittari.measure.families.means import t_interval


class EuroSum:
    """S = sum of the amounts. Components: G covered local days (zeros included), Sx and Sx2 of the sums of the days.

    The unit follows the amounts that are handed in. Interval: S exp(+-t se / S) where the domain is non-negative, else
    S +- t se, with t of G - 1 degrees of freedom. A sum of 0 on a non-negative domain has no bounds.
    """

    name = "EuroSum"

    @staticmethod
    def components_from_days(sums: Numbers) -> Components:
        return EuroSum.components_by_group(doubles(sums)[np.newaxis, :])[0]

    @staticmethod
    def components_by_group(sums: Numbers) -> list[Components]:
        """`sums[group, day]` over the covered days; `{}` when there are none."""
        matrix = doubles(sums)
        days = float(matrix.shape[1])
        if not days:
            return [{} for _ in matrix]
        pairs = zip(matrix.sum(axis=1).tolist(), (matrix**2).sum(axis=1).tolist(), strict=True)
        return [{"G": days, "Sx": total, "Sx2": squares} for total, squares in pairs]

    @staticmethod
    def merge(first: Components, second: Components) -> Components:
        """Two parts that share no day."""
        return add(first, second, ("G", "Sx", "Sx2"))

    @staticmethod
    def estimate(components: Components, *, n: int, domain: Domain = NON_NEGATIVE) -> Estimate:
        """`n`: rows that were summed."""
        if not components:
            return NO_DATA
        days, total, squares = (number(components, key) for key in ("G", "Sx", "Sx2"))
        flags = {"low_n": n < LOW_N_EVENTS, "few_blocks": days < FEW_BLOCKS}
        if days < 2:
            return Estimate(total, n=n, flags=flag_set(**flags))
        se = math.sqrt(days / (days - 1.0) * max(0.0, squares - total * total / days))
        if domain.non_negative and total <= 0.0:
            return Estimate(total, se, n=n, flags=flag_set(**flags, unstable=total < 0.0))
        low, high, method = t_interval(total, se, days, domain)
        return Estimate(total, se, low, high, method, n, flag_set(**flags))
