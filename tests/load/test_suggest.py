"""`--suggest`: a file in our own layout needs no change, a foreign one is understood as far as it can be."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from mittari.errors import UserError
from mittari.load import LoadReport, load
from mittari.load.mapping import parse_mapping
from mittari.load.suggest import FILL_IN, suggest
from mittari.settings import Settings
from mittari.store import Warehouse

FIXTURES = sorted((Path(__file__).parents[1] / "golden" / "fixtures").glob("*.csv"))
VENDORS = Path(__file__).parent / "vendors"

Rows = Callable[[str], list[tuple[Any, ...]]]
Suggested = Callable[..., dict[str, Any]]
BringSuggested = Callable[..., LoadReport]


@pytest.fixture
def suggested(tmp_path: Path) -> Suggested:
    """The only table of the mapping suggested for a file with this text."""

    def of(name: str, text: str, encoding: str = "utf-8") -> dict[str, Any]:
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        (table,) = tomllib.loads(suggest(path))["table"]
        found: dict[str, Any] = table
        return found

    return of


@pytest.fixture
def bring_suggested(warehouse: Warehouse, settings: Settings, tmp_path: Path) -> BringSuggested:
    """Load a file with nothing but the mapping suggested for it."""

    def load_it(path: Path) -> LoadReport:
        (tmp_path / "suggested.toml").write_text(suggest(path), encoding="utf-8")
        (report,) = load(warehouse, settings, path, mapping=tmp_path / "suggested.toml")
        return report

    return load_it


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_file_in_our_own_layout_needs_no_change(path: Path, bring_suggested: BringSuggested) -> None:
    text = suggest(path)
    assert FILL_IN not in text
    report = bring_suggested(path)
    assert report.table == path.stem
    assert report.rejected == 0
    assert report.inserted > 0


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        (
            "export.csv",
            "Tikettinumero;Asiakas;Kanava;Luotu;Ratkaistu",
            "1;a1;sähköposti;5.10.2026 9:00;5.10.2026 10:00",
        ),
        ("export.csv", "Saksnummer;Kunde;Kanal;Opprettet;Løst", "1;a1;e-post;05.10.2026 09:00;05.10.2026 10:00"),
        ("export.csv", "Ärendenummer;Kund;Kanal;Skapad;Löst", "1;a1;chatt;2026-10-05 09:00;2026-10-05 10:00"),
        (
            "export.csv",
            "Case number;Client ID;Origin;Opened;Resolved",
            "1;a1;Web form;2026-10-05 09:00;2026-10-05 10:00",
        ),
    ],
)
def test_tickets_are_recognised_in_four_languages(suggested: Suggested, name: str, header: str, row: str) -> None:
    table = suggested(name, f"{header}\n{row}\n")
    assert table["name"] == "conversations"
    first = header.split(";")
    assert table["columns"]["conversation_id"] == first[0]
    assert table["columns"]["created_at"] == first[3]
    assert table["columns"]["last_solved_at"] == first[4]


def test_words_of_theirs_become_ours_and_unknown_ones_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "Call ID,Queued at,Wait time,Result\n1,2026-10-05 09:00,12,Served\n2,2026-10-05 09:01,40,Hung up\n"
        "3,2026-10-05 09:02,5,Parked\n"
    )
    text = suggest(path)
    assert "WHEN 'Served' THEN 'answered'" in text
    assert "WHEN 'Hung up' THEN 'abandoned'" in text
    assert f"# {FILL_IN}: what is Parked? One of answered, abandoned," in text


def test_what_is_suggested_for_words_of_theirs_loads(
    tmp_path: Path, bring_suggested: BringSuggested, rows: Rows
) -> None:
    path = tmp_path / "phone.csv"
    path.write_text(
        "Call ID,Date,Start,Wait time,Result\n1,2026-10-05,9:00:00,12,Served\n2,2026-10-05,9:01:00,40,Hung up\n"
    )
    assert bring_suggested(path).rejected == 0
    assert rows("SELECT call_id, strftime(queued_local, '%H:%M'), outcome FROM calls ORDER BY ALL") == [
        ("1", "09:00", "answered"),
        ("2", "09:01", "abandoned"),
    ]


def test_instants_counted_in_seconds_are_read_as_utc(
    tmp_path: Path, bring_suggested: BringSuggested, rows: Rows
) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("respondent id,timestamp,nps\nr1,1791190800,10\nr2,1791194400,6\n")
    bring_suggested(path)
    assert rows("SELECT strftime(responded_at, '%Y-%m-%d %H:%M'), score, kind FROM responses ORDER BY ALL") == [
        ("2026-10-05 09:00", 10.0, "nps"),
        ("2026-10-05 10:00", 6.0, "nps"),
    ]


def test_a_scale_to_five_is_satisfaction(suggested: Suggested) -> None:
    table = suggested(
        "survey.csv", "Response ID,Submitted,Rating,Comment\n1,2026-10-05 09:00,5,good\n2,2026-10-05 10:00,1,bad\n"
    )
    assert table["columns"]["kind"] == {"constant": "csat"}
    assert table["columns"]["score"] == "Rating"
    assert table["columns"]["text"] == "Comment"


@pytest.mark.parametrize(
    ("days", "pattern"),
    [
        (("13/10/2026 09:00", "01/10/2026 10:00"), "%d/%m/%Y %H:%M"),
        (("10/13/2026 9:00 PM", "10/1/2026 9:00 AM"), "%m/%d/%Y %I:%M %p"),
    ],
)
def test_days_with_slashes_show_by_a_number_over_twelve_which_comes_first(
    tmp_path: Path, days: tuple[str, str], pattern: str
) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(
        "ticket id,customer id,channel,created\n" + "".join(f"{n},c{n},email,{day}\n" for n, day in enumerate(days))
    )
    assert tomllib.loads(suggest(path))["source"]["date_formats"] == [pattern]


def test_rows_that_are_events_are_reduced_to_the_last_of_each(suggested: Suggested) -> None:
    rows = "".join(
        f"{number},c{number},email,2026-10-05 09:00,{change}\n" for number in range(40) for change in range(3)
    )
    table = suggested("incidents.csv", "number,caller id,contact type,opened at,changes\n" + rows)
    assert table["last_by"] == {"key": ["number"], "order": "changes"}


def test_texts_for_an_empty_value_and_an_old_encoding_are_found(tmp_path: Path) -> None:
    path = tmp_path / "tilaukset.csv"
    path.write_bytes(
        "Tilausnumero;Asiakas;Tilauspäivä;Summa;Valuutta\n1;Mäki;2026-10-05;10,50;EUR\n2;Suo;2026-10-06;?;EUR\n".encode(
            "cp1252"
        )
    )
    content = tomllib.loads(suggest(path))
    assert content["source"]["encoding"] == "cp1252"
    assert content["source"]["nulls"] == ["?"]
    assert content["table"][0]["name"] == "orders"


def test_a_zone_in_a_header_is_the_zone_of_the_source() -> None:
    content = tomllib.loads(suggest(VENDORS / "intercom" / "conversations.csv"))
    assert content["source"]["source_tz"] == "Europe/Helsinki"
    assert content["table"][0]["name"] == "conversations"


@pytest.mark.parametrize("name", ["zendesk_tickets.csv", "freshdesk_tickets.csv", "chatwoot/conversations.csv"])
def test_exports_of_help_desks_are_conversations(name: str) -> None:
    assert parse_mapping(suggest(VENDORS / name), name).blocks[0].table.name == "conversations"


def test_a_required_column_that_nothing_fills_is_marked_and_stops_the_load(tmp_path: Path) -> None:
    path = tmp_path / "contracts.csv"
    path.write_text("Contract ID,Customer ID,Monthly fee\nk1,a,10.00\nk2,b,20.00\n")
    text = suggest(path)
    assert '# started_at = "..."' in text
    with pytest.raises(UserError, match="started_at of subscriptions is missing"):
        parse_mapping(text, "contracts.toml")


def test_quotes_and_line_ends_in_headers_and_values_do_not_break_the_mapping(
    tmp_path: Path, bring_suggested: BringSuggested
) -> None:
    path = tmp_path / "responses.csv"
    path.write_text(
        'score,responded_at,kind,"my ""own"" note","a\\b"\n5,2026-10-05,csat,"two\nlines","x\n# y"\n', newline=""
    )
    assert bring_suggested(path).inserted == 1


def test_a_file_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        suggest(tmp_path / "nothing.csv")


def test_a_folder_is_no_file_to_suggest_for(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match=r"found a folder.*such as one\.csv"):
        suggest(tmp_path)


@pytest.mark.parametrize("ending", ["jsonl", "parquet", "csv.gz"])
def test_other_formats_are_looked_at_as_well(tmp_path: Path, ending: str, bring_suggested: BringSuggested) -> None:
    path = tmp_path / f"anything.{ending}"
    rows = (
        "SELECT 'c1' AS \"call id\", TIMESTAMP '2026-10-05 09:00' AS \"queue start\", 12.5 AS wait, 'served' AS result"
    )
    options = {"jsonl": "FORMAT json", "parquet": "FORMAT parquet", "csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip"}[
        ending
    ]
    duckdb.execute(f"COPY ({rows}) TO '{path}' ({options})")
    report = bring_suggested(path)
    assert (report.table, report.inserted, report.rejected) == ("calls", 1, 0)


def test_names_of_people_are_not_repeated_in_the_mapping() -> None:
    text = suggest(VENDORS / "freshdesk_tickets.csv")
    assert "Full name" in text
    assert "Aino" not in text
    assert "example.com" not in text


@pytest.mark.parametrize(
    ("file", "mapping"),
    [
        ("zendesk_tickets.csv", "zendesk"),
        ("freshdesk_tickets.csv", "freshdesk"),
        ("intercom/conversations.csv", "intercom"),
        ("intercom/csat.csv", "intercom"),
        ("chatwoot/conversations.csv", "chatwoot"),
    ],
)
def test_a_shipped_mapping_that_fits_is_pointed_out(file: str, mapping: str) -> None:
    assert re.findall(r"--mapping (\w+)$", suggest(VENDORS / file), flags=re.MULTILINE) == [mapping]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_no_shipped_mapping_is_pointed_out_for_our_own_layout(path: Path) -> None:
    assert "comes with Mittari" not in suggest(path)
