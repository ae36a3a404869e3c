"""Random streams: one for each month and purpose, so that no number depends on what else was drawn, or when."""

import zlib

import numpy as np

from mittari.simulate.columns import Floats, Ints


class Streams:
    """Generators of one company, spawned from its seed by month and purpose."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, month: int, purpose: str) -> np.random.Generator:
        """The generator for a purpose in a month (months are numbered year * 12 + month - 1)."""
        # crc32 and not hash(): the text's number must be the same in every process.
        key = (month, zlib.crc32(purpose.encode()))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=key)))


def pick(generator: np.random.Generator, weights: Floats, count: int) -> Ints:
    """`count` positions drawn with the given weights."""
    total = np.cumsum(weights)
    places = np.searchsorted(total, generator.random(count) * total[-1], side="right")
    return np.asarray(np.minimum(places, len(weights) - 1), dtype=np.int64)
