"""What does not come from customers: calendars, exchange rates, agreed service levels, targets, changes made."""

from datetime import date
from typing import Any

import numpy as np

from mittari.simulate.clock import OPEN_HOURS, first_day
from mittari.simulate.columns import NEVER, Block, Column, Columns, Ints, instants
from mittari.simulate.plan import Plan

# Rates wander around these (units per euro), slowly by a sum of two waves and daily by noise.
RATES = (("NOK", 11.6, 0.03), ("SEK", 11.2, 0.02))

# Policy, metric, channel, seconds, clock.
SLA_TARGETS: tuple[tuple[str, str, str, float, str], ...] = (
    ("email-first", "first_response", "email", 14_400.0, "business"),
    ("form-first", "first_response", "form", 14_400.0, "business"),
    ("chat-first", "first_response", "chat", 180.0, "calendar"),
    ("social-first", "first_response", "social", 7_200.0, "business"),
    ("email-solved", "resolution", "email", 97_200.0, "business"),
)

# KPI, value, direction, who owns the number, what is decided by it.
TARGETS: tuple[tuple[str, float, str, str, str], ...] = (
    ("service_level", 0.80, "up", "phone team lead", "staffing of the phone queues"),
    ("call_abandonment_rate", 0.06, "down", "phone team lead", "staffing of the phone queues"),
    ("average_speed_of_answer", 25.0, "down", "phone team lead", "staffing of the phone queues"),
    ("average_handle_time", 360.0, "down", "phone team lead", "training"),
    ("first_response_time", 7_200.0, "down", "service manager", "shifts of the written channels"),
    ("response_rate", 0.97, "up", "service manager", "shifts of the written channels"),
    ("resolution_time", 50_400.0, "down", "service manager", "second-line help"),
    ("resolution_rate", 0.93, "up", "service manager", "second-line help"),
    ("repeat_contact_rate", 0.22, "down", "service manager", "what agents may settle themselves"),
    ("promise_keeping_rate", 0.95, "up", "service manager", "reminders to agents"),
    ("csat", 0.80, "up", "head of customer experience", "improvements of the month"),
    ("nps", 40.0, "up", "head of customer experience", "plan of the year"),
    ("customer_retention_rate", 0.982, "up", "head of sales", "calls to customers at risk"),
    ("gross_revenue_retention", 0.98, "up", "head of sales", "calls to customers at risk"),
    ("price_realization_rate", 0.94, "up", "head of sales", "who may grant discounts"),
)


def reference_blocks(plan: Plan) -> list[Block]:
    """Tables that stand from the first day; interventions appear when they begin."""
    standing = {
        "business_calendars": _calendars(plan),
        "sla_targets": _columns([_agreed(plan, *row) for row in SLA_TARGETS]),
        "targets": _columns([_target(plan, *row) for row in TARGETS]),
    }
    return [_standing(plan, table, columns) for table, columns in standing.items()] + [interventions(plan)]


def _standing(plan: Plan, table: str, columns: Columns) -> Block:
    count = len(next(iter(columns.values())))

    def render(which: Ints, _known: int) -> Columns:
        return {name: values[which] for name, values in columns.items()}

    return Block(table, np.full(count, plan.begin, dtype=np.int64), (), render)


def _columns(rows: list[dict[str, Any]]) -> Columns:
    """Columns from rows; dates become days, numbers numbers, the rest text or None."""
    columns: Columns = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        given = next((value for value in values if value is not None), None)
        kind = "datetime64[D]" if isinstance(given, date) else float if isinstance(given, float) else object
        columns[name] = np.array(values, dtype=kind)
    return columns


def _calendars(plan: Plan) -> Columns:
    zone = plan.clock.zone_name
    rows: list[dict[str, Any]] = [
        _opening(calendar, zone, weekday, None, f"{hours[0]:02d}:00", f"{hours[1]:02d}:00")
        for calendar, week in OPEN_HOURS.items()
        for weekday, hours in week.items()
    ]
    last_year = plan.clock.day(plan.end).year + 1
    for calendar in OPEN_HOURS:
        for year in range(plan.start.year, last_year + 1):
            rows += [_opening(calendar, zone, None, day, None, None) for day in sorted(plan.clock.holidays(year))]
    return _columns(rows)


