"""The workspace that owns the warehouse: reads facts, keeps results, opens numbers."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mittari.measure
import mittari.store
from mittari.errors import UserError
from mittari.measure import dimensions
from mittari.measure.call import Call, Frame, Reader, State
from mittari.measure.kpi import ALWAYS_READ
from mittari.measure.plan import Plans, Wanted, code_fingerprint
from mittari.measure.receipt import Opened, Receipt, Rows
from mittari.measure.result import Record
from mittari.measure.scorecard import missing_dimensions, scorecard
from mittari.react import followups
from mittari.react.followups import Asked, FollowUps
from mittari.settings import Settings
from mittari.store.courtesy import Courtesy
from mittari.store.engines import HOME
from mittari.store.persons.erase import Erasure
from mittari.store.replica import Replica
from mittari.store.warehouse import Listener, Warehouse
from mittari.value.closes import Close, Closed
from mittari.workspace import asking, closing, persons
from mittari.workspace.asking import Periods
from mittari.workspace.pressed import Pressed, pressed_on
from mittari.workspace.rolling import compare, make
from mittari.workspace.rolling.held import with_rollups
from mittari.workspace.rolling.keep import Keeper
from mittari.workspace.state import read_state
from mittari.workspace.table import Table
from mittari.workspace.verbs import AsOf, By, Finding, Intervention, Progress, Target, Where, Workspace

if TYPE_CHECKING:
    from mittari.load import RowsIn
    from mittari.load.report import LoadReport

WAREHOUSE, PLANS, KPIS = "warehouse.duckdb", "plans", "kpis"
KEPT_RESULTS = 256
FREQUENT_VALUES = 50
NIGHTLY_DAYS = 2
"""So many of the last days, and so many drawn by chance, are counted again from the rows once a day."""


def utc_now() -> datetime:
    """The present instant, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


