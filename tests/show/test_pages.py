"""The pages over a sample workspace: what they say, what they refuse, what they leave alone when nothing changed."""

import csv
import io
import logging
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from litestar import get, post

from mittari.errors import UserError
from mittari.show.web.app import create_app
from show import sample
from show.visitor import Visitor


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = sample.NOW

    def __call__(self) -> datetime:
        return self.now


@get("/broken", sync_to_thread=False)
def broken() -> None:
    raise RuntimeError("the disk is on fire")


@post("/touch", sync_to_thread=False)
def touch() -> dict[str, bool]:
    return {"done": True}


def open_site(workspace: sample.SampleWorkspace, clock: Any = None) -> Visitor:
    return Visitor(create_app(workspace, clock=clock or Clock(), handlers=[broken, touch]))


@pytest.fixture
def client():
    return open_site(sample.SampleWorkspace())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def card(html: str, kpi_id: str) -> str:
    [found] = re.findall(rf'<article [^>]*aria-labelledby="label-{kpi_id}".*?</article>', html, re.DOTALL)
    return text_of(found)


def test_the_board_has_a_card_for_every_kpi_with_a_value(client):
    html = client.get("/").text
    for row in sample.KPIS:
        if row[0] not in (sample.NO_DATA, sample.SUPPRESSED, sample.MIXED):
            assert row[1] in card(html, row[0])


def test_the_ranked_kpis_are_the_heroes_in_their_order(client):
    html = client.get("/").text
    heroes = html[html.index('id="heroes"') : html.index('id="charts"')]
    assert re.findall(r'id="label-(\w+)"', heroes) == ["nps", "csat", "service_level", "first_contact_resolution_rate"]


def test_every_number_is_a_link_that_keeps_the_view(client):
    html = client.get("/?period=2026-10&channel=chat").text
    links = re.findall(r'<a id="open-[\w-]+" class="open" href="([^"]+)"', html)
    assert len(links) > 20
    assert all(link.endswith("?period=2026-10&amp;channel=chat") for link in links)
    assert client.get(links[0].replace("&amp;", "&")).status == 200


def test_a_card_says_value_interval_change_verdict_and_target(client):
    said = card(client.get("/?period=2026-09").text, "service_level")
    assert re.search(r"\d\d\.\d % 95 % interval \d\d\.\d–\d\d\.\d % .\d+\.\d pp (real|noise) .*target ≥ 80\.0 %", said)


def test_a_kpi_of_several_scales_has_a_card_for_each_and_names_it(client):
    html = client.get("/").text
    assert "scale 1-5" in card(html, "ces-1-5")
    assert "scale 1-7" in card(html, "ces-1-7")


def test_few_cases_are_said_and_get_neither_verdict_nor_chip(client):
    said = card(client.get("/?period=2026-09").text, sample.FEW)
    assert "few cases" in said
    assert "cannot tell" in said
    assert not re.search(r"near|off target", said)


def test_a_kpi_without_data_says_what_is_missing(client):
    assert "load feedback_actions" in client.get("/").text


def test_a_running_period_is_called_provisional_once(client):
    assert client.get("/?period=last-30-days").text.count("provisional") == 1
    assert "provisional" not in client.get("/?period=2026-09").text


def test_a_failed_kpi_shows_its_error_and_leaves_the_rest():
    html = open_site(sample.SampleWorkspace(failing=("csat",))).get("/").text
    assert "Could not be computed. Catalog Error: column wait_s does not exist" in card(html, "csat")
    assert re.search(r"\d\d\.\d", card(html, "nps"))


def test_a_section_that_breaks_leaves_the_others_and_is_logged(caplog):
    with caplog.at_level(logging.ERROR, logger="mittari.show"):
        html = open_site(sample.SampleWorkspace(broken=("brand_image_score",))).get("/").text
    assert "RuntimeError: the warehouse went away" in card(html, "brand_image_score")
    assert re.search(r"\d\d\.\d", card(html, "nps"))
    assert "the warehouse went away" in caplog.text


@pytest.mark.parametrize("period", ["last-36500-days", "1900-01"])
def test_a_period_without_an_earlier_one_is_shown_without_comparison(client, period):
    html = client.get(f"/?period={period}").text
    assert "Could not be computed" not in html
    assert not re.search(r"real|noise|cannot tell", card(html, "nps"))
    for address in (f"/kpi/nps?period={period}", f"/board/charts?period={period}"):
        answer = client.get(address)
        assert answer.status == 200
        assert "could not be shown" not in answer.text


