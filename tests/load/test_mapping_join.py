"""Mappings that take values from another file of the export, and headers that are told by a pattern."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mittari.errors import UserError
from mittari.load import LoadReport, load
from mittari.settings import Settings
from mittari.store import Warehouse

ORDERS = "SELECT order_id, customer_id, invoice_amount::DOUBLE FROM orders ORDER BY ALL"

Rows = Callable[[str], list[tuple[Any, ...]]]
Bring = Callable[[], list[LoadReport]]

MAPPING = """
[[table]]
name = "orders"
files = ["orders.csv"]
[table.columns]
order_id = "id"
customer_id = "person"
ordered_at = "Ordered at (*)"
currency = { constant = "EUR" }
invoice_amount = "paid"
[[table.join]]
file = "buyers*.csv"
on = { buyer = "buyer" }
columns = { person = 'any_value("person")' }
[[table.join]]
file = "payments.csv"
on = { id = "order" }
columns = { paid = 'sum(TRY_CAST("amount" AS DECIMAL(18,4)))' }
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Two orders, the first paid in two parts, and a payment of an order that is not in the export."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "orders.csv").write_text(
        "id,buyer,Ordered at (Europe/Oslo)\no1,b1,2026-10-05 12:00:00\no2,b2,2026-10-06 12:00:00\n"
    )
    (folder / "buyers_2026.csv").write_text("buyer,person\nb1,p1\nb2,p1\n")
    (folder / "payments.csv").write_text("order,amount\no1,10.50\no1,4.50\no2,7.00\no9,99.00\n")
    (tmp_path / "shop.toml").write_text(MAPPING)
    return folder


@pytest.fixture
def bring_all(warehouse: Warehouse, settings: Settings, export: Path) -> Bring:
    """Load the export with the mapping beside it."""
    return lambda: load(warehouse, settings, export, mapping=export.parent / "shop.toml")


def test_an_order_gets_its_buyer_and_the_sum_of_its_payments(bring_all: Bring, rows: Rows) -> None:
    reports = bring_all()
    assert [(report.table, report.rows, report.rejected) for report in reports] == [("orders", 2, 0)]
    assert rows(ORDERS) == [("o1", "p1", 15.0), ("o2", "p1", 7.0)]


def test_a_row_without_its_match_keeps_its_place_and_is_refused_only_where_a_value_is_required(
    bring_all: Bring, rows: Rows, export: Path
) -> None:
    (export / "payments.csv").write_text("order,amount\no1,10.50\n")
    (report,) = bring_all()
    assert (report.rows, report.rejected) == (2, 1)
    assert [(reject.line, reject.column) for reject in report.rejects] == [(3, "invoice_amount")]
    assert rows(ORDERS) == [("o1", "p1", 10.5)]


def test_a_file_to_join_that_is_not_there_is_named(bring_all: Bring, export: Path) -> None:
    (export / "payments.csv").unlink()
    with pytest.raises(UserError, match=r'"payments\.csv" is not there.*Import the folder'):
        bring_all()


def test_a_column_to_join_by_that_is_not_there_is_named(bring_all: Bring, export: Path) -> None:
    (export / "payments.csv").write_text("order_no,amount\no1,10.50\n")
    with pytest.raises(UserError, match=r'"payments\.csv" has no column "order"'):
        bring_all()


def test_a_pattern_that_fits_two_headers_means_neither(bring_all: Bring, export: Path) -> None:
    (export / "orders.csv").write_text("id,buyer,Ordered at (A),Ordered at (B)\no1,b1,2026-10-05,2026-10-06\n")
    with pytest.raises(UserError, match=r'no column "Ordered at \(\*\)"'):
        bring_all()


def test_an_aggregate_that_reaches_beyond_its_file_is_refused(bring_all: Bring, export: Path) -> None:
    bad = MAPPING.replace('any_value("person")', "(SELECT max(customer_id) FROM customers)")
    (export.parent / "shop.toml").write_text(bad)
    with pytest.raises(UserError, match="may only use columns of its row"):
        bring_all()


def test_a_pattern_in_an_expression_means_the_header_that_fits(bring_all: Bring, rows: Rows, export: Path) -> None:
    (export.parent / "shop.toml").write_text(
        MAPPING.replace('"Ordered at (*)"', "{ sql = 'left(\"Ordered at (*)\", 10)' }").replace('"id"', '"ID"', 1)
    )
    (report,) = bring_all()
    assert report.rejected == 0
    assert rows("SELECT DISTINCT hour(ordered_local) FROM orders") == [(0,)]
