"""Small groups of people: which numbers about them must not be shown, so that nobody can be recognised (G21).

Too few respondents are not shown, nor is a slice when too few lie outside it: the whole less the slice would be them.
The same holds for the slices shown together: where those hidden come to too few people, another one is hidden as well.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations

Key = tuple[str | None, ...]
"""The values of a slice, one for each dimension that the whole is split by; the whole itself is `()`."""


def hidden(respondents: Mapping[Key, int], fewest: int) -> set[Key]:
    """The slices not to be shown, of all slices of one split with the number of respondents in each."""
    found = {key for key, n in respondents.items() if n < fewest}
    width = len(next(iter(respondents), ()))
    for size in range(width):
        for places in combinations(range(width), size):
            whole = _summed(respondents, places)
            coarser = hidden(whole, fewest) if places else set()
            found |= {key for key in respondents if _part(key, places) in coarser}
    while more := _given_away(respondents, found, fewest):
        found |= more
    return found


def _given_away(respondents: Mapping[Key, int], found: set[Key], fewest: int) -> set[Key]:
    """Slices still shown that, taken from a coarser one, would leave fewer than may be shown."""
    width = len(next(iter(respondents), ()))
    for size in range(width):
        for places in combinations(range(width), size):
            for part, total in _summed(respondents, places).items():
                members = [key for key in respondents if _part(key, places) == part]
                shown = sorted(
                    (key for key in members if key not in found), key=lambda key: (respondents[key], str(key))
                )
                alone = {key for key in shown if total - respondents[key] < fewest}
                rest = total - sum(respondents[key] for key in shown)
                if alone or (shown and 0 < rest < fewest):
                    return alone or {shown[0]}
    return set()


def _summed(respondents: Mapping[Key, int], places: Iterable[int]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for key, n in respondents.items():
        part = _part(key, places)
        sums[part] = sums.get(part, 0) + n
    return sums


def _part(key: Key, places: Iterable[int]) -> Key:
    return tuple(key[place] for place in places)