def test_what_the_user_can_mend_is_said_on_the_card_and_not_logged_as_ours(monkeypatch, caplog):
    def refuse(*_: Any, **__: Any) -> None:
        raise UserError("no exchange rate for SEK")

    workspace = sample.SampleWorkspace()
    monkeypatch.setattr(workspace, "scorecard", refuse)
    with caplog.at_level(logging.WARNING, logger="mittari.show"):
        html = open_site(workspace).get("/").text
    assert "Could not be computed. no exchange rate for SEK" in card(html, "nps")
    assert caplog.records == []


def test_an_unchanged_board_answers_304_and_keeps_its_policy(client):
    first = client.get("/")
    again = client.get("/", if_none_match=first.headers["etag"])
    assert again.status == 304
    assert "content-security-policy" not in again.headers


def test_nothing_is_computed_while_nothing_changed():
    workspace = sample.SampleWorkspace()
    client = open_site(workspace)
    seen = re.search(r"seen=([\w-]+)", client.get("/").text)
    assert seen is not None
    asked = workspace.asked
    assert client.get(f"/board/cards?period=last-30-days&seen={seen[1]}").status == 204
    client.get("/")
    assert workspace.asked == asked


def test_new_data_brings_every_part_of_the_board_anew():
    workspace = sample.SampleWorkspace()
    client = open_site(workspace)
    seen = re.search(r"seen=([\w-]+)", client.get("/").text)
    assert seen is not None
    workspace.version += 1
    answer = client.get(f"/board/cards?period=last-30-days&seen={seen[1]}")
    assert answer.status == 200
    assert answer.text.lstrip().startswith('<div id="live"')
    assert set(re.findall(r'id="([\w-]+)"[^>]* hx-swap-oob="true"', answer.text)) >= {
        "stamp",
        "heroes",
        "charts",
        "section-va",
    }


def test_numbers_are_computed_anew_after_a_while_even_without_new_data():
    clock = Clock()
    client = open_site(sample.SampleWorkspace(), clock)
    tag = client.get("/").headers["etag"]
    clock.now += timedelta(minutes=6)
    assert client.get("/", if_none_match=tag).status == 200


def test_the_charts_come_with_a_table_of_their_numbers(client):
    html = client.get("/board/charts").text
    assert html.count('<section class="panel chart-panel"') == 2
    assert html.count('<tr><th scope="row">') == 24


def test_an_empty_installation_says_what_to_import():
    workspace = sample.SampleWorkspace(empty=True)
    client = open_site(workspace)
    assert "mittari import" in client.get("/").text
    assert client.get("/board/ready").status == 204
    workspace.empty = False
    assert client.get("/board/ready").headers["hx-refresh"] == "true"


def test_the_empty_board_promises_what_the_catalogue_has_and_nothing_else():
    html = open_site(sample.SampleWorkspace(empty=True)).get("/").text
    promised = re.findall(r"<dt><code>(.*?)</code></dt><dd>(.*?)</dd>", html)
    assert promised == [("conversations", ", ".join(row[1] for row in sample.KPIS))]


def test_the_stamp_names_the_newest_load_in_local_time(client):
    assert 'data-loaded="2026-11-24T12:03:00Z"' in client.get("/").text
    assert "Data until 14:03" in text_of(client.get("/").text)


def test_the_page_of_a_kpi_opens_the_number(client):
    said = text_of(client.get("/kpi/service_level?period=2026-10").text)
    for part in (
        "Counts Every case",
        "Left out Spam",
        "owned by manager",
        "Net Promoter Score",
        "within=20",
        "call-back offered in the queue",
        "cases counted 1 480",
    ):
        assert part in said


def test_receipt_and_rows_are_asked_for_once_the_number_stands(client):
    html = client.get("/kpi/service_level?period=2026-10").text
    asked = re.findall(
        r'hx-get="(/kpi/service_level\.share/(?:receipt|rows)\?period=2026-10)" hx-trigger="(\w+)"', html
    )
    assert [trigger for _, trigger in asked] == ["load", "revealed"]
    receipt, rows = (text_of(client.get(address).text) for address, _ in asked)
    assert "select count(*)" in receipt
    assert "short abandon 31" in receipt
    assert "1 to 50" in rows


