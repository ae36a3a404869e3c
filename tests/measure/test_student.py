"""The light quantiles against scipy.stats, which the read path does without."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from mittari.measure.student import Z, binomial_ranks, poisson_bounds, student_quantile


def test_z_is_the_exact_normal_quantile() -> None:
    assert pytest.approx(stats.norm.ppf(0.975), rel=1e-15) == Z


@pytest.mark.parametrize("degrees", [0.7, 1, 1.5, 2, 3, 7, 10, 29, 30, 31.4, 100, 364, 499, 500, 501, 1e4, 1e6, 3e7])
def test_student_agrees_with_scipy(degrees: float) -> None:
    assert student_quantile(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-11)


@pytest.mark.parametrize("degrees", [0.0, -1.0, float("nan")])
def test_student_needs_freedom(degrees: float) -> None:
    with pytest.raises(ValueError, match="degrees of freedom"):
        student_quantile(degrees)


@pytest.mark.parametrize("events", [0, 0.5, 1, 2, 9, 14, 15, 16, 17, 100, 999, 12_345, 1_000_000])
def test_poisson_bounds_agree_with_chi_square(events: float) -> None:
    low, high = poisson_bounds(events)
    expected = stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    assert low == pytest.approx(expected, rel=1e-11)
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * events + 2) / 2, rel=1e-11)


def ranks_by_definition(n: int, q: float) -> tuple[int, int]:
    """The largest l with P(B <= l - 1) <= .025, the smallest u with P(B <= u - 1) >= .975, by looking at every rank."""
    at_most = np.arange(-1, n + 1)
    distribution = stats.binom.cdf(at_most, n, q)
    return int(at_most[distribution <= 0.025].max()) + 1, int(at_most[distribution >= 0.975].min()) + 1


@pytest.mark.parametrize("q", [0.01, 0.1, 0.25, 0.5, 0.9, 0.95, 0.999])
def test_ranks_are_exact(q: float) -> None:
    for n in [*range(1, 60), 100, 1_000, 20_000]:
        assert binomial_ranks(n, q) == ranks_by_definition(n, q), n


@pytest.mark.parametrize("n", [10**6, 5 * 10**7])
@pytest.mark.parametrize("q", [0.5, 0.9])
def test_ranks_of_many_rows_are_exact(n: int, q: float) -> None:
    low, high = binomial_ranks(n, q)
    binomial = stats.binom(n, q)
    assert binomial.cdf(low - 1) <= 0.025 < binomial.cdf(low)
    assert binomial.cdf(high - 2) < 0.975 <= binomial.cdf(high - 1)


@pytest.mark.parametrize(("n", "q"), [(0, 0.5), (10, 0.0), (10, 1.0)])
def test_ranks_of_nothing_are_refused(n: int, q: float) -> None:
    with pytest.raises(ValueError, match="n >= 1 and 0 < q < 1"):
        binomial_ranks(n, q)


def test_the_families_do_without_scipy() -> None:
    code = "import sys, mittari.change.two_periods; print([m for m in sys.modules if m.partition('.')[0] == 'scipy'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout.strip() == "[]"


def environment() -> dict[str, str]:
    """A child that imports what this process imports."""
    return {"PYTHONPATH": ":".join(path for path in sys.path if path)}
