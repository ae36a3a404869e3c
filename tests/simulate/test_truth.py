"""What is known to be true is found again in the rows."""

import math
from datetime import date, datetime

import duckdb
import numpy as np
import pytest

from mittari.simulate import Company, Profile
from mittari.simulate.columns import Bools, Column
from mittari.simulate.pressure import phone_delay, phone_shares
from simulate.rows import Tables, gathered, small


def instant(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.replace(tzinfo=None), "us")


def share_and_error(hits: Bools) -> tuple[float, float]:
    share = float(hits.mean())
    return share, math.sqrt(share * (1 - share) / len(hits))


def test_the_service_level_is_found_before_and_after_the_staffing_change(demo: Company, demo_tables: Tables) -> None:
    truth, calls = demo.truth(), demo_tables["calls"]
    gave_up = (calls["outcome"] == "abandoned") & (calls["wait_s"] > 5)
    counted = ((calls["outcome"] == "answered") | gave_up) & (calls["is_test"] == 0)
    hit = (calls["outcome"] == "answered") & (calls["wait_s"] <= 20)
    after = calls["queued_at"] >= instant(truth.staffing_start)
    for which, expected in ((~after, truth.service_level_before), (after, truth.service_level_after)):
        measured, error = share_and_error(hit[counted & which])
        assert abs(measured - expected) < 3.5 * error
    assert 0.04 < truth.service_level_effect < 0.15
    assert truth.service_level_after - truth.service_level_before > 0.03


def test_chances_of_the_phone_queue_are_those_of_drawing_waits() -> None:
    profile = Profile()
    generator = np.random.default_rng(1)
    load = np.array([0.62])
    chance, mean = phone_delay(profile, load)
    count = 400_000
    wait = np.where(generator.random(count) < chance, generator.exponential(mean, count), 0)
    patience = generator.exponential(profile.phone_patience, count)
    seconds = np.floor(np.minimum(wait, patience))
    answered, gone = phone_shares(profile, load, within=20, short=5)
    assert np.mean((patience >= wait) & (seconds <= 20)) == pytest.approx(answered[0], abs=0.003)
    assert np.mean((patience < wait) & (seconds <= 5)) == pytest.approx(gone[0], abs=0.0005)


def test_the_bot_solves_its_share(demo: Company, demo_tables: Tables) -> None:
    truth, rows = demo.truth(), demo_tables["conversations"]
    chats = (rows["channel"] == "chat") & (rows["is_spam"] == 0)
    with_bot = rows["bot_first"] == 1
    assert (rows["created_at"][with_bot] >= instant(truth.bot_start)).all()
    assert (with_bot == (chats & (rows["created_at"] >= instant(truth.bot_start))))[chats].all()
    old = with_bot & (rows["created_at"] < np.datetime64("2026-11-24"))
    measured, error = share_and_error(rows["resolved_by"][old] == "bot")
    assert abs(measured - truth.bot_solved_share) < 3.5 * error


def test_promises_are_kept_better_once_agents_are_reminded(demo: Company, demo_tables: Tables) -> None:
    truth, rows = demo.truth(), demo_tables["promises"]
    due = (rows["status"] == "kept") | (rows["status"] == "broken")
    later = rows["made_at"] >= instant(truth.reminder_start)
    for which, expected in ((~later, truth.promise_kept_before), (later, truth.promise_kept_after)):
        measured, error = share_and_error(rows["status"][due & which] == "kept")
        assert abs(measured - expected) < 3.5 * error


def test_the_campaign_lowers_prices_of_private_customers_while_it_lasts(
    demo: Company, demo_sql: duckdb.DuckDBPyConnection
) -> None:
    truth = demo.truth()
    rows = demo_sql.execute(
        "select segment, ordered_at >= $1::timestamp and ordered_at < $2::timestamp,"
        " avg(invoice_amount / target_amount), stddev(invoice_amount / target_amount) / sqrt(count(*))"
        " from orders join customers using (customer_id) group by all",
        [instant(truth.campaign_start).item(), instant(truth.campaign_end).item()],
    ).fetchall()
    mean = {(segment, inside): (value, error) for segment, inside, value, error in rows}
    private = mean["b2c", False][0] - mean["b2c", True][0]
    business = mean["b2b", False][0] - mean["b2b", True][0]
    assert private == pytest.approx(truth.campaign_discount, abs=3.5 * mean["b2c", True][1])
    assert business == pytest.approx(0, abs=3.5 * math.hypot(mean["b2b", True][1], mean["b2b", False][1]))


