"""Every page is wholly in the language of the installation."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from jinja2 import Environment, nodes

from mittari.measure.rulesets import SETS
from mittari.settings import LANGUAGES
from mittari.show.format import Style
from mittari.show.language import ENGLISH
from mittari.show.page_texts import TEMPLATES, page_texts
from mittari.show.speech import Speech, has_words, with_code
from show import sample
from show.collecting import DEVICES, SURVEYS, collecting
from show.reading import read
from show.visitor import Answer, Visitor

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
EMPTY = ("/surveys", "/follow-ups", "/devices")
FULL = (
    *("/surveys", "/surveys/new", "/surveys/new?kind=quality", "/surveys/none"),
    *(f"/surveys/{name}" for name in ("sauna", "unowned", "hurry", "invited", "shut", "wrong", "torn")),
    *("/surveys/sauna?saved=yes", "/surveys/unowned?saved=yes"),
    *("/follow-ups", "/follow-ups?customer=K1", "/follow-ups?customer=K9", "/follow-ups?offset=50"),
    *(f"/follow-ups?done={deed}&closed=a1" for deed in ("contacted", "closed", "reopened", "handed")),
    *("/devices", "/?period=soon", "/?period=2026-10&period=2026", "/kpi/none"),
)
BOARD = (
    *("/", "/?period=2026-10", "/?period=2026-W40&channel=phone&team_id=t1", "/?period=2026-06-29T09:00Z"),
    *("/board/charts?period=2026", "/board/charts?period=2026-Q3", "/board/cards?period=2026-10&seen=x"),
)
KPI = (
    *("/kpi/nps", "/kpi/service_level?period=2026-10&by=channel", "/kpi/csat.bottom2?period=2026-W40", "/kpi/ces"),
    *("/kpi/ces?by=team_id", "/kpi/service_recovery_rate", "/kpi/employee_satisfaction", "/kpi/cost_per_contact"),
    *("/kpi/occupancy_rate?channel=phone", "/kpi/nps/slices?by=customer.segment", "/kpi/ces/receipt"),
    *("/kpi/conversation_count.contacts", "/kpi/customer_churn_rate?period=2026"),
    *("/kpi/nps/rows", "/kpi/nps/rows?offset=100", "/kpi/nps/rows?offset=900", "/kpi/nps/rows?offset=x"),
    *("/kpi/service_level/rules", "/kpi/service_level?rules=zendesk"),
)
HALF = {"count": "2", "title": "Exit 7", "q0.kind": "quality_service", "q1.kind": "csat", "q1.scale": "1-3"}
OF_DEVICES = {
    "damaged as well": ("/devices", {"do": "sold"}),
    "no address": ("/devices", {"do": "owner", "device": "front", "owner": "Aino", "language": "fi"}),
    "no such language": ("/devices", {"do": "owner", "device": "front", "owner": "", "language": "de"}),
}
FORMS = {
    **OF_DEVICES,
    "fields at fault": ("/surveys/new", {**HALF, "name": "Ei Ole", "owner": "Aino", "reaction_time": "soon"}),
    "a name in use": ("/surveys/new", {**HALF, "name": "sauna", "languages": "fi"}),
    "no language": ("/surveys/new", {"name": "one", "count": "1", "q0.kind": "nps", "q0.if": "no", "do": "save"}),
    "no question": ("/surveys/new", {"name": "one", "count": "0", "languages": "fi"}),
    "a question more": ("/surveys/new", {**HALF, "do": "add", "added": "brands"}),
    "somebody was quicker": ("/surveys/hurry", {"count": "1", "q0.kind": "nps", "languages": "fi", "seen": "x"}),
    "damaged": ("/surveys/new", {"unseen": "{"}),
    "damaged too": ("/follow-ups", {"do": "closed"}),
}
SAME = {
    "Mittari",
    "kiosk",
    "chat",
    "min",
    "segment",
    "UTC",
    "NPS",
    "Period",
    "per",
    "Definition",
    "version",
    *LANGUAGES,
}
"""Words that are the same in several of the languages."""


PERIODS = "2026-10 · 2026-W40 · 2026-Q3 · 2026 · 2026-10-05 · 2026-10-01..2026-10-15 · last-30-days"
EXAMPLES = {"after-service", "de, et", "surveys/NAME.toml", PERIODS}
"""What is typed in, the same in every language."""


OF_CATALOGUE = sorted(
    {
        text
        for each in sample.SampleWorkspace().catalogue()
        for text in (each.title, each.asks, each.counted, each.left_out, each.beware)
    },
    key=len,
    reverse=True,
)
"""What the sample says of its KPIs; no message file knows it."""


@cache
def pages(language: str) -> Mapping[str, Answer]:
    """Every page of collecting in the language, by what was asked."""
    found: dict[str, Answer] = {}
    with TemporaryDirectory() as folder:
        with collecting(Path(folder) / "empty", language, full=False) as (app, _):
            found |= {f"empty {address}": Visitor(app).get(address) for address in EMPTY}
        with collecting(Path(folder) / "full", language, public_address="https://feedback.example") as (app, _):
            found |= {address: Visitor(app).get(address) for address in FULL}
            found |= {name: Visitor(app).send(*form) for name, form in FORMS.items()}
        with collecting(Path(folder) / "hidden", language) as (app, _):
            found["not public"] = Visitor(app).get("/surveys")
        found |= numbers(Path(folder), language)
    return found


def numbers(folder: Path, language: str) -> dict[str, Answer]:
    """The pages of numbers: whole, without any data, and with numbers that cannot be had."""
    found: dict[str, Answer] = {}
    with collecting(folder / "numbers", language) as (app, _):
        found |= {address: Visitor(app).get(address) for address in (*BOARD, *KPI)}
    with collecting(folder / "failing", language, failing=["csat"], broken=["ces"]) as (app, _):
        found |= {f"failing {address}": Visitor(app).get(address) for address in (*BOARD[:2], "/kpi/csat", "/kpi/ces")}
    with collecting(folder / "none", language, empty=True) as (app, _):
        found["no data"] = Visitor(app).get("/")
    return found


def words_of(text: str) -> set[str]:
    """The words of a text; addresses, names of files and what the sample calls its KPIs are none."""
    plain = re.sub(r"https://\S+|\S+\.toml|\b[a-z]+_[a-z_]+\b", "", without_own(text))
    return set(re.findall(r"[^\W\d_]{2,}", plain))


def without_own(text: str) -> str:
    """The text without what the sample says of its KPIs."""
    return re.sub("|".join(map(re.escape, OF_CATALOGUE)), "", text)


DATA = {
    *{*SURVEYS, *DEVICES, "Sauna", "visits", "Exit", "Aino", "Eino", "Zzz", "exit", "Qq", "Alfa", "Beta", "npss"},
    *(
        "phone",
        "email",
        "social",
        "b2b",
        "b2c",
        "rare",
        "subject",
        "manager",
        "staffing",
        "house",
        "JSON",
        "SQL",
        "CSV",
    ),
    *{word for each in SETS for word in each.product.split()},
    *("call-back", "offered", "in", "the", "queue", "call", "back"),
}
"""What the files, people and devices of the installation are called; it is never translated."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_which_language_it_is_in(language: str) -> None:
    whole = [answer for answer in pages(language).values() if "<html" in answer.text]
    assert {read(answer.text).language for answer in whole} == {language}


