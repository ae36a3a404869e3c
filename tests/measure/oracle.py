"""Plain SQL oracles: what a KPI should be, worked out of the files alone, without any part of the measuring room.

`oracles/<kpi_id>.sql` holds the rule in a comment, the common table expressions of the KPI, and one `-- output:`
statement per output. `oracles/base.sql` holds the rules they share, `oracles/tables.sql` the plain tables.
"""

import json
import re
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

ORACLES = Path(__file__).parent / "oracles"
GOLDEN = Path(__file__).parents[1] / "golden"
REPORT_TZ = ZoneInfo("Europe/Helsinki")
UTC = ZoneInfo("UTC")

DEFAULTS: dict[str, Any] = {
    "within": 20,
    "within_hours": 168,
    "window_days": 365,
    "grace_days": 30,
    "csat_kind": "transactional",
    "nps_kind": "relationship",
    "topic": "",
    "attribute": "",
}
# The parameter that carries a dimension of `where`.
SLICES = {
    "channel": "channel",
    "customer.segment": "segment",
    "first_responder_id": "first_responder_id",
    "agent_id": "agent_id",
    "item": "item",
    "scale": "scale",
}
# How many months before the period the comparison period lies when a call names none.
COMPARED_MONTHS_BACK = {
    "csat_change": 1,
    "feedback_topic_share": 1,
    "complaint_growth_gap": 12,
    "revenue_growth_rate": 12,
}


def load_folder(folder: Path) -> duckdb.DuckDBPyConnection:
    """Put the files of a folder into the plain tables of `tables.sql` in memory and define what the oracles share."""
    connection = duckdb.connect()
    connection.execute((ORACLES / "tables.sql").read_text())
    for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        file = folder / f"{table}.csv"
        if file.exists():
            _load(connection, table, connection.read_csv(str(file), header=True, all_varchar=True))
    _load_results(connection)
    define_shared_rules(connection)
    return connection


def _load_results(connection: duckdb.DuckDBPyConnection) -> None:
    """The golden records as a table, for the KPI that is made of others: each of them has an oracle of its own."""
    connection.execute(
        "CREATE TABLE results (name VARCHAR, p0 TIMESTAMP, p1 TIMESTAMP, as_of TIMESTAMP, value DOUBLE, "
        "ci_low DOUBLE, ci_high DOUBLE, status VARCHAR)"
    )
    for key, record in json.loads((GOLDEN / "golden.json").read_text()).items():
        call = record.get("call", {})
        if "status" in record and "@" not in key and not call["where"] and not call["params"]:
            as_of = datetime.fromisoformat(call["as_of"]).astimezone(UTC).replace(tzinfo=None)
            told = [record[name] for name in ("value", "ci_low", "ci_high", "status")]
            row = [key, *period_bounds(call["period"]), as_of, *told]
            connection.execute("INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _load(connection: duckdb.DuckDBPyConnection, table: str, rows: duckdb.DuckDBPyRelation) -> None:
    declared = connection.table(table)
    columns = [
        f'CAST("{name}" AS {kind}) AS "{name}"' if name in rows.columns else f'CAST(NULL AS {kind}) AS "{name}"'
        for name, kind in zip(declared.columns, declared.types, strict=True)
    ]
    rows.project(", ".join(columns)).insert_into(table)


def define_shared_rules(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros of `base.sql` on a connection that holds tables named as in `tables.sql`."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute((ORACLES / "base.sql").read_text())


@cache
def statements(kpi_id: str) -> dict[str, str]:
    """Return the SQL of every output of a KPI, the headline first."""
    shared, *outputs = re.split(r"^-- output: (\w+)\n", (ORACLES / f"{kpi_id}.sql").read_text(), flags=re.MULTILINE)
    return {name: shared + sql for name, sql in zip(outputs[::2], outputs[1::2], strict=True)}


def ask(connection: duckdb.DuckDBPyConnection, kpi_id: str, output: str | None, call: dict[str, Any]) -> dict[str, Any]:
    """Run the oracle of one output for a call as the golden records state it; None is the headline."""
    by_output = statements(kpi_id)
    sql = by_output[output or next(iter(by_output))]
    used = set(re.findall(r"\$(\w+)", sql))
    given = _parameters(kpi_id, call)
    if ignored := {name for name in _asked(call) if name not in used}:
        raise KeyError(f"the oracle of {kpi_id} cannot answer {sorted(ignored)}")
    result = connection.execute(sql, {name: given.get(name) for name in used})
    names = [column[0] for column in result.description]
    (row,) = result.fetchall()
    return dict(zip(names, row, strict=True))


def _asked(call: dict[str, Any]) -> set[str]:
    where = {SLICES[name] for name in call.get("where") or {}}
    return where | {"c0" if name == "compare" else name for name in call.get("params") or {}}


def _parameters(kpi_id: str, call: dict[str, Any]) -> dict[str, Any]:
    where, params = call.get("where") or {}, dict(call.get("params") or {})
    p0, p1 = period_bounds(call["period"])
    compared = params.pop("compare", None)
    if compared is None and kpi_id in COMPARED_MONTHS_BACK:
        compared = _months_before(call["period"], COMPARED_MONTHS_BACK[kpi_id])
    c0, c1 = period_bounds(compared) if compared else (None, None)
    as_of = datetime.fromisoformat(call["as_of"]).astimezone(UTC).replace(tzinfo=None)
    slices = {SLICES[name]: value for name, value in where.items()}
    return DEFAULTS | params | slices | {"p0": p0, "p1": p1, "c0": c0, "c1": c1, "as_of": as_of, "sliced": bool(where)}


def period_bounds(period: str) -> tuple[datetime, datetime]:
    """Return the UTC bounds of a month, of a range of local days or, twice, of an instant."""
    if "T" in period:
        instant = datetime.fromisoformat(period).astimezone(UTC).replace(tzinfo=None)
        return instant, instant
    if ".." in period:
        first, last = (date.fromisoformat(day) for day in period.split(".."))
        return _midnight(first), _midnight(last + timedelta(days=1))
    first = date.fromisoformat(period + "-01")
    return _midnight(first), _midnight((first + timedelta(days=31)).replace(day=1))


def _midnight(day: date) -> datetime:
    local = datetime(day.year, day.month, day.day, tzinfo=REPORT_TZ)
    return local.astimezone(UTC).replace(tzinfo=None)


def _months_before(period: str, months: int) -> str:
    year, month = (int(part) for part in period.split("-"))
    years, remainder = divmod(year * 12 + month - 1 - months, 12)
    return f"{years:04d}-{remainder + 1:02d}"


def golden_calls(kpi_ids: set[str]) -> dict[str, dict[str, Any]]:
    """Return the golden records of some KPIs by their key."""
    records: dict[str, dict[str, Any]] = json.loads((GOLDEN / "golden.json").read_text())
    return {key: record for key, record in records.items() if split_key(key)[0] in kpi_ids}


def split_key(key: str) -> tuple[str, str | None]:
    """Return KPI and output of a golden key: `kpi_id[.output][@case]`."""
    kpi_id, _, output = key.partition("@")[0].partition(".")
    return kpi_id, output or None
