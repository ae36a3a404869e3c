"""The demo's board looks like a mid-size Nordic service company: its headline numbers, in plain SQL."""

import duckdb
import pytest

from mittari.simulate import Company

ELIGIBLE = "is_spam = 0 and is_test = 0 and merged_into is null and direction = 'in'"
GAVE_UP = "(outcome = 'abandoned' and wait_s > 5)"
CALLS = "from calls where is_test = 0"

BANDS = {
    "nps": (
        "select 100 * (avg((score >= 9)::int) - avg((score <= 6)::int)) from responses"
        " where nps_kind = 'relationship' and answered = 1",
        (35, 45),
    ),
    "csat": ("select avg((score >= 4)::int) from responses where kind = 'csat' and answered = 1", (0.77, 0.84)),
    "service level": (
        "select sum((outcome = 'answered' and wait_s <= 20)::int)"
        " / sum((outcome = 'answered' or {GAVE_UP})::int) {CALLS}",
        (0.70, 0.85),
    ),
    "call abandonment": (
        "select sum({GAVE_UP}::int) / sum((outcome = 'answered' or {GAVE_UP})::int) {CALLS}",
        (0.04, 0.08),
    ),
    "average speed of answer": (f"select avg(wait_s) {CALLS} and outcome = 'answered'", (10, 40)),
    "average handle time": (f"select avg(talk_s + hold_s + acw_s) {CALLS} and outcome = 'answered'", (280, 360)),
    "chat abandonment": (
        "select avg((abandoned_at is not null)::int) from conversations"
        " where {ELIGIBLE} and channel = 'chat' and coalesce(resolved_by, '') <> 'bot'",
        (0.03, 0.08),
    ),
    "first response in chat, minutes": (
        "select median(epoch(first_response_at) - epoch(wait_start_at)) / 60 from conversations"
        " where {ELIGIBLE} and channel = 'chat'",
        (1, 5),
    ),
    "first response to e-mail, hours": (
        "select median(epoch(first_response_at) - epoch(wait_start_at)) / 3600 from conversations"
        " where {ELIGIBLE} and channel = 'email'",
        (2, 10),
    ),
    "median resolution, hours": (
        "select median(epoch(last_solved_at) - epoch(created_at)) / 3600 from conversations"
        " where {ELIGIBLE} and resolved_by = 'agent'",
        (4, 30),
    ),
    "mean resolution, hours": (
        "select avg(epoch(last_solved_at) - epoch(created_at)) / 3600 from conversations"
        " where {ELIGIBLE} and resolved_by = 'agent'",
        (24, 72),
    ),
    "resolved within a week": (
        "select avg(coalesce(epoch(last_solved_at) - epoch(created_at) <= 604800, false)::int)"
        " from conversations where {ELIGIBLE} and created_at < '2026-11-17'",
        (0.88, 0.97),
    ),
    "reopened": (
        "select avg((reopened_at is not null and reopen_is_trivial = 0)::int) from conversations"
        " where {ELIGIBLE} and first_solved_at is not null",
        (0.01, 0.06),
    ),
    "promises kept": (
        "select avg(coalesce(kept_at <= due_at, false)::int) from promises"
        " where due_at < '2026-11-24' and status <> 'cancelled_by_customer'",
        (0.88, 0.96),
    ),
    "price realisation": (
        "select sum((invoice_amount - off_invoice_amount) / rate) / sum(target_amount / rate) from orders o"
        " asof join (select quote, date::timestamp as day, rate from fx_rates"
        " union all select 'EUR', timestamp '2020-01-01', 1.0) r on o.currency = r.quote and o.ordered_at >= r.day"
        " where status in ('paid', 'open')",
        (0.91, 0.95),
    ),
    "open cases per case solved a day": (
        "select count(*) filter (where last_solved_at is null and abandoned_at is null)"
        " / (count(*) filter (where last_solved_at >= '2026-10-27') / 28) from conversations where {ELIGIBLE}",
        (0.5, 4),
    ),
    "complaints per 1 000 customers and month": (
        "select sum(is_complaint) / 13.75 / 3.0 from conversations where {ELIGIBLE}",
        (8, 40),
    ),
    "occupancy": ("select sum(handling_s) / sum(handling_s + idle_s) from work_time", (0.6, 0.85)),
    "customers": (
        "select count(distinct customer_id) from subscriptions where ended_at is null",
        (2_700, 3_300),
    ),
}


def filled(statement: str) -> str:
    """A statement with the conditions above in it."""
    for name, condition in (("ELIGIBLE", ELIGIBLE), ("GAVE_UP", GAVE_UP), ("CALLS", CALLS)):
        statement = statement.replace("{" + name + "}", condition)
    return statement


@pytest.mark.parametrize("name", BANDS)
def test_headline_numbers_lie_in_their_bands(demo_sql: duckdb.DuckDBPyConnection, name: str) -> None:
    statement, (low, high) = BANDS[name]
    (value,) = demo_sql.execute(filled(statement)).fetchall()[0]
    assert low <= value <= high


def test_about_two_of_a_hundred_customers_leave_each_month(demo_sql: duckdb.DuckDBPyConnection) -> None:
    rows = demo_sql.execute(
        """
        with months as (
            select unnest(generate_series(timestamp '2025-12-01', timestamp '2026-10-01', interval 1 month)) t
        ),
        active as (
            select t, customer_id from months join subscriptions
            on started_at <= t and (ended_at is null or ended_at > t) group by all
        )
        select a.t, count(b.customer_id) / count(*)
        from active a left join active b on b.customer_id = a.customer_id and b.t = a.t + interval 1 month
        where a.t < '2026-10-01' group by a.t
        """
    ).fetchall()
    assert len(rows) == 10
    assert all(0.965 <= kept <= 0.995 for _, kept in rows)
    assert 0.975 <= sum(kept for _, kept in rows) / len(rows) <= 0.987


def test_days_are_more_different_than_chance_makes_them(demo_sql: duckdb.DuckDBPyConnection) -> None:
    """The service level of days scatters several times more than independent calls would."""
    (dispersion,) = demo_sql.execute(
        filled("""
        with days as (
            select queued_at::date, weekofyear(queued_at), count(*) n,
                sum((outcome = 'answered' and wait_s <= 20)::int) k
            {CALLS} and outcome in ('answered', 'abandoned') and queued_at < '2026-05-01' group by all
        ), whole as (select sum(k) / sum(n) p from days)
        select sum((k - n * p) ** 2 / (n * p * (1 - p))) / (count(*) - 1) from days, whole
        """)
    ).fetchall()[0]
    assert dispersion > 2


def test_busy_half_hours_wait_longer(demo_sql: duckdb.DuckDBPyConnection) -> None:
    (correlation,) = demo_sql.execute(
        filled("""
        select corr(n, wait) from (
            select time_bucket(interval 30 minute, queued_at), count(*) n, avg(wait_s) wait
            {CALLS} and queued_at < '2026-05-01' group by all
        )
        """)
    ).fetchall()[0]
    assert correlation > 0.05


def test_the_demo_has_customers_and_agents_of_a_mid_size_company(demo: Company) -> None:
    assert 2_700 <= demo.plan.customers <= 3_300
    assert 35 <= demo.plan.agents <= 45