def test_the_campaign_brings_more_orders_of_private_customers(demo: Company, demo_tables: Tables) -> None:
    truth, orders, customers = demo.truth(), demo_tables["orders"], demo_tables["customers"]
    segment = dict(zip(customers["customer_id"], customers["segment"], strict=True))
    private = np.array([segment[name] == "b2c" for name in orders["customer_id"]])
    start, end = instant(truth.campaign_start), instant(truth.campaign_end)
    inside = (orders["ordered_at"] >= start) & (orders["ordered_at"] < end)
    days = (end - start) / np.timedelta64(1, "D")
    other_days = (instant(datetime(2026, 11, 24)) - instant(datetime(2025, 10, 1))) / np.timedelta64(1, "D") - days
    for who, expected in ((private, truth.campaign_orders), (~private, 1.0)):
        within, outside = int((inside & who).sum()), int((~inside & who).sum())
        ratio = (within / days) / (outside / other_days)
        assert abs(math.log(ratio / expected)) < 3.5 * math.sqrt(1 / within + 1 / outside)


def test_satisfaction_of_those_who_answered_is_found(demo: Company, demo_tables: Tables) -> None:
    truth, rows = demo.truth(), demo_tables["responses"]
    csat = (rows["kind"] == "csat") & (rows["answered"] == 1)
    measured, error = share_and_error(rows["score"][csat] >= 4)
    assert abs(measured - truth.csat_of_answering) < 3.5 * error
    assert 0.001 < truth.csat_of_asked - truth.csat_of_answering < 0.05


def months_of(values: Column) -> Column:
    """Local months of instants: two or three hours ahead of UTC is near enough to the end of a month."""
    return (values + np.timedelta64(150, "m")).astype("datetime64[M]").astype(np.int64)


@pytest.mark.long
def test_the_churn_hazard_is_found_in_the_rows() -> None:
    """Rates of leaving by what happened in the month before, from the rows alone: their ratios are the hazard ratios.

    Satisfaction is latent, and those to whom bad things happen are a little less satisfied: the ratio found without
    it lies somewhat above the true one.
    """
    promising = Profile(promised=0.3)
    start, end = date(2024, 1, 1), date(2026, 1, 1)
    company = Company(seed=5, size=150_000, customers=20_000, start=start, end=end, profile=promising)
    tables = gathered(company.batches())
    number = {name: row for row, name in enumerate(tables["customers"]["customer_id"])}
    width = len(number)

    def marked(customers: Column, months: Column) -> set[int]:
        known = [(number[name], int(month)) for name, month in zip(customers, months, strict=True) if name is not None]
        return {month * width + row for row, month in known}

    promises = tables["promises"]
    broken = promises["status"] == "broken"
    exposed = marked(promises["customer_id"][broken], months_of(promises["due_at"][broken]))
    subscriptions = tables["subscriptions"]
    leaves = subscriptions["end_reason"] != None  # noqa: E711 - elementwise
    left = marked(subscriptions["customer_id"][leaves], months_of(subscriptions["ended_at"][leaves]))
    begun, ended = months_of(subscriptions["started_at"]), subscriptions["ended_at"]
    over = np.where(np.isnat(ended), np.int64((2026 - 1970) * 12), months_of(ended))
    row = np.array([number[name] for name in subscriptions["customer_id"]])
    counts = {True: [0, 0], False: [0, 0]}
    for month in range((2024 - 1970) * 12 + 1, (2026 - 1970) * 12):
        for one in row[(begun < month) & (over >= month)]:
            hit = (month - 1) * width + int(one) in exposed
            counts[hit][0] += 1
            counts[hit][1] += month * width + int(one) in left
    ratio = (counts[True][1] / counts[True][0]) / (counts[False][1] / counts[False][0])
    true_ratio = company.truth().churn_hazard_ratios["broken_promise"]
    error = math.sqrt(1 / counts[True][1] + 1 / counts[False][1])
    assert counts[True][1] > 100
    assert math.log(true_ratio) - 3 * error - 0.05 < math.log(ratio) < math.log(true_ratio) + 3 * error + 0.20


def test_truth_does_not_depend_on_what_was_asked_first() -> None:
    fresh = small().truth()
    used = small()
    list(used.feed(datetime(2025, 12, 1), datetime(2026, 3, 1)))
    gathered(used.batches())
    assert used.truth() == fresh


def test_interventions_stand_in_their_table(demo: Company, demo_tables: Tables) -> None:
    truth, rows = demo.truth(), demo_tables["interventions"]
    found = dict(zip(rows["intervention_id"], rows["started_at"], strict=True))
    assert found == {
        "bot": instant(truth.bot_start),
        "staffing": instant(truth.staffing_start),
        "campaign": instant(truth.campaign_start),
        "reminder": instant(truth.reminder_start),
    }


def test_dissatisfied_customers_answer_worse(demo_tables: Tables) -> None:
    """Customers have a level of their own: two answers of one person resemble each other."""
    rows = demo_tables["responses"]
    csat = (rows["kind"] == "csat") & (rows["answered"] == 1)
    scores: dict[str, list[float]] = {}
    for person, score in zip(rows["customer_id"][csat], rows["score"][csat], strict=True):
        scores.setdefault(person, []).append(score)
    pairs = np.array([some[:2] for some in scores.values() if len(some) > 1])
    assert len(pairs) > 800
    assert np.corrcoef(pairs[:, 0], pairs[:, 1])[0, 1] > 0.08
