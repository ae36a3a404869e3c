"""The verbs of a workspace, the same whether it owns the warehouse or asks the server that does."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mittari.change import two_periods
from mittari.change.league import Standing, league
from mittari.change.two_periods import Change
from mittari.measure import recompute
from mittari.measure.dimensions import TAG
from mittari.measure.kpi import Definition, catalogue, find
from mittari.measure.receipt import Receipt
from mittari.measure.result import Record
from mittari.react.followups import Asked, FollowUps
from mittari.settings import Settings
from mittari.store.persons.erase import Erasure
from mittari.value.closes import Close, Closed
from mittari.workspace import comparing
from mittari.workspace.asking import Periods
from mittari.workspace.comparing import Compared, CountedOtherwise
from mittari.workspace.table import Table

if TYPE_CHECKING:
    from mittari.load.report import LoadReport

Progress = Callable[[str, float], None]
"""Called while loading with what is being done and the share of the whole that is done, 0 to 1."""

Where = Mapping[str, str] | None
By = str | Sequence[str] | None
AsOf = str | datetime | None


@dataclass(frozen=True)
class Target:
    """What the installation aims for: shares are fractions; a band has both values."""

    value: float
    value_high: float | None
    direction: str
    source: str | None
    owner: str | None
    decision: str | None


@dataclass(frozen=True)
class Intervention:
    """A change made to the service, drawn on the trends it was meant for."""

    name: str
    started_at: datetime
    expected_kpi: str | None


@dataclass(frozen=True)
class Finding:
    """Something `doctor` looked at: `ok`, or what is wrong and how to mend it."""

    ok: bool
    what: str
    mend: str | None = None


class Workspace(ABC):
    """One installation. Use it as a context manager, or `close` it."""

    settings: Settings
    home: Path

    @abstractmethod
    def load(
        self,
        path: str | Path,
        table: str | None = None,
        *,
        mapping: str | None = None,
        source_tz: str | None = None,
        covers: str | tuple[date, date] | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> "list[LoadReport]":
        """Files into facts: a file, or a folder of files named like tables. One report per file and table."""

    @abstractmethod
    def scorecard(
        self,
        period: Periods = None,
        by: By = None,
        where: Where = None,
        as_of: AsOf = None,
        kpis: Sequence[str] | None = None,
        outputs: str = "headline",
    ) -> Table:
        """Many KPIs at once, in the order KPI, output, slice, period. One that fails says why in its `note`."""

    @abstractmethod
    def kpi(
        self, name: str, period: Periods = None, by: By = None, where: Where = None, as_of: AsOf = None, **params: Any
    ) -> Table:
        """One KPI, `kpi_id` or `kpi_id.output`; its parameters are keywords."""

    @abstractmethod
    def receipt(self, record: Record) -> Receipt:
        """How one number came about."""

    @abstractmethod
    def rows(self, record: Record, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
        """The rows behind one number: those counted first, then those left out with the reason."""

    @abstractmethod
    def dimensions(self) -> dict[str, list[str]]:
        """The dimensions that hold values, each with its most frequent ones."""

    @abstractmethod
    def targets(self) -> dict[str, Target]:
        """The installation's own targets by KPI id, the newest of each."""

    @abstractmethod
    def interventions(self) -> list[Intervention]:
        """The changes made, oldest first."""

    @abstractmethod
    def freshness(self) -> datetime | None:
        """The newest load, naive UTC; None while nothing is loaded."""

    @abstractmethod
    def data_version(self) -> int:
        """Grows with every load that changed something."""

    @abstractmethod
    def suggest(self, path: str | Path) -> str:
        """A first mapping for a foreign file, as TOML."""

    @abstractmethod
    def rejects(self) -> list[dict[str, Any]]:
        """The refused rows: table, file, line, column, reason, key, at, loaded_at."""

    @abstractmethod
    def doctor(self, verify: bool = False) -> list[Finding]:
        """What is wrong here and how to mend it; `verify` also counts days that are kept as sums again."""

    @abstractmethod
    def invite(self, survey: str, person: str, employee: bool = False, dry_run: bool = False) -> dict[str, str | None]:
        """Ask one person on purpose: `at` (ISO, UTC) when it is sent, or `why` it is not."""

    @abstractmethod
    def invite_plan(self, survey: str) -> dict[str, int]:
        """Of the contacts of the last days, how many a survey asks about, and how many not, by reason."""

    @abstractmethod
    def close_period(self, period: str, by: str | None = None, again: bool = False) -> Closed:
        """Sign the figures of a period that is over: they are kept as reported, whatever is loaded later."""

    @abstractmethod
    def as_reported(self, period: str) -> Table:
        """Every figure of a closed period as its last close reported it."""

    @abstractmethod
    def closes(self) -> list[Close]:
        """Every close, oldest first."""

    @abstractmethod
    def export_person(self, person: str, employee: bool = False) -> dict[str, Any]:
        """Everything held about a customer (or employee), table by table, with the meaning of each column."""

    @abstractmethod
    def erase_person(self, person: str, employee: bool = False, dry_run: bool = False) -> Erasure:
        """Take a customer (or employee) away so that every total stays what it was; a dry run says what would change.

        There is no way back: nothing leads from the old id to what stands in its place.
        """

    @abstractmethod
    def answers_by_survey(self, since: datetime) -> dict[str, int]:
        """How many forms were answered since then (naive UTC), by survey; tests are not counted."""

    @abstractmethod
    def follow_ups(self, asked: Asked) -> FollowUps:
        """Low scores that wait for somebody, and how many there are."""

    @abstractmethod
    def act_on(self, action_id: str, deed: str, owner: str | None = None) -> None:
        """Note that the person of a follow-up was contacted, that it is closed or open again, or who has it now."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the warehouse, or of the server."""

    def catalogue(self, kpi_id: str | None = None) -> list[Definition]:
        """All definitions, or the one named."""
        return list(catalogue().values()) if kpi_id is None else [find(kpi_id)[0]]

    def recompute(self, receipt: Mapping[str, Any] | Receipt, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The number again from its exported rows and the families alone: `equal` says whether it came out the same."""
        return recompute.recompute(receipt.as_dict() if isinstance(receipt, Receipt) else receipt, rows)

    def difference(self, now: Record, before: Record) -> Change:
        """Whether one number differs from an earlier one, beyond noise."""
        definition = find(now.kpi_id)[0]
        return two_periods.compare(now, before, definition.families[now.output], definition.better)

    def league(self, records: Sequence[Record]) -> list[Standing]:
        """Slices of one output side by side, in the order given: which differ from the rest, and by how much each value
        is likely to be chance (G23). Each period and scale is a league of its own. Nothing is told of tags: a contact
        with two of them stands on both sides."""
        leagues: dict[tuple[str, str | None], list[int]] = {}
        for place, record in enumerate(records):
            if TAG in record.slice:
                continue
            leagues.setdefault((record.period, record.slice.get("scale")), []).append(place)
        told = [Standing()] * len(records)
        for places in leagues.values():
            family = find(records[places[0]].kpi_id)[0].families[records[places[0]].output]
            for place, standing in zip(places, league([records[one] for one in places], family), strict=True):
                told[place] = standing
        return told

    def by_rules(
        self,
        rules: str,
        kpi: str | None = None,
        period: Periods = None,
        by: By = None,
        where: Where = None,
        as_of: AsOf = None,
    ) -> list[Compared]:
        """Our numbers beside those by another product's rules (`measure/rulesets.py`), where the set has a rule."""
        return comparing.by_rules(self, rules, kpi, period=period, by=by, where=where, as_of=as_of)

    def counted_otherwise(self, compared: Compared) -> list[CountedOtherwise]:
        """The contacts that only one of the two counts, or both with another value, each with the reason."""
        return comparing.counted_otherwise(self, compared)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
