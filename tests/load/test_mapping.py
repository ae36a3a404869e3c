"""Foreign layouts through mappings, and mappings that are wrong."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mittari.errors import UserError
from mittari.load import LoadReport, find_mapping, load, shipped_mappings
from mittari.load.mapping import parse_mapping
from mittari.settings import Settings
from mittari.store import Warehouse

Rows = Callable[[str], list[tuple[Any, ...]]]
Mapped = Callable[..., list[LoadReport]]

LOG = """exported by somebody
number;version;state;opened;who;category;category
1;0;new;05/01/2026 08:00;ann;mail;a
1;10;closed;05/01/2026 08:00;ann;mail;b
1;9;open;05/01/2026 08:00;ann;mail;c
2;1;open;06/07/2026 10:30;?;talk;d
3;1;-100;06/07/2026 10:30;bob;talk;e
"""

TICKETS = """
[source]
delimiter = ";"
skip = 1
source_tz = "America/Sao_Paulo"
nulls = ["?"]
date_formats = ["%d/%m/%Y %H:%M"]

[[table]]
name = "conversations"
where = "state <> '-100'"
last_by = { key = ["number"], order = "version" }
covers = "2026-01-01..2026-12-31"
[table.columns]
conversation_id = { sql = "'t' || number" }
customer_id = "who"
channel = { constant = "email" }
created_at = "opened"
first_response_at = { constant = "" }
last_solved_at = { sql = "CASE WHEN state = 'closed' THEN strptime(opened, '%d/%m/%Y %H:%M') + INTERVAL 1 HOUR END" }
reason_code = "category_2"

