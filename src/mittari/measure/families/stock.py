"""Stock: a level at an instant. It is a census, so it has no interval; charts judge it by control limits."""

from mittari.measure.families.estimate import LOW_N_QUANTILE, Components, Estimate, flag_set, number


class Stock:
    """A count, a sum or a quantile of everything that is open at an instant. Components: n, and q for a quantile.

    Levels of disjoint slices add; over time the last one stands.
    """

    name = "Stock"

    @staticmethod
    def components(n: int, *, q: float | None = None) -> Components:
        return {"n": float(n)} if q is None else {"n": float(n), "q": q}

    @staticmethod
    def estimate(components: Components, value: float | None) -> Estimate:
        """`value` was read at the instant; None (the age of nothing) is no data."""
        if not components or value is None:
            return Estimate(None)
        n = round(number(components, "n"))
        return Estimate(value, n=n, flags=flag_set(low_n="q" in components and n < LOW_N_QUANTILE))
