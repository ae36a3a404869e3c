"""Taking people away changes no number, and leaves neither their ids nor their words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from installation import copy_of
from mittari.errors import UserError
from mittari.measure.result import Record
from mittari.settings import Settings
from mittari.store.persons.erase import PREFIX
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.opening import open_local

PERIODS = ["2025-01", "2025-03", "2025-06", "2025-02-10..2025-04-20", "2024"]
SHAPES: list[dict[str, Any]] = [{}, {"by": "channel"}, {"by": "customer.segment"}, {"by": "agent_id"}]
SAME = ("n", "n_na", "n_censored", "n_rejected", "status", "flags", "ci_method", "as_of")
NUMBERS = ("value", "se", "ci_low", "ci_high")


@pytest.fixture
def home(loaded_home: Path, tmp_path: Path) -> Path:
    return copy_of(loaded_home, tmp_path)


@pytest.fixture
def workspace(home: Path) -> Iterator[LocalWorkspace]:
    with open_local(home, Settings()) as opened:
        yield opened


def told(workspace: LocalWorkspace, **shape: Any) -> dict[tuple[str, ...], Record]:
    records = workspace.scorecard(period=PERIODS, outputs="all", **shape)
    return {(each.name, each.period, json.dumps(each.slice, sort_keys=True)): each for each in records}


def assert_same(before: dict[tuple[str, ...], Record], after: dict[tuple[str, ...], Record]) -> None:
    assert before.keys() == after.keys()
    for key, one in before.items():
        for name in SAME:
            assert getattr(one, name) == getattr(after[key], name), (key, name)
        for name in NUMBERS:
            first, second = getattr(one, name), getattr(after[key], name)
            assert first == second or first == pytest.approx(second, rel=1e-9, abs=1e-12), (key, name)


def texts(workspace: LocalWorkspace) -> Iterator[tuple[str, str, str]]:
    """Table, column and value of every text in every table there is, whatever made the table."""
    connection = workspace.warehouse.connection()
    columns = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type = 'VARCHAR' "
        "AND database_name = current_database()"
    ).fetchall()
    for table, column in columns:
        for (value,) in connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall():
            if value is not None:
                yield table, column, value


def keys_of(connection: duckdb.DuckDBPyConnection, customer: str) -> set[str]:
    """The keys of the rows that name a customer."""
    found = set()
    for table, key in (
        ("conversations", "conversation_id"), ("calls", "call_id"), ("responses", "response_id"),
        ("survey_invites", "invite_id"), ("orders", "order_id"), ("promises", "promise_id"),
        ("subscriptions", "subscription_id"),
    ):  # fmt: skip
        asked = f"SELECT {key} FROM {table} WHERE customer_id = ?"
        found |= {each for (each,) in connection.execute(asked, [customer]).fetchall()}
    return found


def busiest(workspace: LocalWorkspace, count: int) -> list[str]:
    """The customers with rows in most tables: answers, conversations, orders, contracts."""
    tables = ("customers", "conversations", "calls", "responses", "orders", "subscriptions", "promises")
    each = " UNION ALL ".join(f"SELECT DISTINCT customer_id, '{name}' FROM {name}" for name in tables)
    asked = f"SELECT customer_id FROM ({each}) WHERE customer_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    return [name for (name,) in workspace.warehouse.connection().execute(asked).fetchall()[:count]]


def test_every_number_stays_what_it_was(workspace: LocalWorkspace) -> None:
    before = [told(workspace, **shape) for shape in SHAPES]
    connection = workspace.warehouse.connection()
    gone = [*busiest(workspace, 6), "A", "B"]
    speakers = connection.execute(
        "SELECT DISTINCT customer_id FROM responses WHERE text IS NOT NULL LIMIT 5"
    ).fetchall()
    gone = list(dict.fromkeys([*gone, *(name for (name,) in speakers if name)]))
    for customer in gone:
        workspace.erase_person(customer)
    for shape, one in zip(SHAPES, before, strict=True):
        assert_same(one, told(workspace, **shape))


def test_an_employee_taken_away_leaves_every_number_too(workspace: LocalWorkspace) -> None:
    shapes: list[dict[str, Any]] = [{}, {"by": "team_id"}, {"by": "channel"}]
    before = [told(workspace, **shape) for shape in shapes]
    by_agent = sorted(str(each.value) for each in told(workspace, by="agent_id").values())
    for agent in ("e1", "e2"):
        workspace.erase_person(agent, employee=True)
    for shape, one in zip(shapes, before, strict=True):
        assert_same(one, told(workspace, **shape))
    assert sorted(str(each.value) for each in told(workspace, by="agent_id").values()) == by_agent
    left = [where for *where, value in texts(workspace) if value in ("e1", "e2")]
    assert left == []


def test_neither_ids_nor_keys_nor_words_are_left_anywhere(workspace: LocalWorkspace) -> None:
    for customer in busiest(workspace, 4):
        connection = workspace.warehouse.connection()
        ids = keys_of(connection, customer) | {customer}
        said = {
            word
            for (word,) in connection.execute(
                "SELECT text FROM responses WHERE customer_id = ? UNION SELECT text FROM messages "
                "WHERE conversation_id IN (SELECT conversation_id FROM conversations WHERE customer_id = ?)",
                [customer, customer],
            ).fetchall()
            if word
        }
        workspace.erase_person(customer)
        found = [(table, column, value) for table, column, value in texts(workspace) if value in ids | said]
        assert found == []


def test_a_second_erasure_says_that_nobody_is_known(workspace: LocalWorkspace) -> None:
    workspace.erase_person("A")
    with pytest.raises(UserError, match="no customer is known by this id"):
        workspace.erase_person("A")
    with pytest.raises(UserError, match="no customer is known by this id"):
        workspace.export_person("A")
    (other,) = {value for _, column, value in texts(workspace) if column == "customer_id" and value.startswith(PREFIX)}
    with pytest.raises(UserError, match="was erased"):
        workspace.erase_person(other)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(workspace: LocalWorkspace) -> None:
    version = workspace.data_version()
    planned = workspace.erase_person("A", dry_run=True)
    assert workspace.data_version() == version
    assert planned.rows["conversations"] >= 1
    assert workspace.erase_person("A") == planned
    assert workspace.data_version() == version + 1
