"""Quantiles of the distributions the families need, in plain Python and numpy.

Importing scipy.stats takes longer than answering a question from a warm cache, so the read path does without it. The
tests compare every function here with scipy.stats.

Point probabilities use the saddle-point form of C. Loader, Fast and accurate computation of binomial probabilities
(2000): it keeps full precision where factorials of large numbers would cancel each other.
"""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

Z = 1.959963984540054
"""The .975 quantile of the normal distribution: every interval is a 95 % one."""

TAIL = 0.025
"""What a 95 % interval leaves out at each end."""

_LARGE_DEGREES = 500.0
_PRECISION = 1e-15
_TINY = 1e-300


@lru_cache(maxsize=4096)
def student_quantile(degrees: float) -> float:
    """The .975 quantile of Student's t with `degrees` > 0 of freedom, to about 12 digits."""
    if not degrees > 0.0:
        raise ValueError(f"Student's t needs more than 0 degrees of freedom, found {degrees}")
    if degrees >= _LARGE_DEGREES:
        return _student_expansion(degrees)
    # The upper tail is convex and the normal quantile lies below the answer: Newton climbs to it without overshooting.
    t, log_constant = Z, _log_student_constant(degrees)
    for _ in range(200):
        density = math.exp(log_constant - (degrees + 1.0) / 2.0 * math.log1p(t * t / degrees))
        step = (_student_tail(t, degrees) - TAIL) / density
        t += step
        if abs(step) <= 1e-14 * t:
            break
    return t


def poisson_bounds(events: float) -> tuple[float, float]:
    """Garwood's exact 95 % interval of a Poisson mean after `events` events (Garwood 1936).

    The ends are half the .025 and .975 quantiles of chi-square with 2k and 2k + 2 degrees of freedom.
    """
    low = 0.0 if events <= 0.0 else _gamma_quantile(events, TAIL)
    return low, _gamma_quantile(events + 1.0, 1.0 - TAIL)


@lru_cache(maxsize=4096)
def binomial_ranks(n: int, q: float) -> tuple[int, int]:
    """Ranks of the order statistics that enclose the q-quantile of `n` independent rows with 95 % probability.

    With B ~ Binomial(n, q): the largest l with P(B <= l - 1) <= .025 and the smallest u with P(B <= u - 1) >= .975.
    Ranks 0 and n + 1 mean that the data do not reach so far. Takes O(sqrt n) time and memory.
    """
    if n < 1 or not 0.0 < q < 1.0:
        raise ValueError(f"ranks need n >= 1 and 0 < q < 1, found n = {n}, q = {q}")
    reach = 9.0 * math.sqrt(n * q * (1.0 - q)) + 30.0
    first, last = max(0, math.floor(n * q - reach)), min(n, math.ceil(n * q + reach))
    k = np.arange(first, last, dtype=np.float64)
    # Neighbouring probabilities are in a simple ratio; outside the window less than 1e-18 of the mass is left.
    logs = np.concatenate(([0.0], np.cumsum(np.log((n - k) / (k + 1.0)) + math.log(q) - math.log1p(-q))))
    mass = np.exp(logs - logs.max())
    distribution = np.cumsum(mass) / mass.sum()
    low = first + int(np.searchsorted(distribution, TAIL, side="right"))
    # Rounding must not keep the last value below .975: there the distribution is 1.
    high = first + min(int(np.searchsorted(distribution, 1.0 - TAIL, side="left")), last - first) + 1
    return low, high