[[table]]
name = "customers"
where = "who <> '?'"
last_by = { key = ["who"], order = "version" }
[table.columns]
customer_id = "who"
"""


@pytest.fixture
def mapped(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> Mapped:
    def write_and_load(mapping: str, files: dict[str, str], **options: Any) -> list[LoadReport]:
        folder = tmp_path / "exports"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content)
        (tmp_path / "own.toml").write_text(mapping)
        return load(warehouse, settings, folder, mapping=tmp_path / "own.toml", **options)

    return write_and_load


def test_a_log_becomes_the_last_row_per_key_in_several_tables(mapped: Mapped, rows: Rows) -> None:
    reports = mapped(TICKETS, {"log.csv": LOG})
    assert [(report.table, report.rows, report.inserted) for report in reports] == [
        ("customers", 2, 2),
        ("conversations", 2, 2),
    ]
    assert rows(
        "SELECT conversation_id, customer_id, created_at, last_solved_at, reason_code FROM conversations ORDER BY 1"
    ) == [
        ("t1", "ann", datetime(2026, 1, 5, 11), datetime(2026, 1, 5, 12), "b"),
        ("t2", None, datetime(2026, 7, 6, 13, 30), None, "d"),
    ]
    assert rows("SELECT from_date::VARCHAR, to_date::VARCHAR FROM coverage") == [("2026-01-01", "2026-12-31")]


def test_a_mapped_file_loaded_twice_changes_nothing(mapped: Mapped) -> None:
    mapped(TICKETS, {"log.csv": LOG})
    again = mapped(TICKETS, {"log.csv": LOG})
    assert [(report.inserted, report.replaced, report.unchanged) for report in again] == [(0, 0, 2), (0, 0, 2)]


def test_rejects_of_a_mapped_file_keep_the_lines_of_the_file(mapped: Mapped) -> None:
    reports = mapped(TICKETS, {"log.csv": LOG + "4;1;open;soon;eve;talk;f\n5;torn\n6;1;open;;eve;talk;f\n"})
    found = [
        (reject.line, reject.column)
        for report in reports
        for reject in report.rejects
        if report.table == "conversations"
    ]
    assert found == [(8, "created_at"), (9, None), (10, "created_at")]


def test_blocks_take_the_files_they_name(mapped: Mapped, rows: Rows) -> None:
    mapping = """
    [[table]]
    name = "customers"
    files = ["people*.csv"]
    columns = { customer_id = "id" }
    [[table]]
    name = "calls"
    files = ["calls-?.csv"]
    [table.columns]
    call_id = "id"
    queued_at = "at"
    wait_s = "wait"
    outcome = { constant = "answered" }
    is_test = { constant = false }
    """
    call = "id,at,wait\nk{0},2026-03-02T08:00:00Z,{0}\n"
    mapped(
        mapping,
        {"people.csv": "id\nA\n", "calls-1.csv": call.format(1), "calls-2.csv": call.format(2), "notes.csv": "x\n1\n"},
    )
    assert rows("SELECT call_id, wait_s, is_test FROM calls ORDER BY 1") == [("k1", 1.0, 0), ("k2", 2.0, 0)]
    assert rows("SELECT customer_id FROM customers") == [("A",)]


def columns(**given: str) -> str:
    complete = {"customer_id": '"who"', **given}
    return '[source]\ndelimiter = ";"\nskip = 1\n[[table]]\nname = "customers"\n[table.columns]\n' + "".join(
        f"{name} = {value}\n" for name, value in complete.items()
    )


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("[[table]", "expected TOML"),
        ("[source]\n", "at least one [[table]]"),
        ('[source]\ndelimeter = ";"\n', 'unknown key "delimeter"'),
        ('[source]\nsource_tz = "Mars/Base"\n', 'unknown time zone "Mars/Base"'),
        ('[source]\nencoding = "utf-9"\n', 'unknown encoding "utf-9"'),
        ('[[table]]\nname = "custs"\ncolumns = {}\n', 'unknown table "custs"'),
        ('[[table]]\nname = "customers"\ncolumns = { segment = "who" }\n', "customer_id of customers is missing"),
        (columns(segmnt='"who"'), "customers has no column segmnt to fill"),
        (columns(segment='{ sq = "1" }'), "table customers, segment: expected a source column"),
        (columns(segment='"boss"'), 'has no column "boss"'),
        (columns(segment="{ sql = \"boss || 'x'\" }"), "mapping own.toml, table customers, segment"),
        (columns(segment='{ sql = "upper(" }'), "the expression is no SQL"),
        (columns(segment='{ sql = "1) FROM range(3" }'), "segment"),
        (columns(segment="{ sql = \"(SELECT content FROM read_text('/etc/hostname'))\" }"), "not a subquery"),
        (columns(segment="{ sql = \"getenv('HOME')\" }"), "not a getenv"),
        (columns(segment="{ sql = \"current_setting('TimeZone')\" }"), "not a current_setting"),
        (columns(segment="{ sql = \"strptime(opened, '%Y')\" }"), "segment: the expression fails on a row"),
        (columns(segment='{ sql = "opened" }').replace("skip", "where_ = 1\nskip"), 'unknown key "where_"'),
    ],
)
def test_a_mistake_in_a_mapping_is_one_line_that_names_the_place(
    mapped: Mapped, rows: Rows, mapping: str, words: str
) -> None:
    with pytest.raises(UserError) as caught:
        mapped(mapping, {"log.csv": LOG})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert rows("SELECT count(*) FROM customers") == [(0,)]


def test_a_condition_may_not_reach_beyond_the_row_either(mapped: Mapped) -> None:
    mapping = columns().replace(
        "[table.columns]", "where = \"who IN (SELECT content FROM read_text('/etc/hostname'))\"\n[table.columns]"
    )
    with pytest.raises(UserError, match="where: an expression may only use columns of its row"):
        mapped(mapping, {"log.csv": LOG})


def test_a_mapping_that_does_not_exist_is_told_with_those_that_do(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match='there is no mapping "nonesuch"'):
        load(warehouse, settings, tmp_path, mapping="nonesuch")
    with pytest.raises(UserError, match="there is no such mapping"):
        load(warehouse, settings, tmp_path, mapping=tmp_path / "none.toml")


@pytest.mark.parametrize("name", shipped_mappings() or ["none shipped"])
def test_every_shipped_mapping_can_be_understood(name: str) -> None:
    if name == "none shipped":
        pytest.skip("no mapping is shipped yet")
    assert find_mapping(name).blocks


def test_a_mapping_reads_another_encoding(warehouse: Warehouse, settings: Settings, tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "people.csv").write_bytes("who\nPäivi\n".encode("latin-1"))
    (tmp_path / "own.toml").write_text(columns().replace('delimiter = ";"\nskip = 1', 'encoding = "latin-1"'))
    load(warehouse, settings, tmp_path / "people.csv", mapping=tmp_path / "own.toml")
    assert rows("SELECT customer_id FROM customers") == [("Päivi",)]


def test_a_mapping_is_parsed_without_a_file() -> None:
    mapping = parse_mapping(TICKETS, "tickets")
    assert [block.table.name for block in mapping.blocks] == ["conversations", "customers"]
    assert (mapping.source_tz, mapping.hints.nulls) == ("America/Sao_Paulo", ("?",))


@pytest.mark.parametrize(
    ("covers", "reason"),
    [
        ('"2026-12-31..2026-01-01"', r"the last day lies before the first in 2026-12-31\.\.2026-01-01"),
        ('["2026-01-01", "2026-12-31"]', "expected days as FIRST..LAST"),
    ],
)
def test_days_of_a_mapping_that_cannot_be_are_blamed_on_it(covers: str, reason: str) -> None:
    text = TICKETS.replace('"2026-01-01..2026-12-31"', covers)
    with pytest.raises(UserError, match=f"^mapping tickets, table conversations, covers: {reason}"):
        parse_mapping(text, "tickets")
