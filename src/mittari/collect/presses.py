"""Which presses repeat the one before: somebody leaned on the button, or pressed twice for joy. Pure.

A repeat is a press within five seconds after the previous press of the same device, which may be a repeat itself. What
a press is called so depends on the press before it alone, and so not on the order in which batches arrive.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

WITHIN = timedelta(seconds=5)


def repeats(presses: Iterable[tuple[datetime, str]]) -> set[str]:
    """The keys of the presses that repeat another, of (instant, key) of one device; of one instant, in key order."""
    found: set[str] = set()
    before: datetime | None = None
    for at, key in sorted(presses):
        if before is not None and at - before <= WITHIN:
            found.add(key)
        before = at
    return found