STATUSES = {
    400: {
        "/surveys/torn",
        "/?period=soon",
        "/?period=2026-10&period=2026",
        "damaged",
        "damaged too",
        "/kpi/nps/rows?offset=x",
        *OF_DEVICES,
    },
    404: {"/surveys/none", "/kpi/none"},
    409: {"somebody was quicker"},
    422: {"fields at fault", "a name in use", "no language", "no question"},
}


def test_every_page_is_the_one_that_was_meant() -> None:
    told = {
        status: {asked for asked, answer in pages(ENGLISH).items() if answer.status == status}
        for status in {answer.status for answer in pages(ENGLISH).values()} - {200}
    }
    assert told == STATUSES


@pytest.mark.parametrize("language", OTHERS)
def test_no_page_says_the_same_as_in_english(language: str) -> None:
    for asked, answer in pages(language).items():
        english = read(pages(ENGLISH)[asked].text).said
        left = {text for text in read(answer.text).said & english if words_of(text) - DATA - SAME}
        assert left <= EXAMPLES, asked


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_text_is_left_within_another(language: str) -> None:
    known = [piece.strip() for text in page_texts() for piece in re.split(r"\{\w+\}", text)]
    known = [piece for piece in known if " " in piece]
    for asked, answer in pages(language).items():
        said = without_own(" | ".join(read(answer.text).said))
        assert [piece for piece in known if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", said)] == [], asked


OWN = tuple(path.stem for path in sorted(TEMPLATES.glob("*.html")))


def spoken_parts(name: str) -> Iterator[str]:
    """What a template says by itself, without what is put in; attributes that a macro gives are not said."""
    tree = Environment(autoescape=True).parse((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))
    html = "".join(data.data for data in tree.find_all(nodes.TemplateData))
    return (text for text in read(html).said if not re.fullmatch(r'([\w-]+="[^"]*"\s*)+', text))


@pytest.mark.parametrize("name", OWN)
def test_a_template_has_no_words_of_its_own(name: str) -> None:
    assert [
        text for text in spoken_parts(name) if words_of(text) - {"Mittari", "JSON", "SQL"} and text not in EXAMPLES
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_board_leads_there_in_its_language(language: str, tmp_path: Path) -> None:
    say = Speech(Style(language=language))
    with collecting(tmp_path, language) as (app, _):
        board = Visitor(app).get("/?period=2026-10").text
    assert f'<a href="/devices">{say("A device is silent")}</a>' in board
    assert re.search(f'<nav class="places" aria-label="{say("Feedback")}">', board)
    for text in ("Surveys", "Follow-ups", "Devices"):
        assert f">{say(text)}" in board
    assert f"</span> {say('{count} overdue', count=1)}</span>" in board


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["3 on 0–10", "1.5", "overdue by 3 h", "due 11:05", "contacted 5 h ago", "15 Oct 2026 15:05"]),
        (
            "fi",
            [
                "3 asteikolla 0–10",
                "1,5",
                "myöhässä 3 h",
                "määräaika 11.05",
                "yhteyttä otettu 5 h sitten",
                "15.10.2026 15.05",
            ],
        ),
        (
            "sv",
            [
                "3 på skalan 0–10",
                "1,5",
                "3 h över tiden",
                "senast 11:05",
                "kontaktad för 5 h sedan",
                "15 okt. 2026 15:05",
            ],
        ),
        (
            "nb",
            [
                "3 på skalaen 0–10",
                "1,5",
                "3 h over fristen",
                "frist 11:05",
                "kontaktet for 5 h siden",
                "15. okt. 2026 15:05",
            ],
        ),
    ],
)
def test_dates_times_and_numbers_are_written_as_the_language_writes_them(language: str, told: list[str]) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", pages(language)["/follow-ups"].text))
    for each in told:
        assert each in text


def test_a_number_in_a_sentence_is_grouped_and_a_value_is_escaped() -> None:
    say = Speech(Style(language="fi"))
    assert say("{count} overdue", count=12000) == "12\u202f000 myöhässä"
    assert say("Only customer {customer}.", customer="<b>") == "Vain asiakas &lt;b&gt;."


def test_what_stands_between_backticks_is_code_and_the_rest_is_escaped() -> None:
    assert with_code("Say `a < b` & go") == "Say <code>a &lt; b</code> &amp; go"


def test_values_alone_are_no_words() -> None:
    assert not has_words("{first}: {second}, 3")
    assert has_words("{first} of {second}")


def test_a_sentence_that_nobody_has_translated_is_marked_as_english(tmp_path: Path) -> None:
    with collecting(tmp_path, "fi", full=False) as (app, _):
        answer = Visitor(app).post("/surveys")
    assert (answer.status, read(answer.text).language) == (405, "fi")
    assert '<p lang="en">Method Not Allowed.</p>' in answer.text