def _opening(
    calendar: str, zone: str, weekday: int | None, day: date | None, opens: str | None, closes: str | None
) -> dict[str, Any]:
    return {
        "calendar_id": calendar,
        "tz": zone,
        "weekday": weekday,
        "date": day,
        "open": opens,
        "close": closes,
        "kind": "open" if day is None else "holiday",
    }


def _agreed(plan: Plan, policy: str, metric: str, channel: str, seconds: float, clock: str) -> dict[str, Any]:
    return {
        "policy_id": policy,
        "metric": metric,
        "channel": channel,
        "target_s": seconds,
        "clock": clock,
        "calendar_id": "std",
        "valid_from": plan.start,
    }


def _target(plan: Plan, kpi: str, value: float, direction: str, owner: str, decision: str) -> dict[str, Any]:
    return {
        "kpi_id": kpi,
        "value": value,
        "direction": direction,
        "source": "house",
        "valid_from": plan.start,
        "owner": owner,
        "decision": decision,
    }


def interventions(plan: Plan) -> Block:
    """The changes with a known effect, as rows of `interventions`."""
    campaign_start, campaign_stop = plan.campaign
    rows = (
        ("bot", "chat bot answers first", plan.bot_start, NEVER, "channel=chat", "bot_resolution_rate", "+"),
        ("staffing", "more agents on the phone", plan.staffing_start, NEVER, "channel=phone", "service_level", "+"),
        ("campaign", "price campaign", campaign_start, campaign_stop, "segment=b2c", "price_realization_rate", "-"),
        ("reminder", "agents are reminded of promises", plan.reminder_start, NEVER, None, "promise_keeping_rate", "+"),
    )
    starts = np.array([row[2] for row in rows], dtype=np.int64)
    ends = np.array([row[3] for row in rows], dtype=np.int64)

    def texts(which: Ints, place: int) -> Column:
        return np.array([rows[row][place] for row in which], dtype=object)

    def render(which: Ints, known: int) -> Columns:
        return {
            "intervention_id": texts(which, 0),
            "name": texts(which, 1),
            "started_at": instants(starts[which], NEVER),
            "ended_at": instants(ends[which], known),
            "scope": texts(which, 4),
            "expected_kpi": texts(which, 5),
            "expected_sign": texts(which, 6),
        }

    return Block("interventions", starts, (ends,), render)


def rate_block(plan: Plan, month: int) -> Block:
    """Exchange rates of the month's working days, published at 17:00; the first month has the ten days before, too."""
    days = plan.rate_days(first_day(month), first_day(month + 1))
    number = np.array([day.toordinal() for day in days], dtype=np.float64)
    noise = plan.streams.of(month, "rates").normal(0, 0.002, (len(RATES), 45))[:, -len(days) :]
    dates, quotes, rates, published = [], [], [], []
    for row, (quote, level, swing) in enumerate(RATES):
        waves = np.sin(number / 97.0 + row) + 0.4 * np.sin(number / 23.0 + 2 * row)
        dates += days
        quotes += [quote] * len(days)
        rates.append(level * np.exp(swing * 0.5 * waves + noise[row]))
        published += [plan.clock.midnight(day) + 17 * 3_600 for day in days]
    columns: Columns = {
        "date": np.array(dates, dtype="datetime64[D]"),
        "base": np.full(len(dates), "EUR", dtype=object),
        "quote": np.array(quotes, dtype=object),
        "rate": np.round(np.concatenate(rates), 4),
        "source": np.full(len(dates), "simulated", dtype=object),
    }
    seen = np.maximum(np.array(published, dtype=np.int64), plan.begin) if month == plan.first_month else published

    def render(which: Ints, _known: int) -> Columns:
        return {name: values[which] for name, values in columns.items()}

    return Block("fx_rates", np.array(seen, dtype=np.int64), (), render)
