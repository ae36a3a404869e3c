"""The rows are such as the loader takes: keys, enums, order of events, whole seconds."""

from itertools import pairwise

import numpy as np
import pytest

from mittari.facts import TABLES
from simulate.rows import Tables, keyed

SIMULATED = [
    "business_calendars",
    "calls",
    "conversation_tags",
    "conversations",
    "customers",
    "employees",
    "feedback_actions",
    "fx_rates",
    "interventions",
    "messages",
    "orders",
    "promises",
    "responses",
    "sla_targets",
    "status_events",
    "subscriptions",
    "survey_invites",
    "targets",
    "work_time",
]


def test_all_tables_are_there(small_tables: Tables) -> None:
    assert sorted(small_tables) == SIMULATED


@pytest.mark.parametrize("table", SIMULATED)
def test_keys_are_unique(demo_tables: Tables, table: str) -> None:
    columns = demo_tables[table]
    assert len(keyed(columns, TABLES[table].key)) == len(next(iter(columns.values())))


@pytest.mark.parametrize("table", SIMULATED)
def test_columns_are_those_a_file_may_bring(small_tables: Tables, table: str) -> None:
    given = {column.name: column for column in TABLES[table].given}
    columns = small_tables[table]
    assert set(columns) <= set(given)
    assert {name for name, column in given.items() if column.required} <= set(columns)
    assert len({len(values) for values in columns.values()}) == 1


@pytest.mark.parametrize("table", SIMULATED)
def test_values_fit_their_columns(demo_tables: Tables, table: str) -> None:
    for name, values in demo_tables[table].items():
        column = TABLES[table][name]
        if column.type == "enum":
            assert set(values) - {None} <= set(column.values), name
        elif column.type == "b":
            assert set(values.tolist()) <= {0, 1}, name
        elif column.type == "ts":
            assert values.dtype == np.dtype("datetime64[us]"), name
            known = values[~np.isnat(values)]
            assert (known == known.astype("datetime64[s]")).all(), name
        elif column.type in ("s", "money"):
            assert not (values < 0).any(), name


def test_customers_of_all_rows_exist(demo_tables: Tables) -> None:
    customers = set(demo_tables["customers"]["customer_id"]) | {None}
    for table in ("conversations", "calls", "responses", "orders", "subscriptions", "promises", "survey_invites"):
        assert set(demo_tables[table]["customer_id"]) <= customers, table


def test_conversations_of_all_rows_exist(demo_tables: Tables) -> None:
    known = set(demo_tables["conversations"]["conversation_id"]) | {None}
    for table in ("messages", "status_events", "conversation_tags", "promises", "responses", "survey_invites"):
        assert set(demo_tables[table]["conversation_id"]) <= known, table
    assert set(demo_tables["conversations"]["merged_into"]) <= known
    assert set(demo_tables["orders"]["source_conversation_id"]) <= known


def test_agents_of_all_rows_are_employed_then(demo_tables: Tables) -> None:
    staff = demo_tables["employees"]
    last = dict(zip(staff["employee_id"], staff["last_day_on"], strict=True))
    first = dict(zip(staff["employee_id"], staff["start_on"], strict=True))
    calls = demo_tables["calls"]
    for agent, queued in zip(calls["agent_id"], calls["queued_at"].astype("datetime64[D]"), strict=True):
        if agent is not None:
            assert first[agent] <= queued
            assert np.isnat(last[agent]) or queued <= last[agent]


@pytest.mark.parametrize(
    ("table", "steps"),
    [
        ("conversations", ["created_at", "wait_start_at", "first_response_at", "first_solved_at", "last_solved_at"]),
        ("conversations", ["created_at", "handoff_at", "first_response_at"]),
        ("conversations", ["created_at", "wait_start_at", "abandoned_at"]),
        ("conversations", ["first_solved_at", "reopened_at", "last_solved_at", "closed_at"]),
        ("conversations", ["created_at", "last_message_at"]),
        ("responses", ["touch_at", "sent_at", "responded_at"]),
        ("promises", ["made_at", "due_at"]),
        ("promises", ["made_at", "kept_at"]),
        ("subscriptions", ["started_at", "ended_at"]),
        ("employees", ["start_on", "last_day_on"]),
        ("feedback_actions", ["opened_at", "first_contact_at", "closed_at"]),
        ("customers", ["first_seen_at", "acquired_at"]),
    ],
)
def test_events_come_in_their_order(demo_tables: Tables, table: str, steps: list[str]) -> None:
    columns = demo_tables[table]
    for earlier, later in pairwise(steps):
        # Comparisons with a missing instant are false.
        wrong = columns[later] < columns[earlier]
        if earlier == "reopened_at":
            # While a reopened case waits for its second solution, the last solution is the first.
            wrong &= columns["last_solved_at"] != columns["first_solved_at"]
        assert not wrong.any(), (earlier, later)


def test_contract_versions_of_a_customer_do_not_overlap(demo_tables: Tables) -> None:
    columns = demo_tables["subscriptions"]
    order = np.lexsort((columns["started_at"], columns["customer_id"].astype(str)))
    customer, start, end = (columns[name][order] for name in ("customer_id", "started_at", "ended_at"))
    following = customer[1:] == customer[:-1]
    assert following.sum() > 500
    assert (end[:-1] <= start[1:])[following].all()


def test_an_answered_question_has_a_score_on_its_scale(demo_tables: Tables) -> None:
    columns = demo_tables["responses"]
    answered = columns["answered"] == 1
    assert np.isnan(columns["score"][~answered]).all()
    score = columns["score"][answered]
    assert (score >= columns["scale_min"][answered]).all()
    assert (score <= columns["scale_max"][answered]).all()


def test_working_days_do_not_hold_more_than_was_paid(demo_tables: Tables) -> None:
    columns = demo_tables["work_time"]
    spent = columns["handling_s"] + columns["idle_s"] + columns["aux_s"]
    assert (spent <= columns["paid_s"]).all()


def test_a_merged_message_joins_a_case_of_the_same_customer(demo_tables: Tables) -> None:
    columns = demo_tables["conversations"]
    owner = dict(zip(columns["conversation_id"], columns["customer_id"], strict=True))
    pairs = zip(columns["conversation_id"], columns["merged_into"], strict=True)
    merged = [(child, root) for child, root in pairs if root]
    assert len(merged) > 100
    assert all(owner[child] == owner[root] for child, root in merged)
