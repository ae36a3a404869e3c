"""What the pages ask of a workspace: the verbs, and nothing else of it.

A local workspace and one behind a server both answer them, and a test may hand in one of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from mittari.change.league import Standing
from mittari.change.two_periods import Change
from mittari.measure.kpi import Definition
from mittari.measure.result import Record
from mittari.react.followups import Asked, FollowUps
from mittari.store.courtesy import Courtesy

Where = Mapping[str, str]


class Receipt(Protocol):
    """How one number came about."""

    def as_dict(self) -> dict[str, Any]: ...


class Intervention(Protocol):
    """A change made: its name, when it began (naive UTC), and the KPI it was meant for."""

    @property
    def name(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def expected_kpi(self) -> str | None: ...


class Pressed(Protocol):
    """What devices did on one day: by device its touchpoint, all presses and those that repeat none; and visitors."""

    @property
    def presses(self) -> Mapping[str, tuple[str | None, int, int]]: ...
    @property
    def visits(self) -> Mapping[str, int]: ...


class Settings(Protocol):
    """The settings that pages look at."""

    @property
    def timezone(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def nps_name(self) -> str: ...
    @property
    def organisation(self) -> str: ...


class Source(Protocol):
    """A workspace as the pages see it."""

    @property
    def settings(self) -> Settings: ...

    @property
    def courtesy(self) -> Courtesy:
        """Who goes first where several ask at once."""

    def scorecard(
        self,
        period: str | list[str],
        by: str | None = None,
        where: Any = None,
        as_of: Any = None,
        kpis: Any = None,
        outputs: str = "headline",
    ) -> Sequence[Record]:
        """Records in the order KPI, output, slice, period; a KPI that fails is a record with its error as note."""

    def kpi(
        self, name: str, period: str | list[str], by: str | None = None, where: Any = None, as_of: Any = None
    ) -> Sequence[Record]:
        """The records of one KPI, or of one output of it."""

    def catalogue(self, kpi_id: str | None = None) -> list[Definition]:
        """The definitions."""

    def dimensions(self) -> dict[str, list[str]]:
        """The dimensions to slice by, each with its most frequent values."""

    def difference(self, now: Record, before: Record) -> Change:
        """Whether one number differs from an earlier one; no query, the records hold what it takes."""

    def interventions(self) -> Sequence[Intervention]:
        """The changes made to the service, oldest first."""

    def receipt(self, record: Record) -> Receipt:
        """How this number came about."""

    def rows(self, record: Record, limit: int = 50, offset: int = 0) -> list[dict[str, Any]]:
        """The rows behind this number, those left out included."""

    def league(self, records: Sequence[Record]) -> Sequence[Standing]:
        """Slices side by side, in the order given; no query, the records hold what it takes."""

    def by_rules(
        self,
        rules: str,
        kpi: str | None = None,
        period: Any = None,
        by: Any = None,
        where: Any = None,
        as_of: Any = None,
    ) -> Sequence[Any]:
        """This number beside that of another product's rules: `rule`, `here`, `there`."""

    def counted_otherwise(self, compared: Any) -> Sequence[Any]:
        """The contacts that explain the difference: `key`, `here`, `there`, `left_out`."""

    def answers_by_survey(self, since: datetime) -> Mapping[str, int]:
        """How many forms were answered since then (naive UTC), by survey."""

    def follow_ups(self, asked: Asked) -> FollowUps:
        """Low scores that wait for somebody."""

    def act_on(self, action_id: str, deed: str, owner: str | None = None) -> None:
        """Note what was done about a low score (`react.followups.DEEDS`)."""

    def targets(self) -> Mapping[str, Any]:
        """The installation's own targets by KPI id."""

    def pressed_on(self, day: date) -> Pressed:
        """The presses of devices and the visitors of touchpoints on a local day."""

    def freshness(self) -> datetime | None:
        """The newest load, naive UTC; None in an empty installation."""

    def data_version(self) -> int:
        """Grows with every load."""

    def told_of(self, listener: Callable[[int, frozenset[str]], None]) -> None:
        """Call it after every change with its version and the tables that changed; it must be quick."""
