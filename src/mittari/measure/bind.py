"""A plan's SQL made ready for one call: its periods as a table, its instants and slice values as parameters."""

import re
from typing import Any

from mittari.measure.call import Call, State
from mittari.time import to_local

MARKS = re.compile(r"'__(\w+?)__'")
DAYS = """SELECT CAST(unnest(generate_series(first_day, end_day - 1, INTERVAL 1 DAY)) AS DATE) AS day, period
FROM call_periods"""
PLACES = """SELECT day, CAST((SELECT count(*) FROM call_periods WHERE end_day <= day) AS INTEGER) AS place
FROM (
    SELECT CAST(unnest(generate_series(min(end_day), max(end_day), INTERVAL 1 DAY)) AS DATE) AS day FROM call_periods
)"""
# A rate holds until the next one, and for 7 days at most (SPEC 4.4).
RATES = """SELECT quote AS currency, rate,
    CAST(unnest(generate_series(date, LEAST(date + 7, COALESCE(upto, date + 7)), INTERVAL 1 DAY)) AS DATE) AS day
FROM (SELECT *, lead(date) OVER (PARTITION BY quote ORDER BY date) - 1 AS upto FROM fx_rates WHERE rate > 0)"""

RESULTS = {
    "period": "INTEGER",
    "name": "VARCHAR",
    "value": "DOUBLE",
    "ci_low": "DOUBLE",
    "ci_high": "DOUBLE",
    "status": "VARCHAR",
    "better": "VARCHAR",
    "records": "INTEGER",
}


def statement(sql: str, call: Call) -> str:
    """The query with the call's periods, days and rates before it and its marks as `$name` parameters."""
    periods = ", ".join(
        f"({number}, TIMESTAMP '{span.start}', TIMESTAMP '{span.end}', DATE '{span.first_day}', DATE '{span.end_day}')"
        for number, span in enumerate(call.spans)
    )
    tables = f"call_periods(period, p0, p1, first_day, end_day) AS (VALUES {periods}), call_days AS ({DAYS})"
    if "call_places" in sql:
        tables += f", call_places AS ({PLACES})"
    if "call_rates" in sql:
        tables += f", call_rates AS ({RATES})"
    if "call_results" in sql:
        tables += f", call_results({', '.join(RESULTS)}) AS ({_results(call)})"
    marked = MARKS.sub(r"$\1", sql)
    return f"WITH {tables} SELECT * FROM ({marked})"  # noqa: S608 - compiled SQL and dates; values are parameters


def _results(call: Call) -> str:
    """The results that came with the call, as rows; there may be none."""
    places = {span.text: number for number, span in enumerate(call.spans)}
    rows = [
        (places[each.period], each.name, each.value, each.ci_low, each.ci_high, each.status, each.better, each.records)
        for each in call.results
        if each.period in places
    ]
    none = ", ".join(f"CAST(NULL AS {kind})" for kind in RESULTS.values())
    values = "".join(f", ({', '.join(map(_literal, row))})" for row in rows)
    return f"SELECT * FROM (VALUES ({none}){values}) AS told({', '.join(RESULTS)}) WHERE name IS NOT NULL"  # noqa: S608


def _literal(value: float | str | None) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else repr(value)


def parameters(sql: str, call: Call, state: State) -> dict[str, Any]:
    """The values of the marks that stand in this query."""
    spans = call.spans
    known: dict[str, Any] = {
        "as_of": call.as_of,
        "as_of_local": to_local(call.as_of, state.zone),
        "first_end_local": min(span.end_day for span in spans).isoformat(),
        "span_start_local": min(span.first_day for span in spans).isoformat(),
        "span_end_local": max(span.end_day for span in spans).isoformat(),
    }
    known |= {f"where_{number}": value for number, value in enumerate(call.where.values())}
    return {name: str(known[name]) for name in set(MARKS.findall(sql))}


def spelled_out(sql: str, call: Call, state: State) -> str:
    """The query as anybody can run it against the warehouse: its parameters stand in it as text."""
    values = parameters(sql, call, state)
    marked = MARKS.sub(lambda mark: "'" + values[mark[1]].replace("'", "''") + "'", sql)
    return statement(marked, call)
