"""All surveys of an installation, read anew when their files change."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from mittari.collect.survey.files import FOLDER, read_survey, why_closed
from mittari.collect.survey.model import Survey
from mittari.errors import Told, UserError

LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Shelved:
    """A survey file as it was last read: the survey, or what is wrong with the file. `str(fault)` tells it."""

    name: str
    survey: Survey | None
    fault: UserError | Told | None

    @property
    def is_open(self) -> bool:
        return self.survey is not None and self.fault is None


class Shelf:
    """The surveys of one home folder; any number of threads may ask."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER
        self._lock = threading.Lock()
        self._looked = 0.0
        self._stamps: dict[str, tuple[int, int]] = {}
        self._shelved: dict[str, Shelved] = {}

    def all(self) -> list[Shelved]:
        """Every survey file by name."""
        self._look()
        return [self._shelved[name] for name in sorted(self._shelved)]

    def get(self, name: str) -> Survey | None:
        """The survey of that name if its file can be read, open or not."""
        self._look()
        found = self._shelved.get(name)
        return found.survey if found else None

    def open(self, name: str) -> Survey | None:
        """The survey of that name if it takes answers."""
        self._look()
        found = self._shelved.get(name)
        return found.survey if found and found.is_open else None

    def forget(self) -> None:
        """Look at the files again at the next question: one has just been written."""
        self._looked = 0.0

    def _look(self) -> None:
        with self._lock:
            if time.monotonic() - self._looked < LOOK_EVERY_S and self._looked:
                return
            stamps = {path.stem: _stamp(path) for path in self.folder.glob("*.toml")}
            for name, stamp in stamps.items():
                if self._stamps.get(name) != stamp:
                    self._shelved[name] = _read(self.folder / f"{name}.toml")
            for gone in self._shelved.keys() - stamps.keys():
                del self._shelved[gone]
            self._stamps, self._looked = stamps, time.monotonic()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        told = path.stat()
    except FileNotFoundError:  # it went between listing and looking
        return 0, 0
    return told.st_mtime_ns, told.st_size


def _read(path: Path) -> Shelved:
    try:
        survey = read_survey(path)
    except UserError as error:
        return Shelved(path.stem, None, error)
    return Shelved(path.stem, survey, why_closed(survey))
