"""A number opens: its rows give it again, a changed row does not, and every row left out says truly why."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from measure.oracle import golden_calls
from mittari.measure.kpi import catalogue
from mittari.measure.recompute import recompute
from mittari.workspace import Table, Workspace
from mittari.workspace.local import LocalWorkspace

CALLS = golden_calls(set(catalogue()))
PLAIN = [key for key in CALLS if "@" not in key]
FURTHER = [key for key in CALLS if "@" in key]

Rows = list[dict[str, Any]]


def asked(workspace: Workspace, key: str) -> Table:
    call = CALLS[key]["call"]
    return workspace.kpi(
        key.partition("@")[0], call["period"], where=call["where"], as_of=call["as_of"], **call["params"]
    )


def opened(workspace: Workspace, key: str) -> tuple[dict[str, Any], Rows]:
    """Receipt and rows as they are after having been written down as JSON."""
    table = asked(workspace, key)
    found: tuple[dict[str, Any], Rows] = json.loads(json.dumps([table.receipt().as_dict(), table.rows()]))
    return found


def named(row: dict[str, Any]) -> tuple[str, ...]:
    return row["side"], row["part"], row["key"], row["at"]


@pytest.mark.parametrize("key", [*PLAIN, *(pytest.param(key, marks=pytest.mark.long) for key in FURTHER)])
def test_the_rows_of_a_number_give_it_again(golden: Workspace, key: str) -> None:
    receipt, rows = opened(golden, key)
    result = recompute(receipt, rows)
    assert result["equal"], result["different"]
    own = [row for row in rows if row["part"] != "exposure"]
    assert receipt["counted"] == len({named(row) for row in own if row["included"]})
    assert receipt["left_out"] == dict(Counter(row["reason"] for row in own if not row["included"]))
    assert all((row["reason"] is None) == row["included"] for row in own)
    of_sums = receipt["how"]["base"] == "Model"  # there a row is listed under each sum that it adds to
    assert len({(*named(row), of_sums and row["block"]) for row in rows}) == len(rows)
    assert receipt["record"] == json.loads(json.dumps(asked(golden, key).one().as_dict()))


def larger(rows: Rows) -> Rows:
    row = next(row for row in rows if row["included"])
    row["x"] = (row["x"] or 0) + 1000
    return rows


def without_one(rows: Rows) -> Rows:
    rows.remove(next(row for row in rows if row["included"]))
    return rows


def doubled(rows: Rows) -> Rows:
    return [*rows, next(row for row in rows if row["included"])]


def without_any(rows: Rows) -> Rows:
    return [row for row in rows if not row["included"]]


def one_more(rows: Rows) -> Rows:
    row = next(row for row in rows if not row["included"])
    row.update(included=True, x=row["x"] if row["x"] is not None else 1.0, y=row["y"] if row["y"] is not None else 1.0)
    return rows


DAMAGE: list[Callable[[Rows], Rows]] = [without_one, doubled, without_any]
# a count has no use for x: whoever is counted is one
ADDING_UP = {"Mean", "Ratio", "EuroSum"}


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("key", PLAIN)
def test_damaged_rows_do_not_give_the_number(golden: Workspace, key: str, damage: Callable[[Rows], Rows]) -> None:
    receipt, rows = opened(golden, key)
    if not any(row["included"] for row in rows):
        assert receipt["record"]["status"] == "no_data" or receipt["record"]["n"] == 0
        return
    assert not recompute(receipt, damage(copy.deepcopy(rows)))["equal"]


@pytest.mark.parametrize("key", PLAIN)
def test_a_row_that_was_left_out_does_not_belong(golden: Workspace, key: str) -> None:
    receipt, rows = opened(golden, key)
    if all(row["included"] for row in rows):
        assert not receipt["left_out"]
        return
    assert not recompute(receipt, one_more(copy.deepcopy(rows)))["equal"]


@pytest.mark.parametrize(
    "key", [key for key in PLAIN if catalogue()[key.split(".")[0]].families[(key + ".").split(".")[1] or
            catalogue()[key].headline] in ADDING_UP]
)  # fmt: skip
def test_a_changed_amount_does_not_give_the_number(golden: Workspace, key: str) -> None:
    receipt, rows = opened(golden, key)
    assert not recompute(receipt, larger(copy.deepcopy(rows)))["equal"]


@pytest.mark.parametrize(
    ("name", "key", "reason"),
    [
        ("conversation_count", "c10", "spam"),
        ("conversation_count", "c11", "merged into another conversation"),
        ("conversation_count", "c15", "outbound: we contacted the customer"),
        ("response_rate", "c06", "left at once"),
        ("response_rate", "c14", "a bot handled it alone"),
        ("first_response_time", "c14", "a bot handled it alone"),
        ("nps", "r01", "an earlier answer of the same person"),
        ("nps", "r13", "a test"),
        ("nps", "r07", "not answered, or not recorded (n_na)"),
    ],
)
def test_a_row_left_out_says_why(golden: Workspace, name: str, key: str, reason: str) -> None:
    table = golden.kpi(name, "2025-03", as_of="2025-04-15T00:00:00Z")
    (row,) = [row for row in table.rows() if row["key"] == key]
    assert (row["included"], row["reason"]) == (False, reason)
    assert table.receipt().left_out[reason] >= 1


def test_rows_come_in_pages_the_counted_ones_first(golden: Workspace) -> None:
    table = golden.kpi("conversation_count", "2025-03", as_of="2025-04-15T00:00:00Z")
    rows = table.rows()
    assert [row["included"] for row in rows] == sorted((row["included"] for row in rows), reverse=True)
    pages = [table.rows(limit=5, offset=offset) for offset in range(0, len(rows), 5)]
    assert [row for page in pages for row in page] == rows


def test_a_number_of_a_split_opens_to_its_own_rows(golden: Workspace) -> None:
    table = golden.kpi("first_response_time.mean", "2025-03", by="channel", as_of="2025-04-15T00:00:00Z")
    assert len(table) >= 3
    for number, record in enumerate(table):
        rows = table.rows(number)
        assert {row["channel"] for row in rows} == {record.slice["channel"]}
        assert recompute(table.receipt(number).as_dict(), rows)["equal"]


def test_a_receipt_tells_what_another_needs_to_check_it(golden: Workspace) -> None:
    receipt = golden.kpi("resolution_rate", "2025-03", as_of="2025-04-15T00:00:00Z", within_hours=24).receipt()
    assert receipt.record["params"] == {"within_hours": 24}
    assert receipt.record["definition_version"] == "1+within_hours=24"
    assert (receipt.period["from"], receipt.period["to"]) == ("2025-02-28T22:00:00Z", "2025-03-31T21:00:00Z")
    assert receipt.clock == "opened_at"
    assert receipt.definition["asks"]
    assert receipt.interval_method == "wilson"
    assert receipt.sql
    assert all("conversations" in sql for sql in receipt.sql)
    assert receipt.freshness is not None


@pytest.mark.parametrize("name", ["resolution_rate", "nps", "repeat_purchase_rate", "new_customer_count.rate"])
def test_the_sql_of_a_receipt_runs_as_it_stands(golden: LocalWorkspace, name: str) -> None:
    receipt = golden.kpi(name, "2025-03", as_of="2025-04-15T00:00:00Z").receipt()
    for sql in receipt.sql:
        assert golden.warehouse.connection().execute(sql).fetchall()


def test_a_slice_with_a_quote_stands_in_the_sql_of_its_receipt(golden: LocalWorkspace) -> None:
    receipt = golden.kpi("resolution_rate", "2025-03", where={"channel": "it's"}).receipt()
    assert "'it''s'" in receipt.sql[0]
    golden.warehouse.connection().execute(receipt.sql[0])
