"""The result record: what every number of Mittari carries, wherever it is shown."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FINAL, PROVISIONAL, NO_DATA, SUPPRESSED = STATUSES = ("final", "provisional", "no_data", "suppressed")
WITHOUT_VALUE = (NO_DATA, SUPPRESSED)
FLAGS = (
    "low_n",
    "approx",
    "few_blocks",
    "unstable",
    "wide",
    "late_rows",
    "as_of_partial",
    "mixed_scale",
    "not_reached",
)

Components = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One number: its value with n, interval, period, rule and freshness.

    Shares are fractions of 1, durations seconds, money in the reporting currency; bounds are a 95 % interval clipped
    to the possible range. `value` is None where `status` says why; `note` then says it in words. A suppressed number
    has no n either: it would tell how few there were.
    """

    kpi_id: str
    output: str
    period: str
    as_of: str
    slice: dict[str, str | None]
    params: dict[str, Any]
    value: float | None
    unit: str
    n: int | None
    n_na: int | None = 0
    n_censored: int | None = 0
    n_rejected: int = 0
    components: Components = field(default_factory=dict)
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str | None = None
    status: str = "final"
    flags: list[str] = field(default_factory=list)
    definition_version: str = "1"
    data_version: int = 0
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def failure(self) -> bool:
        """Whether its query failed: such a record is not kept, the next look tries again."""
        return self.n is None and self.status == "no_data"

    @property
    def name(self) -> str:
        """`kpi_id.output`, the name under which `mittari kpi` finds this number."""
        return f"{self.kpi_id}.{self.output}"


def utc_text(moment: datetime) -> str:
    """An instant (naive UTC) as ISO 8601 with a Z."""
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


class Records(Sequence[Record]):
    """Results in the order asked for; a plain sequence that also answers as a table."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = tuple(records)

    def __getitem__(self, index: Any) -> Any:
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def records(self) -> list[dict[str, Any]]:
        return [record.as_dict() for record in self._records]
