"""A file that cannot be used ends in one clear line, and nothing of it is in the warehouse."""

import gzip
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mittari.errors import UserError
from mittari.load import LoadReport, load
from mittari.settings import Settings
from mittari.store import Warehouse

Bring = Callable[..., LoadReport]
Rows = Callable[[str], list[tuple[Any, ...]]]

HEAD = "call_id,queued_at,wait_s,outcome\n"
ROW = "k1,2026-03-02T08:00:00Z,12.5,answered\n"
BIG = HEAD + "".join(f"k{n},2026-03-02T08:00:00Z,{n * 7919 % 600},answered\n" for n in range(3000))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("calls.csv", b"", "the file is empty"),
        ("calls.csv", HEAD.encode(), "header and no rows"),
        ("calls.jsonl", b"\n\n", "JSON object"),
        ("calls.docx", b"x", 'ending ".docx"'),
        ("calls.parquet", b"PAR1 not really", "Parquet file cannot be read"),
        ("calls.xlsx", b"no workbook", "workbook cannot be read"),
        ("calls.parquet.gz", b"x", "Unpack it first"),
        ("kals.csv", (HEAD + ROW).encode(), "not that of a table"),
        ("calls.csv", (HEAD + ROW + "k2,2026-03-02T08:0").encode(), "ends in the middle of a record, near line 3"),
        ("calls.csv", (HEAD + ROW + 'k2,2026-03-02T08:00:00Z,"1,x\n' + ROW * 50).encode(), "ends in the middle"),
        ("calls.csv", (HEAD + ROW + "k2,2026-03-02T08:00:00Z,1,ä\n").encode("latin-1"), "other bytes on line 3"),
        ("calls.csv", (HEAD + ROW * 9000 + "k2,2026-03-02T08:00:00Z,1,ä\n").encode("latin-1"), "bytes on line 9002"),
        ("calls.csv", (HEAD + ROW).encode("utf-16-le"), "zero byte on line 1"),
        ("calls.csv", b"\xff\xfeh\x00i", "not in utf-16"),
        ("calls.csv.gz", gzip.compress(BIG.encode())[:-2000], "it was cut off"),
        ("calls.csv.gz", b"\x1f\x8b" + b"nonsense" * 9, "gzip file is damaged"),
        ("calls.csv.gz", BIG.encode(), "gzip file is damaged"),
        ("calls.csv.gz", gzip.compress(BIG.encode())[:-8] + b"00000000", "gzip file is damaged"),
        ("calls.csv", (b"call_id,wait_s\nk1,1\n"), "columns queued_at, outcome of calls are missing"),
        ("calls.csv", (HEAD.replace("call_id", "Call ID,call-id") + "k1," + ROW).encode(), "both mean call_id"),
    ],
    ids=[
        "empty", "header only", "no objects", "unknown ending", "no parquet", "no workbook", "packed parquet",
        "unknown name", "cut off", "quote never closed", "latin-1", "latin-1 far below", "utf-16 without mark",
        "utf-16 cut off", "gzip cut off", "gzip damaged", "not gzip", "gzip with a wrong sum", "columns missing",
        "one column twice",
    ],
)  # fmt: skip
def test_an_unusable_file_is_one_clear_line(bring: Bring, rows: Rows, name: str, content: bytes, words: str) -> None:
    with pytest.raises(UserError) as caught:
        bring(name, content)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value) or "kals" in str(caught.value)
    assert rows("SELECT count(*) FROM calls")[0][0] == 0
    assert rows("SELECT count(*) FROM versions")[0][0] == 0


def test_the_missing_column_is_named_with_the_headers_found_and_the_way_out(bring: Bring) -> None:
    with pytest.raises(UserError) as caught:
        bring("calls.csv", "call_id,queued_at,outcome\nk1,2026-03-02T08:00:00Z,answered\n")
    assert "column wait_s of calls is missing; found are call_id, queued_at, outcome" in str(caught.value)
    assert "--template calls" in str(caught.value)


def test_a_table_that_does_not_exist_is_named_with_the_one_meant(bring: Bring) -> None:
    with pytest.raises(UserError, match=r'unknown table "cals"\. Did you mean "calls"'):
        bring("calls.csv", HEAD + ROW, table="cals")


def test_a_table_that_mittari_writes_itself_cannot_be_imported(bring: Bring) -> None:
    with pytest.raises(UserError, match="written by Mittari itself"):
        bring("rejects.csv", HEAD + ROW, table="rejects")


