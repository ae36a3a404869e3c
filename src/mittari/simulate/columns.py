"""Columns of a simulated table: seconds inside, the types of the fact tables outside.

Inside the simulation every instant is a whole number of seconds since 1970-01-01 UTC, and what never happens lies at
`NEVER`, far in the future. So one comparison (`instant < known`) says both whether an event happens at all and whether
it has happened yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Column = NDArray[Any]
Columns = dict[str, Column]

NEVER = 2**60
DAY = 86_400


def instants(seconds: Ints, known: int) -> Column:
    """UTC instants in microseconds; NaT for what has not happened before `known`."""
    happened = seconds < known
    # NEVER does not fit into microseconds: it is replaced before the conversion.
    result = np.where(happened, seconds, 0).astype("datetime64[s]").astype("datetime64[us]")
    result[~happened] = np.datetime64("NaT")
    return result


def keys(prefix: str, numbers: Ints, width: int) -> Column:
    """Text keys: the prefix and the number with leading zeros, None for a negative number."""
    letters = np.empty((len(numbers), len(prefix) + width), dtype=np.uint32)
    letters[:, : len(prefix)] = [ord(letter) for letter in prefix]
    rest = np.maximum(numbers, 0)
    for place in range(len(prefix) + width - 1, len(prefix) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    texts: Column = letters.view(f"<U{len(prefix) + width}").reshape(-1).astype(object)
    texts[numbers < 0] = None
    return texts


def chosen(names: Sequence[str], codes: NDArray[Any]) -> Column:
    """The name of each code; None for the code -1."""
    return np.asarray(np.array([*names, None], dtype=object)[codes])


def flags(values: NDArray[Any]) -> Column:
    """0/1 flags."""
    return values.astype(np.int8)


def money(amounts: Floats) -> Column:
    """Amounts of money, rounded to cents."""
    return np.round(amounts, 2)


def constant(value: str | None, count: int) -> Column:
    return np.full(count, value, dtype=object)


@dataclass(frozen=True)
class Block:
    """Rows of one table that were simulated together, with the instants at which each row comes and changes.

    `render(rows, known)` gives the chosen rows as they were known just before the instant `known`. It may depend on
    `known` only through `seen` and `later`: that is what makes a feed of two hours the sum of two feeds of one hour.
    """

    table: str
    seen: Ints
    later: tuple[Ints, ...]
    render: Callable[[Ints, int], Columns]

    def at(self, known: int) -> Columns | None:
        """All rows that exist before `known`, or None."""
        return self._rendered(self.seen < known, known)

    def between(self, since: int, until: int) -> Columns | None:
        """The rows that came or changed at or after `since` and before `until`, as known at `until`, or None."""
        touched = (self.seen >= since) & (self.seen < until)
        for changes in self.later:
            touched |= (changes >= since) & (changes < until)
        return self._rendered(touched & (self.seen < until), until)

    def _rendered(self, wanted: Bools, known: int) -> Columns | None:
        rows = np.flatnonzero(wanted)
        return self.render(rows, known) if len(rows) else None