def _student_expansion(degrees: float) -> float:
    """Cornish-Fisher expansion around the normal quantile (Abramowitz and Stegun 26.7.5), for large `degrees`."""
    z, w = Z, 1.0 / degrees
    terms = (
        z,
        (z**3 + z) / 4.0,
        (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0,
        (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0,
        (79.0 * z**9 + 776.0 * z**7 + 1482.0 * z**5 - 1920.0 * z**3 - 945.0 * z) / 92160.0,
    )
    return sum(term * w**power for power, term in enumerate(terms))


def _log_student_constant(degrees: float) -> float:
    half = degrees / 2.0
    return math.lgamma(half + 0.5) - math.lgamma(half) - 0.5 * math.log(degrees * math.pi)


def _student_tail(t: float, degrees: float) -> float:
    """P(T > t) for t > 0, through the incomplete beta function of x = degrees / (degrees + t^2)."""
    a, b, square = degrees / 2.0, 0.5, t * t
    x, rest = degrees / (degrees + square), square / (degrees + square)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    log_front = b * math.log(rest) - a * math.log1p(square / degrees) - log_beta
    if x < (a + 1.0) / (a + b + 2.0):
        return 0.5 * math.exp(log_front) * _beta_fraction(x, a, b) / a
    return 0.5 * (1.0 - math.exp(log_front) * _beta_fraction(rest, b, a) / b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8)."""

    def coefficient(step: int) -> float:
        half, odd = divmod(step, 2)
        if odd:
            return -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1.0))
        return half * (b - half) * x / ((a + 2 * half - 1.0) * (a + 2 * half))

    return 1.0 / _continued_fraction(1.0, coefficient, lambda _: 1.0)


def _continued_fraction(start: float, numerator: Callable[[int], float], denominator: Callable[[int], float]) -> float:
    """start + n1 / (d1 + n2 / (d2 + ...)) by the modified Lentz method (Thompson and Barnett 1986)."""
    value = upper = start or _TINY
    lower = 0.0
    for step in range(1, 100_000):
        lower = 1.0 / ((denominator(step) + numerator(step) * lower) or _TINY)
        upper = (denominator(step) + numerator(step) / upper) or _TINY
        value *= upper * lower
        if abs(upper * lower - 1.0) < _PRECISION:
            return value
    raise ArithmeticError("a continued fraction did not settle")


def _gamma_quantile(shape: float, probability: float) -> float:
    """The value below which a gamma variable of `shape` > 0 (scale 1) falls with `probability`."""
    sign = 1.0 if probability > 0.5 else -1.0
    spread = 1.0 / (9.0 * shape)
    x = shape * max(1.0 - spread + sign * Z * math.sqrt(spread), 0.1) ** 3  # Wilson and Hilferty 1931
    low, high = 0.0, math.inf
    for _ in range(200):
        excess = _gamma_distribution(shape, x) - probability
        low, high = (x, high) if excess < 0.0 else (low, x)
        following = x - excess / math.exp(_log_gamma_density(shape, x))
        if abs(following - x) <= 1e-14 * x:
            return following
        if not low < following < high:
            following = (low + high) / 2.0 if high < math.inf else 2.0 * x
        x = following
    return x


def _gamma_distribution(shape: float, x: float) -> float:
    """P(shape, x): a series below the mean, a continued fraction above (Abramowitz and Stegun 6.5.29, 6.5.31)."""
    front = math.exp(_log_gamma_density(shape, x)) * x
    if x < shape + 1.0:
        term = total = 1.0 / shape
        step = shape
        while term > total * _PRECISION:
            step += 1.0
            term *= x / step
            total += term
        return front * total
    fraction = _continued_fraction(
        x + 1.0 - shape, lambda step: step * (shape - step), lambda step: x + 1.0 - shape + 2.0 * step
    )
    return 1.0 - front / fraction


def _log_gamma_density(shape: float, x: float) -> float:
    """log of x^(shape-1) e^-x / Gamma(shape), as a Poisson probability in saddle-point form."""
    return -_stirling_error(shape) - _deviance(shape, x) + 0.5 * math.log(shape / (2.0 * math.pi)) - math.log(x)


def _stirling_error(n: float) -> float:
    """log(n!) minus Stirling's formula."""
    if n < 16.0:
        return math.lgamma(n + 1.0) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2.0 * math.pi)
    total = 0.0
    for coefficient in (1.0 / 1188.0, 1.0 / 1680.0, 1.0 / 1260.0, 1.0 / 360.0, 1.0 / 12.0):
        total = coefficient - total / (n * n)
    return total / n


def _deviance(x: float, mean: float) -> float:
    """x log(x / mean) + mean - x, without the cancellation that the plain form has near x = mean."""
    ratio = (x - mean) / (x + mean)
    if abs(ratio) >= 0.1:
        return x * math.log(x / mean) + mean - x
    total, power, step = (x - mean) * ratio, 2.0 * x * ratio, 1.0
    while True:
        power *= ratio * ratio
        step += 2.0
        following = total + power / step
        if following == total:
            return total
        total = following