def test_a_path_without_anything_is_named(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or folder"):
        load(warehouse, settings, tmp_path / "calls.csv")
    with pytest.raises(UserError, match="no file that can be imported"):
        load(warehouse, settings, tmp_path / "home")


def test_a_pipe_is_refused_instead_of_waited_for(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "calls.csv")
    with pytest.raises(UserError, match="expected a file"):
        load(warehouse, settings, tmp_path / "calls.csv")


def test_a_line_of_two_gigabytes_is_refused_without_eating_memory(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(HEAD + ROW)
    os.truncate(path, 2_000_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError, match=r"line 3 is longer than 2 MB|zero byte on line 3"):
        load(warehouse, settings, path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000, f"{grown} kB"


@pytest.mark.parametrize("quoted", [False, True])
def test_a_record_beyond_the_limit_is_refused(bring: Bring, quoted: bool) -> None:
    text = '"' + "many words\n" * 250_000 + '"' if quoted else "x" * 2_500_000
    with pytest.raises(UserError, match="longer than 2 MB"):
        bring(
            "messages.csv",
            f"message_id,conversation_id,sent_at,author_type,text\nm1,c1,2026-03-02T08:00:00Z,agent,{text}\n",
        )


def test_a_failing_file_of_a_folder_leaves_the_others_out_as_well(
    warehouse: Warehouse, settings: Settings, tmp_path: Path, rows: Rows
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "calls.csv").write_text(HEAD + ROW)
    (folder / "work_time.csv").write_text("agent_id,date\ne1,2026-03-02\n")
    with pytest.raises(UserError, match="of work_time are missing"):
        load(warehouse, settings, folder)
    assert rows("SELECT count(*) FROM calls")[0][0] == 0


def test_a_folder_may_hold_notes_and_locks_of_open_workbooks(
    warehouse: Warehouse, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "calls.csv").write_text(HEAD + ROW)
    (folder / "work_time.TXT").write_text("agent_id,date,paid_s,handling_s,idle_s\ne1,2026-03-02,3600,9,9\n")
    (folder / "~$calls.xlsx").write_bytes(b"\x05Aino")
    for name in ("README.txt", "README.md", "notes.docx", "terms.txt.gz"):
        (folder / name).write_text("")
    assert [report.file for report in load(warehouse, settings, folder)] == ["calls.csv", "work_time.TXT"]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "xlsx", "csv.gz"])
def test_data_of_a_folder_under_no_table_s_name_stop_the_load(
    warehouse: Warehouse, settings: Settings, tmp_path: Path, ending: str
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "calls.csv").write_text(HEAD + ROW)
    (folder / f"shoes.{ending}").write_text("size\n42\n")
    with pytest.raises(UserError, match="not that of a table"):
        load(warehouse, settings, folder)


def test_an_error_in_the_middle_of_the_transaction_leaves_nothing(
    bring: Bring, rows: Rows, monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mittari.load.run.record_rejects", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bring("calls.csv", HEAD + ROW)
    assert rows("SELECT count(*) FROM calls")[0][0] == 0
    assert rows("SELECT count(*) FROM coverage")[0][0] == 0
    assert not list(warehouse.temporary.glob("load-*"))
    monkeypatch.undo()
    assert bring("calls.csv", HEAD + ROW).inserted == 1


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk_is_one_clear_line(bring: Bring, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mittari.load.plaintext._copy", full)
    with pytest.raises(UserError, match="the disk is full, nothing was changed"):
        bring("calls.csv.gz", gzip.compress((HEAD + ROW).encode()))
    assert rows("SELECT count(*) FROM calls")[0][0] == 0


def test_a_calendar_that_is_never_open_is_refused(bring: Bring, rows: Rows) -> None:
    with pytest.raises(UserError, match="never open"):
        bring("business_calendars.csv", "calendar_id,tz,date,kind\nshut,Europe/Helsinki,2026-12-25,holiday\n")
    assert rows("SELECT count(*) FROM business_calendars")[0][0] == 0


def test_a_header_alone_says_with_declared_days_that_nothing_happened(bring: Bring, rows: Rows) -> None:
    assert bring("calls.csv", HEAD, covers="2026-03-01..2026-03-07").rows == 0
    assert rows('SELECT "table", from_date::VARCHAR, to_date::VARCHAR FROM coverage') == [
        ("calls", "2026-03-01", "2026-03-07")
    ]
