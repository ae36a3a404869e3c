"""Waiting for what must come: until it is there and no longer, and generously, since a busy machine takes its time.

What a figure says, such as "within a second", is no matter of patience and is not waited for with it.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

PATIENCE_S = 120.0


def until(comes: Callable[[], Value], what: str, patience_s: float = PATIENCE_S) -> Value:
    """The first value that is true; fails, saying what was waited for, where none comes."""
    ends = time.monotonic() + patience_s
    while not (found := comes()):
        assert time.monotonic() < ends, f"waited {patience_s:.0f} seconds for this: {what}"
        time.sleep(0.02)
    return found