class LocalWorkspace(Workspace):
    """Owns the warehouse of one home; any number of threads may use it."""

    def __init__(
        self,
        home: Path,
        settings: Settings,
        warehouse: Warehouse,
        clock: Callable[[], datetime] = utc_now,
        replica: Replica | None = None,
    ) -> None:
        self.home, self.settings, self.warehouse, self.clock = home, settings, warehouse, clock
        self._replica = replica
        self._reader: Reader = replica or self
        self.engine = replica.engine if replica else HOME
        own = [Path(next(iter(package.__path__))) for package in (mittari.measure, mittari.store)]
        self.plans = Plans(home / PLANS, code_fingerprint([*own, home / KPIS]))
        self.letting_in = threading.RLock()
        """Held by whoever brings what the inbox holds into the warehouse, and while nothing may come in between."""
        self._lock = threading.Lock()
        self._state: tuple[int, State] | None = None
        self._last_rows: tuple[tuple[Any, ...], Rows] | None = None
        self._results: OrderedDict[tuple[Any, ...], list[Record]] = OrderedDict()
        warehouse.followed_by(Keeper(self))

    # reading

    @property
    def courtesy(self) -> Courtesy:
        """Who goes first at the warehouse."""
        return self.warehouse.courtesy

    def fetch(self, sql: str, parameters: Mapping[str, Any]) -> Frame:
        """What a statement to the warehouse brings, as arrays; numbers are asked of `engine`, which may be another.

        Each call has a connection of its own, so that threads do not meet.
        """
        self.courtesy.give_way()
        connection = self.warehouse.connection()
        try:
            frame: Frame = connection.execute(sql, parameters).fetchnumpy()
            return frame
        finally:
            connection.close()

    def state(self) -> State:
        version = self.warehouse.version()
        with self._lock:
            if self._state is None or self._state[0] != version:
                facts = read_state(self.warehouse, self.settings, self.engine)
                self._state = (version, with_rollups(facts, self.warehouse, self.plans))
            return self._state[1]

    def forget_state(self) -> None:
        """Read again what is known of the facts, though none has changed: days were made or dropped."""
        with self._lock:
            self._state, self._last_rows = None, None
            self._results.clear()

    def _make_days(self, progress: Progress | None = None) -> None:
        """After a load, where it is time: the first of a day, and the one with which a table has become large.

        Some days are counted again before; `doctor` tells of one that was wrong.
        """
        if make.is_due(self):
            compare.verify(self, days=NIGHTLY_DAYS, seed=self.data_version())
            make.make(self, progress)

    def _measure(self, wanted: Sequence[Wanted], call: Call, state: State) -> Table:
        key = (
            _version_read(wanted, state),
            (call.periods, call.as_of, tuple(sorted(call.where.items())), call.by),
            tuple((definition.id, output, tuple(sorted(params.items()))) for definition, output, params in wanted),
        )
        with self._lock:
            found = self._results.get(key)
        if found is None:
            found = scorecard(wanted, call, plans=self.plans, reader=self._reader, state=state)
            if not any(record.failure for record in found):
                self._keep(key, found)
        return Table(found, self)

    def _keep(self, key: tuple[Any, ...], records: list[Record]) -> None:
        with self._lock:
            self._results[key] = records
            while len(self._results) > KEPT_RESULTS:
                self._results.popitem(last=False)

    # the verbs

    def scorecard(
        self,
        period: Periods = None,
        by: By = None,
        where: Where = None,
        as_of: AsOf = None,
        kpis: Sequence[str] | None = None,
        outputs: str = "headline",
    ) -> Table:
        state = self.state()
        call = asking.call(state, self.clock(), period=period, by=by, where=where, as_of=as_of)
        return self._measure(asking.all_wanted(kpis, outputs), call, state)

    def kpi(
        self, name: str, period: Periods = None, by: By = None, where: Where = None, as_of: AsOf = None, **params: Any
    ) -> Table:
        state = self.state()
        call = asking.call(state, self.clock(), period=period, by=by, where=where, as_of=as_of)
        chosen = asking.wanted(name, params)
        lacking = missing_dimensions(chosen[0][0], call)
        if lacking:
            raise UserError(
                f"{name} cannot be split by {', '.join(lacking)}", hint=f"It knows: {self._known_to(chosen[0])}"
            )
        return self._measure(chosen, call, state)

    def _known_to(self, one: Wanted) -> str:
        own = dimensions.OF_RELATION.get(one[0].relation, ())
        custom = sorted(dimensions.custom(self.state().schemas))
        return ", ".join([*own, *(f"customer.{name}" for name in dimensions.CUSTOMER), *custom])

    def _opened(self, record: Record) -> Opened:
        state = self.state()
        where = {name: value for name, value in record.slice.items() if value is not None}
        call = asking.call(state, self.clock(), period=record.period, by=None, where=where, as_of=record.as_of)
        one = asking.wanted(record.name, record.params)[0]
        return Opened(one, record, call, plans=self.plans, reader=self._reader, state=state)

    def receipt(self, record: Record) -> Receipt:
        return self._opened(record).receipt(self._rows_behind(record))

    def rows(self, record: Record, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
        rows = self._rows_behind(record)
        return rows[offset:] if limit is None else rows[offset : offset + limit]

    def _rows_behind(self, record: Record) -> Rows:
        """The rows of one number; those looked at last are kept, since pages and exports ask for them part by part."""
        key = (record.name, record.period, record.as_of, repr(record.slice), repr(record.params), self.data_version())
        with self._lock:
            if self._last_rows is not None and self._last_rows[0] == key:
                return self._last_rows[1]
        rows = self._opened(record).rows()
        with self._lock:
            self._last_rows = (key, rows)
        return rows

    def dimensions(self) -> dict[str, list[str]]:
        state = self.state()
        found: dict[str, list[str]] = {"channel": ["phone"]} if "calls" in state.filled else {}
        for table, column, name in _dimension_columns(state):
            sql = (  # columns that the schema names
                f'SELECT CAST("{column}" AS VARCHAR) AS value FROM "{table}" WHERE "{column}" IS NOT NULL '  # noqa: S608
                f"GROUP BY ALL ORDER BY count(*) DESC, value LIMIT {FREQUENT_VALUES}"
            )
            values = [str(value) for value in self.fetch(sql, {})["value"]]
            if values:
                found[name] = list(dict.fromkeys([*values, *found.get(name, [])]))[:FREQUENT_VALUES]
        return found

    def targets(self) -> dict[str, Target]:
        rows = self._rows_of(
            "SELECT kpi_id, value, value_high, direction, source, owner, decision FROM targets "
            "WHERE coalesce(slice, '') = '' ORDER BY valid_from NULLS FIRST"
        )
        return {str(kpi_id): Target(*row) for kpi_id, *row in rows}

    def interventions(self) -> list[Intervention]:
        rows = self._rows_of(
            "SELECT name, started_at, expected_kpi FROM interventions WHERE started_at IS NOT NULL ORDER BY started_at"
        )
        return [Intervention(*row) for row in rows]

    def _rows_of(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        connection = self.warehouse.connection()
        try:
            return connection.execute(sql, parameters or {}).fetchall()
        finally:
            connection.close()

    def pressed_on(self, day: date) -> Pressed:
        """The presses of devices and the visitors of touchpoints on a local day."""
        connection = self.warehouse.connection()
        try:
            return pressed_on(connection, day)
        finally:
            connection.close()

    def answers_by_survey(self, since: datetime) -> dict[str, int]:
        sql = (
            "SELECT survey_id, count(DISTINCT split_part(response_id, ':', 1)) FROM responses "
            "WHERE responded_at >= $since AND survey_id IS NOT NULL AND coalesce(is_test, 0) = 0 GROUP BY survey_id"
        )
        return {str(name): int(count) for name, count in self._rows_of(sql, {"since": since})}

    def follow_ups(self, asked: Asked) -> FollowUps:
        connection = self.warehouse.connection()
        try:
            return followups.follow_ups(connection, asked)
        finally:
            connection.close()

    def act_on(self, action_id: str, deed: str, owner: str | None = None) -> None:
        if deed not in followups.DEEDS:
            raise UserError(f"expected one of {', '.join(followups.DEEDS)}, found {deed!r}")
        connection = self.warehouse.connection()
        try:
            row = followups.change_of(connection, action_id, deed, owner, self.clock().replace(microsecond=0))
        finally:
            connection.close()
        if row is None:
            raise followups.no_such(action_id)
        self.load_rows("feedback_actions", {name: [value] for name, value in row.items()})

    def freshness(self) -> datetime | None:
        return self.state().newest

    def data_version(self) -> int:
        return self.warehouse.version()

    def told_of(self, listener: Listener) -> None:
        """Call it after every committed change with its version and its tables, in the thread of the writer."""
        self.warehouse.told_of(listener)

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
        from mittari.load import load

        self.require_engine()
        reports = load(
            self.warehouse,
            self.settings,
            Path(path),
            table=table,
            mapping=mapping,
            source_tz=source_tz,
            covers=covers,
            dry_run=dry_run,
            progress=progress,
            now=self.clock(),
        )
        self._make_days(progress)
        return reports

    def load_rows(self, table: str, columns: dict[str, Any]) -> "LoadReport":
        """Rows that are already in memory into facts, checked like those of a file."""
        from mittari.load import RowsIn

        return self.load_many([RowsIn(table, columns)])[0]

    def load_many(self, given: "Sequence[RowsIn]") -> "list[LoadReport]":
        """Rows of several tables that are in memory, in one transaction."""
        from mittari.load import load_many

        self.require_engine()
        reports = load_many(self.warehouse, self.settings, given, now=self.clock())
        self._make_days()
        return reports

    def require_engine(self) -> None:
        """Raises UserError where the engine is down: before files are read for it."""
        if self._replica is not None:
            self._replica.ready()

    @property
    def engine_address(self) -> str | None:
        """Where numbers are asked, as people may see it; None in the warehouse itself."""
        return None if self._replica is None else self._replica.address

    def suggest(self, path: str | Path) -> str:
        from mittari.load.suggest import suggest

        return suggest(Path(path))

    def rejects(self) -> list[dict[str, Any]]:
        connection = self.warehouse.connection()
        try:
            found = connection.execute('SELECT * FROM rejects ORDER BY loaded_at, "table", file, line')
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        finally:
            connection.close()

    def doctor(self, verify: bool = False) -> list[Finding]:
        from mittari.workspace.doctor import examine

        return examine(self, verify)

    def invite(self, survey: str, person: str, employee: bool = False, dry_run: bool = False) -> dict[str, str | None]:
        from mittari.workspace.inviting import verbs

        return verbs.invite(self, survey, person, employee, dry_run)

    def invite_plan(self, survey: str) -> dict[str, int]:
        from mittari.workspace.inviting import verbs

        return verbs.invite_plan(self, survey)

    def close_period(self, period: str, by: str | None = None, again: bool = False) -> Closed:
        return closing.close_period(self, period, by, again)

    def as_reported(self, period: str) -> Table:
        return Table(closing.as_reported(self, period), self)

    def closes(self) -> list[Close]:
        return closing.all_closes(self)

    def export_person(self, person: str, employee: bool = False) -> dict[str, Any]:
        return persons.export(self, person, employee)

    def erase_person(self, person: str, employee: bool = False, dry_run: bool = False) -> Erasure:
        return persons.erase(self, person, employee, dry_run)

    def close(self) -> None:
        if self._replica is not None:
            self._replica.close()
        self.warehouse.close()


def _version_read(wanted: Sequence[Wanted], state: State) -> tuple[object, ...]:
    """What a kept result depends on: the versions of the tables that its KPIs read, and the newest load for `as_of`."""
    tables = {
        table for definition, _, _ in wanted for table in (state.schemas if definition.needs else definition.tables)
    }
    return tuple(sorted((table, state.versions.get(table, 0)) for table in (*tables, *ALWAYS_READ)))


def _dimension_columns(state: State) -> list[tuple[str, str, str]]:
    """(table, column, dimension) for every dimension whose table holds rows."""
    places = [("conversations", name) for name in dimensions.CONTACTS] + [
        ("calls", name) for name in dimensions.CONTACTS
    ]
    places += [("responses", name) for name in dimensions.ANSWERS] + [("orders", name) for name in dimensions.ORDERS]
    places.append(("conversation_tags", dimensions.TAG))
    found = [(table, name, name) for table, name in places]
    found += [("customers", name, f"customer.{name}") for name in dimensions.CUSTOMER]
    found += [
        (table, column, column)
        for table, columns in state.schemas.items()
        for column in columns
        if column.startswith("dim_")
    ]
    return [
        (table, column, name)
        for table, column, name in found
        if table in state.filled and column in state.schemas[table]
    ]
