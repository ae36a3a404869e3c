"""One after the other: whoever answers by the same link waits until the answer before is on disk.

    async with turns.of(link): ...

A link that two forms came by is looked at, and then noted as used; without turns both would be answered in between.
"""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A turn for each name, remembered as long as somebody holds it or waits for it. For one event loop."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """What whoever uses the name holds meanwhile."""
        return self._locks.setdefault(name, asyncio.Lock())
