"""The mappings that come with Mittari: all can be read, and each vendor's loads an export of that vendor's layout.

The exports under `vendors/` are invented, persons included; only their headers and words are the vendor's.
"""

import re
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from mittari.errors import UserError
from mittari.load import LoadReport, find_mapping, load, shipped_mappings
from mittari.settings import Settings
from mittari.store import Warehouse

VENDORS = Path(__file__).parent / "vendors"
MANUAL = Path(__file__).parents[2] / "docs" / "mappings.md"
Rows = Callable[[str], list[tuple[Any, ...]]]
Bring = Callable[..., list[LoadReport]]


@pytest.fixture
def bring_export(warehouse: Warehouse, settings: Settings) -> Bring:
    """Load an export under `vendors/`, times without a zone being those of Helsinki; no row may be refused."""

    def load_it(name: str, mapping: str) -> list[LoadReport]:
        reports = load(warehouse, settings, VENDORS / name, mapping=mapping)
        assert [report.rejects for report in reports] == [()] * len(reports)
        return reports

    return load_it


def test_the_shipped_mappings_are_these() -> None:
    assert shipped_mappings() == [
        "chatwoot",
        "freshdesk",
        "intercom",
        "olist",
        "servicenow",
        "sfo-2017",
        "technion",
        "telco",
        "zendesk",
    ]


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_can_be_read_and_says_what_it_is_for(name: str) -> None:
    assert find_mapping(name).blocks
    text = (resources.files("mittari.load") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["about"]
    assert f"--mapping {name}" in text, "the comment shows how it is used"


def test_a_ticket_of_zendesk_gets_its_instants_from_minutes(bring_export: Bring, rows: Rows) -> None:
    reports = bring_export("zendesk_tickets.csv", "zendesk")
    assert [(report.table, report.inserted) for report in reports] == [("conversations", 4), ("responses", 2)]
    assert rows(
        "SELECT channel, strftime(answered_at, '%d %H:%M'), strftime(solved_first_at, '%d %H:%M'), "
        "strftime(solved_last_at, '%d %H:%M'), reopen_count, status FROM conversations WHERE conversation_id = '101'"
    ) == [("email", "05 06:30", "05 08:00", "06 09:30", 1, "closed")]


def test_a_ticket_of_zendesk_that_is_open_again_is_unsolved_and_a_merged_one_is_merged(
    bring_export: Bring, rows: Rows
) -> None:
    bring_export("zendesk_tickets.csv", "zendesk")
    assert rows("SELECT solved_last_at, status FROM conversations WHERE conversation_id = '102'") == [(None, "open")]
    assert rows("SELECT conversation_id FROM conversations WHERE merged_into IS NOT NULL") == [("103",)]


def test_good_and_bad_of_zendesk_are_the_two_points_of_a_scale(bring_export: Bring, rows: Rows) -> None:
    bring_export("zendesk_tickets.csv", "zendesk")
    assert rows("SELECT conversation_id, score, scale_max FROM responses ORDER BY ALL") == [
        ("101", 2.0, 2.0),
        ("104", 1.0, 2.0),
    ]


def test_a_ticket_of_freshdesk_is_solved_when_it_was_resolved_else_closed(bring_export: Bring, rows: Rows) -> None:
    bring_export("freshdesk_tickets.csv", "freshdesk")
    assert rows(
        "SELECT conversation_id, channel, direction, strftime(solved_last_at, '%d %H:%M'), status FROM conversations "
        "ORDER BY ALL"
    ) == [
        ("201", "email", "in", "05 12:00", "closed"),
        ("202", "chat", "in", None, "pending"),
        ("203", "email", "out", "06 13:00", "closed"),
        ("204", "form", "in", None, "open"),
    ]


def test_a_conversation_of_intercom_waits_from_the_hand_off_of_its_bot(bring_export: Bring, rows: Rows) -> None:
    reports = bring_export("intercom", "intercom")
    assert {(report.table, report.inserted) for report in reports} == {("conversations", 4), ("responses", 2)}
    assert rows(
        "SELECT conversation_id, strftime(wait_started_at, '%H:%M'), strftime(answered_at, '%H:%M'), resolved_by, "
        "strftime(solved_last_at, '%H:%M'), direction FROM conversations ORDER BY ALL"
    ) == [
        ("301", "06:00", "06:02", "agent", "06:20", "in"),
        ("302", "07:00", None, "bot", "07:01", "in"),
        ("303", "08:30", "09:30", None, None, "in"),
        ("304", "06:00", None, None, None, "out"),
    ]


def test_a_conversation_of_chatwoot_takes_its_channel_and_its_solves_from_other_tables(
    bring_export: Bring, rows: Rows
) -> None:
    reports = bring_export("chatwoot", "chatwoot")
    assert {report.table: report.inserted for report in reports} == {
        "conversations": 3,
        "status_events": 5,
        "responses": 1,
    }
    assert rows(
        "SELECT conversation_id, channel, strftime(wait_started_at, '%H:%M'), strftime(answered_at, '%H:%M'), "
        "strftime(solved_last_at, '%d %H'), strftime(reopened_latest_at, '%d %H'), resolved_by, priority "
        "FROM conversations ORDER BY ALL"
    ) == [
        ("401", "chat", "06:01", "06:05", "05 08", None, "agent", "high"),
        ("402", "chat", "07:00", None, "05 07", None, "bot", None),
        ("403", "email", "08:00", "09:30", "05 11", "06 08", None, "low"),
    ]


def test_a_word_that_no_mapping_knows_refuses_its_row_and_is_named(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    text = (VENDORS / "zendesk_tickets.csv").read_text(encoding="utf-8")
    (tmp_path / "tickets.csv").write_text(text.replace(",Chat,", ",Carrier pigeon,"), encoding="utf-8")
    report = load(warehouse, settings, tmp_path / "tickets.csv", mapping="zendesk")[0]
    (reject,) = report.rejects
    assert (reject.line, reject.column) == (3, "channel")
    assert 'found "Carrier pigeon"' in reject.reason


def test_an_export_without_a_needed_column_is_refused_with_the_column(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "tickets.csv").write_text("Ticket ID,Status\n1,Open\n")
    with pytest.raises(UserError, match='has no column "Contact ID"'):
        load(warehouse, settings, tmp_path / "tickets.csv", mapping="freshdesk")


def test_a_single_file_may_be_called_anything_where_a_mapping_is_for_one_kind_of_file(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    text = "customerID,tenure,Contract,MonthlyCharges,Churn\nc1,5,One year,20.50,No\nc2,0,Month-to-month,70.00,Yes\n"
    (tmp_path / "download (1).csv").write_text(text)
    reports = load(warehouse, settings, tmp_path / "download (1).csv", mapping="telco")
    assert [(report.table, report.inserted) for report in reports] == [("customers", 2), ("subscriptions", 2)]


def test_a_file_that_a_mapping_of_several_files_cannot_place_is_refused_with_their_names(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "download.csv").write_text("Conversation ID\n1\n")
    with pytest.raises(UserError, match=r"no file is called as the mapping intercom expects.*csat"):
        load(warehouse, settings, tmp_path / "download.csv", mapping="intercom")


def test_the_manual_names_every_shipped_mapping() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)) == set(
        shipped_mappings()
    )


def test_the_mapping_of_the_manual_loads_what_it_describes(
    warehouse: Warehouse, settings: Settings, tmp_path: Path, rows: Rows
) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), flags=re.DOTALL)
    folder = tmp_path / "shop"
    folder.mkdir()
    (tmp_path / "shop.toml").write_text(example.replace('sheet = "Orders" ', '# sheet = "Orders" '), encoding="utf-8")
    noise = "Shop export\n\n"
    (folder / "orders.csv").write_text(
        f"{noise}Number;Version;State;Customer;Ordered at (Oslo);Shop\n"
        "1;1;open;c1;13/10/2026 09:00;Bergen\n1;2;done;c1;13/10/2026 09:00;Bergen\n2;1;draft;c2;14/10/2026 10:00;?\n"
    )
    (folder / "payments.csv").write_text(f"{noise}order_number;amount\n1;10.50\n1;4.50\n2;1.00\n")
    (report,) = load(warehouse, settings, folder, mapping=tmp_path / "shop.toml")
    assert (report.rows, report.rejected) == (1, 0)
    assert rows(
        "SELECT order_id, status, invoice_amount::DOUBLE, strftime(ordered_at, '%d %H:%M'), dim_shop FROM orders"
    ) == [("1", "paid", 15.0, "13 07:00", "Bergen")]
