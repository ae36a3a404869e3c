"""Work that is done again and again while the server runs."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("mittari.work")


class Repeating(threading.Thread):
    """Does something again and again; what it raises is told, and does not end it."""

    def __init__(self, name: str, every_s: float, act: Callable[[], object]) -> None:
        super().__init__(name=name, daemon=True)
        self._every_s, self._act = every_s, act
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._act()
            except Exception:
                log.exception("%s failed; trying again", self.name)
            self._stopped.wait(self._every_s)

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=60)