def test_outputs_of_a_kpi_are_tabs(client):
    html = client.get("/kpi/csat.mean?period=2026-10").text
    assert re.findall(r'href="/kpi/(csat\.\w+)\?period=2026-10"( aria-current="page")?>', html) == [
        ("csat.share", ""),
        ("csat.mean", ' aria-current="page"'),
        ("csat.bottom2", ""),
    ]


def test_slices_with_too_few_cases_are_not_ranked(client):
    html = client.get("/kpi/service_level/slices?period=2026-10&by=channel").text
    said = text_of(html)
    assert said.index("phone") < said.index("Too few cases or groups to compare") < said.index("rare")
    assert re.search(r'<svg class="bar neutral".*', html[html.index("Too few cases") :])


def test_rows_say_which_were_left_out_and_why(client):
    html = client.get("/kpi/service_level/rows?period=2026-10&offset=100").text
    assert "no: spam" in html
    assert "101 to 120" in text_of(html)
    assert "Next" not in html


def test_rows_as_csv_are_complete_and_harmless(client):
    answer = client.get("/kpi/service_level/rows.csv?period=2026-10")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 120
    assert rows[3]["subject"] == "'=1+1"
    assert answer.headers["content-disposition"] == 'attachment; filename="service_level.share-2026-10.csv"'


def test_rows_as_csv_have_a_header_even_without_rows(monkeypatch):
    workspace = sample.SampleWorkspace()
    monkeypatch.setattr(workspace, "rows", lambda *_, **__: [])
    text = open_site(workspace).get("/kpi/service_level/rows.csv?period=2026-10").text
    assert text == "side,part,period,key,at,block,included,reason,x,y\r\n"


def test_the_record_as_json_is_the_record(client):
    [found] = client.get("/kpi/service_level/result.json?period=2026-10").json()
    assert found == sample.SampleWorkspace().kpi("service_level", "2026-10")[0].as_dict()


def test_a_part_that_breaks_leaves_the_page(monkeypatch, caplog):
    workspace = sample.SampleWorkspace()
    monkeypatch.setattr(workspace, "interventions", lambda: 1 / 0)
    with caplog.at_level(logging.ERROR, logger="mittari.show"):
        html = open_site(workspace).get("/kpi/nps?period=2026-10").text
    assert "ZeroDivisionError: division by zero" in html
    assert html.rstrip().endswith("</html>")
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/?period=yesterday", 400, "2026-10-01..2026-10-15"),
        ("/?chanel=phone", 400, "Did you mean &#34;channel&#34;?"),
        ("/?chanel=", 400, "Did you mean &#34;channel&#34;?"),
        ("/?slice=foo", 400, "a dimension with its value"),
        ("/?slice=channel=", 400, "a dimension with its value"),
        ("/?period=2026-09&period=2026-10", 400, "given more than once"),
        ("/?channel=chat&channel=phone", 400, "given more than once"),
        ("/kpi/nps?by=channel&by=team_id", 400, "given more than once"),
        (f"/?channel={'x' * 501}", 400, "500 characters at most"),
        (f"/?slice=channel={'x' * 500}", 400, "500 characters at most"),
        (f"/?{'x' * 501}=1", 400, "500 characters at most"),
        ("/kpi/nps?by=planet", 400, "customer.segment"),
        ("/kpi/nps/rows?offset=-1", 400, "number of rows to skip"),
        ("/kpi/npx", 404, "No KPI is called"),
        ("/kpi/nps.median", 404, "It has: score."),
        ("/nowhere", 404, "not an address of this board"),
        ("/touch", 405, "cannot be used that way"),
    ],
)
def test_a_wrong_address_gets_a_page_that_says_what_is_accepted(client, address, status, said):
    answer = client.get(address)
    assert answer.status == status
    assert said in answer.text
    assert 'href="/"' in answer.text


def test_a_fault_gets_a_page_and_a_traceback_in_the_log(client, caplog):
    with caplog.at_level(logging.ERROR, logger="mittari.show"):
        answer = client.get("/broken")
    assert answer.status == 500
    assert "on fire" not in answer.text
    assert "RuntimeError: the disk is on fire" in caplog.text


