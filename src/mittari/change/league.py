"""Many slices of one number side by side (G23): which differ from the rest, and what each is likely to be.

Of forty agents two differ "significantly" by chance alone, and those with the fewest cases stand on both ends of every
ranking. So the p-values of the slices are corrected for their number, and each value is drawn towards the whole by as
much as its own noise deserves:

    Proportion               slice against the rest, two-sided z of the pooled share with the design effects;
                             beta-binomial prior by moments (Kleinman 1973)
    NetShare, Mean, Ratio    the same with the errors of both sides; normal-normal prior (DerSimonian and Laird 1986)

A slice differs where its p-value, adjusted by Benjamini and Hochberg (1995), is at most .10. Other families, and those
numbers that a share is only a part of (persons of a population), have no test and no error to draw by. Slices with
too few cases or blocks are part of the whole, but nothing is said of them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

FALSE_DISCOVERIES = 0.10
"""Of the slices that are said to differ, at most this share do not, in the long run."""

UNDECIDED = frozenset({"low_n", "few_blocks", "unstable"})
SCALE = {"Proportion": 1.0, "NetShare": 100.0, "Mean": 1.0, "Ratio": 1.0}
"""The families that can be compared so, and what a value is of Sx / Sy."""


class Sliced(Protocol):
    """What is read of a result record."""

    @property
    def value(self) -> float | None: ...
    @property
    def se(self) -> float | None: ...
    @property
    def flags(self) -> Sequence[str]: ...
    @property
    def components(self) -> Mapping[str, float | list[float]]: ...


@dataclass(frozen=True)
class Standing:
    """A slice among the others, in the unit of the number. None where nothing can be told.

    `difference` is the slice less all others together, `p_adjusted` its p-value corrected for the number of slices,
    `shrunk` the value drawn towards the whole.
    """

    difference: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    shrunk: float | None = None

    @property
    def differs(self) -> bool | None:
        return None if self.p_adjusted is None else self.p_adjusted <= FALSE_DISCOVERIES


def league(slices: Sequence[Sliced], family: str) -> list[Standing]:
    """The standing of each slice, in the order given; the slices are those of one output, period and scale."""
    told = [Standing()] * len(slices)
    places = [place for place, each in enumerate(slices) if family in SCALE and _is_measured(each, SCALE[family])]
    if len(places) < 2:
        return told
    measured = [slices[place] for place in places]
    shrunk = _shrunk_shares(measured) if family == "Proportion" else _shrunk_means(measured)
    for number, place in enumerate(places):
        difference, p_value = _against_the_rest(measured, number, family)
        decided = not UNDECIDED & set(slices[place].flags)
        told[place] = Standing(difference, p_value if decided else None, None, shrunk[number])
    return _adjusted(told)


def _is_measured(each: Sliced, scale: float) -> bool:
    if each.value is None or each.se is None or _part(each, "Sy") <= 0.0:
        return False
    return math.isclose(each.value, scale * _part(each, "Sx") / _part(each, "Sy"), rel_tol=1e-9, abs_tol=1e-9)


def _part(each: Sliced, key: str, default: float = 0.0) -> float:
    found = each.components.get(key, default)
    return default if isinstance(found, list) else float(found)


def _against_the_rest(slices: Sequence[Sliced], number: int, family: str) -> tuple[float, float | None]:
    """The difference and its two-sided p-value; None where neither side shows any spread."""
    one, rest = slices[number], [each for place, each in enumerate(slices) if place != number]
    weight = sum(_part(each, "Sy") for each in rest)
    of_rest = SCALE[family] * sum(_part(each, "Sx") for each in rest) / weight
    difference = (one.value or 0.0) - of_rest
    if family == "Proportion":
        total = _part(one, "Sy") + weight
        share = sum(_part(each, "Sx") for each in slices) / total
        noise = _part(one, "deff", 1.0) / _part(one, "Sy")
        noise += sum(_part(each, "deff", 1.0) * _part(each, "Sy") for each in rest) / weight**2
        variance = share * (1.0 - share) * noise
    else:
        variance = (one.se or 0.0) ** 2
        variance += sum((_part(each, "Sy") / weight * (each.se or 0.0)) ** 2 for each in rest)
    return difference, math.erfc(abs(difference) / math.sqrt(2.0 * variance)) if variance > 0.0 else None


def _adjusted(told: list[Standing]) -> list[Standing]:
    """With p-values corrected by Benjamini and Hochberg: the smallest of p m / rank over this rank and all above."""
    tested = sorted((each.p_value, place) for place, each in enumerate(told) if each.p_value is not None)
    smallest = 1.0
    for rank in range(len(tested), 0, -1):
        p_value, place = tested[rank - 1]
        smallest = min(smallest, p_value * len(tested) / rank)
        told[place] = replace(told[place], p_adjusted=smallest)
    return told


def _shrunk_shares(slices: Sequence[Sliced]) -> list[float]:
    """(k + M p) / (n + M), k and n over the design effect, M from how much more the shares differ than by chance."""
    rows = [_part(each, "Sy") / _part(each, "deff", 1.0) for each in slices]
    hits = [_part(each, "Sx") / _part(each, "deff", 1.0) for each in slices]
    total = sum(rows)
    share = sum(hits) / total
    spread, freedom = share * (1.0 - share), len(rows) - 1.0
    room = total - sum(n * n for n in rows) / total - freedom
    if spread <= 0.0 or room <= 0.0:
        return [share] * len(rows)
    squares = sum(n * (k / n - share) ** 2 for k, n in zip(hits, rows, strict=True))
    alike = (squares / spread - freedom) / room
    if alike <= 0.0:
        return [share] * len(rows)
    prior = max(0.0, 1.0 - alike) / alike
    return [(k + prior * share) / (n + prior) for k, n in zip(hits, rows, strict=True)]


def _shrunk_means(slices: Sequence[Sliced]) -> list[float]:
    """The whole plus so much of the slice's distance from it as is not noise; a slice without noise keeps its value."""
    values = [each.value or 0.0 for each in slices]
    noises = [(each.se or 0.0) ** 2 for each in slices]
    noisy = [(value, noise) for value, noise in zip(values, noises, strict=True) if noise > 0.0]
    if len(noisy) < 2:
        return values
    between = _between([value for value, _ in noisy], [1.0 / noise for _, noise in noisy])
    weights = [1.0 / (noise + between) for _, noise in noisy]
    whole = sum(w * value for w, (value, _) in zip(weights, noisy, strict=True)) / sum(weights)
    return [
        whole + between / (between + noise) * (value - whole) if noise > 0.0 else value
        for value, noise in zip(values, noises, strict=True)
    ]


def _between(values: Sequence[float], weights: Sequence[float]) -> float:
    """The variance between slices beyond their own noise, by moments (DerSimonian and Laird), at least 0."""
    total = sum(weights)
    whole = sum(w * value for w, value in zip(weights, values, strict=True)) / total
    squares = sum(w * (value - whole) ** 2 for w, value in zip(weights, values, strict=True))
    room = total - sum(w * w for w in weights) / total
    return max(0.0, (squares - (len(values) - 1.0)) / room)
