"""What a load did, for the user to read and for programs to check."""

from dataclasses import dataclass, field
from datetime import date

SHOWN_REJECTS = 20


@dataclass(frozen=True)
class Reject:
    """A refused row and the column at fault; `line` counts from 1 and the header is a line."""

    line: int | None
    column: str | None
    reason: str
    key: str | None


@dataclass(frozen=True)
class LoadReport:
    """What became of one file in one table.

    `rows` were read; of them `inserted` are new, `replaced` changed an earlier row, `unchanged` were there already,
    `duplicates` stood in the file more than once with the same content, `rejected` were refused (the first of them in
    `rejects`). `warnings` counts per remark. `ignored` names the headers no column takes, with what may have been
    meant. `covers` are the local days, both included, for which the table is now complete. `seconds` is the time taken.
    """

    table: str
    file: str
    rows: int = 0
    inserted: int = 0
    replaced: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    warnings: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    covers: tuple[date, date] | None = None
    seconds: float = 0.0
    rejects: tuple[Reject, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the table holds other rows than before."""
        return self.inserted + self.replaced > 0
