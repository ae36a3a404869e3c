"""Simulated rows as whole tables, and a small company for quick tests."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from mittari.simulate import Company
from mittari.simulate.columns import Columns

Tables = dict[str, Columns]


def gathered(batches: Iterable[tuple[str, Columns]]) -> Tables:
    """All batches of each table as one."""
    parts: dict[str, list[Columns]] = {}
    for table, columns in batches:
        parts.setdefault(table, []).append(columns)
    return {
        table: {name: np.concatenate([part[name] for part in pieces]) for name in pieces[0]}
        for table, pieces in parts.items()
    }


def small(**changes: object) -> Company:
    """A company of about 3,000 conversations in five months that begins and ends within a month."""
    arguments: dict[str, object] = {"seed": 11, "size": 3_000, "start": date(2025, 9, 10), "end": date(2026, 2, 10)}
    return Company(**{**arguments, **changes})  # type: ignore[arg-type]


def texts(values: NDArray[np.generic]) -> list[str]:
    """Values as texts, so that missing ones equal each other."""
    return [str(value) for value in values]


def same(one: Tables, other: Tables) -> bool:
    return set(one) == set(other) and all(
        list(one[table]) == list(other[table])
        and all(texts(one[table][name]) == texts(other[table][name]) for name in one[table])
        for table in one
    )


def keyed(columns: Columns, key: tuple[str, ...]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Rows by key; a later row replaces an earlier one with the same key, as loading does."""
    written = {name: texts(values) for name, values in columns.items()}
    absent = ["None"] * len(next(iter(written.values())))
    keys = zip(*[written.get(name, absent) for name in key], strict=True)
    return dict(zip(keys, zip(*written.values(), strict=True), strict=True))
