"""Who goes first at the warehouse: what somebody waits for, before what only has to be done some time.

    with warehouse.courtesy.urgently(): ...      # a load, a value that has just changed
    with warehouse.courtesy.patiently(): ...     # trends of a live board: gives way between its queries

A query under way is never stopped. A machine of two cores would otherwise let a change wait for seconds behind trends.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_S = 0.25
"""So long a patient query waits at most: under a load that never ends it comes to its turn as well."""


class Courtesy:
    """One for each warehouse; safe to use from many threads."""

    def __init__(self) -> None:
        self._urgent = 0
        self._calm = threading.Condition()
        self._own = threading.local()

    @contextmanager
    def urgently(self) -> Iterator[None]:
        """Patient queries wait meanwhile."""
        with self._calm:
            self._urgent += 1
        try:
            yield
        finally:
            with self._calm:
                self._urgent -= 1
                if not self._urgent:
                    self._calm.notify_all()

    @contextmanager
    def patiently(self) -> Iterator[None]:
        """The queries of this thread give way meanwhile."""
        self._own.patient = True
        try:
            yield
        finally:
            self._own.patient = False

    def give_way(self) -> None:
        """Called before a query: waits where this thread is patient and something urgent is under way."""
        if not getattr(self._own, "patient", False):
            return
        until = time.monotonic() + LONGEST_S
        with self._calm:
            while self._urgent and (left := until - time.monotonic()) > 0:
                self._calm.wait(left)
