"""A plan's SQL made ready for one call: its periods as a table, its instants and slice values as parameters."""

from typing import TYPE_CHECKING, Any

from mittari.measure.call import Call, State
from mittari.measure.dimensions import TAG
from mittari.store.sql import literal
from mittari.time import to_local

if TYPE_CHECKING:
    from mittari.store.engines import Engine

DAYS = "SELECT {each_day} AS day, period FROM call_periods"
PLACES = """SELECT day, CAST(sum(CASE WHEN end_day <= day THEN 1 ELSE 0 END) AS INTEGER) AS place
FROM (
    SELECT {each_day} AS day FROM (SELECT min(end_day) AS first_end, max(end_day) AS last_end FROM call_periods) AS ends
) AS days CROSS JOIN call_periods GROUP BY day"""
# A rate holds until the next one, and for 7 days at most (SPEC 4.4). Where it is published against a currency that is
# not the reporting one, both go through it; a direct quotation of the reporting one goes first (`money.RateTable`).
RATES = """SELECT currency, day, rate FROM (
    SELECT currency, day, rate, row_number() OVER (
        PARTITION BY currency, day ORDER BY CASE WHEN base = {ours} THEN 0 ELSE 1 END, base
    ) AS place FROM (
        SELECT base, quote AS currency, day, rate FROM rate_legs WHERE base = {ours}
        UNION ALL SELECT base, base, day, 1 / rate FROM rate_legs WHERE quote = {ours} AND base <> {ours}
        UNION ALL SELECT legs.base, legs.quote, legs.day, legs.rate / own.rate FROM rate_legs AS legs
            JOIN rate_legs AS own ON own.base = legs.base AND own.day = legs.day
            WHERE own.quote = {ours} AND own.base <> {ours} AND legs.quote <> {ours}
    ) AS crossed
) AS ranked WHERE place = 1"""
RATE_LEGS = """SELECT base, quote, rate, {each_day} AS day FROM (
    SELECT date, quote, rate, coalesce(base, 'EUR') AS base,
        lead(date) OVER (PARTITION BY coalesce(base, 'EUR'), quote ORDER BY date) - 1 AS upto
    FROM fx_rates WHERE rate > 0
) AS dated"""
LAST_DAY_OF_RATE = "LEAST(date + 7, COALESCE(upto, date + 7))"

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


def statement(sql: str, call: Call, state: State) -> str:
    """The query with the call's periods, days and rates before it and its marks as the engine's parameters."""
    return state.engine.with_parameters(_with_tables(sql, call, state))


def _with_tables(sql: str, call: Call, state: State) -> str:
    engine = state.engine
    tables = [
        _periods(call, engine),
        f"call_days AS ({DAYS.format(each_day=_each('first_day', 'end_day - 1', engine))})",
    ]
    if "call_places" in sql:
        tables.append(f"call_places AS ({PLACES.format(each_day=_each('first_end', 'last_end', engine))})")
    if "call_rates" in sql:
        tables.append(f"rate_legs AS ({RATE_LEGS.format(each_day=_each('date', LAST_DAY_OF_RATE, engine))})")
        tables.append(f"call_rates AS ({RATES.format(ours=literal(state.currency))})")
    if "call_results" in sql:
        tables.append(f"call_results AS ({_results(call, engine)})")
    return f"WITH {', '.join(tables)} SELECT * FROM ({sql}) AS asked"  # noqa: S608 - compiled SQL and dates


def _periods(call: Call, engine: "Engine") -> str:
    rows = ", ".join(
        engine.period.format(
            number=number, start=span.start, end=span.end, first_day=span.first_day, end_day=span.end_day
        )
        for number, span in enumerate(call.spans)
    )
    return engine.periods.format(rows=rows)


def _each(first: str, last: str, engine: "Engine") -> str:
    return engine.each_day.format(first=first, last=last)


def _results(call: Call, engine: "Engine") -> str:
    """The results that came with the call, one SELECT each; there may be none."""
    places = {span.text: number for number, span in enumerate(call.spans)}
    rows = [
        (places[each.period], each.name, each.value, each.ci_low, each.ci_high, each.status, each.better, each.records)
        for each in call.results
        if each.period in places
    ]
    typed = [f"CAST(NULL AS {engine.types[kind]}) AS {name}" for name, kind in RESULTS.items()]
    told = [", ".join(_constant(each, engine) for each in row) for row in rows]
    parts = [f"SELECT {row}" for row in (", ".join(typed), *told)]
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS told WHERE name IS NOT NULL"  # noqa: S608


def _constant(value: float | str | None, engine: "Engine") -> str:
    if isinstance(value, str):
        return engine.constant(value)
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
    known |= {
        f"where_{number}": value.strip().lower() if name == TAG else value
        for number, (name, value) in enumerate(call.where.items())
    }
    return {name: str(known[name]) for name in state.engine.marks(sql)}


def spelled_out(sql: str, call: Call, state: State) -> str:
    """The query as anybody can run it on the engine: its parameters stand in it as text."""
    written = state.engine.with_values(sql, parameters(sql, call, state))
    return _with_tables(written, call, state)