def test_nothing_from_the_address_reaches_the_page_unescaped(client):
    for address in ("/?period=<script>alert(1)</script>", "/?channel=<script>alert(1)</script>", "/kpi/<script>"):
        assert "<script>alert" not in client.get(address).text


def test_pages_travel_compressed_and_whole(client):
    packed = client.get("/", accept_encoding="gzip")
    plain = client.get("/", accept_encoding="identity")
    nonce = re.compile(r'nonce="[^"]+"')
    assert packed.headers["content-encoding"] == "gzip"
    assert nonce.sub("", packed.text) == nonce.sub("", plain.text)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/", "text/html"),
        ("/kpi/nps", "text/html"),
        ("/kpi/nps/rows", "text/html"),
        ("/nowhere", "text/html"),
        ("/kpi/nps/rows.csv", "text/csv"),
    ],
)
def test_the_content_type_names_the_charset_once(client, address, kind):
    assert client.get(address).headers["content-type"] == f"{kind}; charset=utf-8"


@pytest.mark.parametrize(
    "address", ["/", "/kpi/nps", "/kpi/nps/rows.csv", "/?period=x", "/nowhere", "/static/look.css"]
)
def test_head_is_answered_like_get_without_a_body(client, address):
    whole, head = client.get(address), client.head(address)
    assert (head.status, head.headers["content-type"]) == (whole.status, whole.headers["content-type"])
    assert head.headers.get("etag") == whole.headers.get("etag")
    assert head.pieces == ()


def test_head_computes_no_number():
    workspace = sample.SampleWorkspace()
    open_site(workspace).head("/")
    assert workspace.asked == 0


def test_files_are_kept_for_ever_because_their_address_changes_with_them(client):
    [address] = re.findall(r'href="(/static/look\.css\?v=\w{12})"', client.get("/").text)
    answer = client.get(address)
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]


def test_no_page_loads_or_names_anything_elsewhere(client):
    for address in ("/", "/kpi/nps", "/board/charts", "/?period=x", "/static/look.css", "/static/site.js"):
        found = re.findall(
            r"(?:https?:)?//[\w.-]+", re.sub(r'xmlns(:\w+)?=["\'][^"\']+["\']', "", client.get(address).text)
        )
        assert [name for name in found if name.startswith("http")] == []


def test_the_head_of_the_board_is_sent_before_any_number(client):
    first, *others = client.get("/").pieces
    assert b"<h1>" in first
    assert b"</html>" not in first
    assert len(others) > 5


def test_a_live_board_rests_after_a_costly_refresh(client):
    site = client.app.state.site
    site.rest("period=last-30-days", took=60.0)
    assert client.get("/board/cards?period=last-30-days&seen=old").status == 204
    assert client.get("/board/cards?period=2026-09&seen=old").status == 200


class TwoScales(sample.SampleWorkspace):
    """A company that asks about satisfaction from 1 to 5, and since lately a few at a kiosk from 1 to 4."""

    def kpi(self, name: str, *asked: Any, **more: Any) -> list[Any]:
        found = super().kpi(name, *asked, **more)
        return self._on_two(found) if name.startswith("csat") and not more.get("by") else found

    def _on_two(self, csat: list[Any]) -> list[Any]:
        often = [replace(record, slice={**record.slice, "scale": "1-5"}) for record in csat]
        seldom = [replace(record, slice={**record.slice, "scale": "1-4"}, n=6, value=0.123) for record in csat[-3:]]
        return seldom + often


def test_the_page_of_a_kpi_of_several_scales_begins_with_the_one_with_most_answers():
    html = open_site(TwoScales()).get("/kpi/csat?period=2026-09").text
    said = text_of(html)
    assert 0 < said.index("scale 1-5") < said.index("scale 1-4")


def test_the_chart_of_a_kpi_of_several_scales_is_of_the_one_with_most_answers_and_names_it():
    html = open_site(TwoScales()).get("/board/charts?period=2026-09").text
    [chart] = re.findall(r'<section [^>]*aria-labelledby="chart-csat".*?</section>', html, re.DOTALL)
    assert "scale 1-5" in text_of(chart)
    assert "12.3 %" not in text_of(chart)
    assert "scale" not in text_of(html.replace(chart, "")), "who was asked on one scale only needs no name of it"
