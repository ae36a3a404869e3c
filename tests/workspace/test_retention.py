"""What a survey promises about keeping is kept, and an erased person leaves the ledger as well."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mittari
from mittari.collect.collector import Collector
from mittari.collect.links import Context, find_link, make_link
from mittari.load import RowsIn
from mittari.store.difference import Change, changes, versions
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.retention import keep_promises, mix_answers

NOW = datetime(2026, 11, 20, 12)
SURVEY = 'owner = "M"\nreaction_time = "1d"\nkeep_texts = "30d"\nkeep_persons = "90d"\n[[questions]]\nkind = "nps"\n'


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[LocalWorkspace, Collector]]:
    folder = mittari.create_home(tmp_path / "home")
    (folder / "surveys").mkdir()
    (folder / "surveys" / "after.toml").write_text(SURVEY, encoding="utf-8")
    with mittari.open(folder) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        with Collector.open(folder, workspace.settings, lambda: NOW) as collector:
            yield workspace, collector


def answers(workspace: LocalWorkspace, *days_ago: int, survey: str = "after") -> None:
    rows: list[dict[str, Any]] = [
        {
            "response_id": f"{survey}-{days}",
            "survey_id": survey,
            "kind": "nps",
            "score": 9.0,
            "customer_id": "c1",
            "text": "kiitos",
            "responded_at": (NOW - timedelta(days=days)).isoformat() + "Z",
        }
        for days in days_ago
    ]
    workspace.load_rows("responses", {name: [row[name] for row in rows] for name in rows[0]})


def test_comments_and_persons_go_when_their_time_is_over_and_other_surveys_stay(home: tuple[Any, Collector]):
    workspace, collector = home
    answers(workspace, 1, 31, 91)
    answers(workspace, 91, survey="other")
    assert keep_promises(workspace, collector, NOW) > 0
    found = workspace.warehouse.connection().execute(
        "SELECT response_id, text, customer_id = 'c1' FROM responses ORDER BY response_id"
    )
    assert found.fetchall() == [
        ("after-1", "kiitos", True),
        ("after-31", None, True),
        ("after-91", None, False),
        ("other-91", "kiitos", True),
    ]
    assert keep_promises(workspace, collector, NOW) == 0


def test_an_invitation_named_after_its_contact_does_not_lead_to_it_once_it_is_forgotten(home: tuple[Any, Collector]):
    """One contact was asked about 95 days ago and answered after two days and, as it was asked again, after ten."""
    workspace, collector = home
    sent = [(NOW - timedelta(days=days)).isoformat() + "Z" for days in (95, 95, 5)]
    answered = [(NOW - timedelta(days=days)).isoformat() + "Z" for days in (93, 85, 4)]
    names, contacts = ["after:k-one", "of-another-tool", "after:k-new"], ["k-one", "k-two", "k-new"]
    shared = {"survey_id": ["after"] * 3, "customer_id": ["c1", "c2", "c3"], "conversation_id": contacts}
    workspace.load_rows("survey_invites", {"invite_id": names, "sent_at": sent, "delivered": [1, 1, 1], **shared})
    answers = {"response_id": ["a", "b", "c"], "kind": ["nps"] * 3, "score": [9.0] * 3, "responded_at": answered}
    workspace.load_rows("responses", {**answers, **shared, "invite_id": ["after:k-one", "after:k-one", "after:k-new"]})
    connection = workspace.warehouse.connection()
    held = versions(connection)
    keep_promises(workspace, collector, NOW)
    assert Change("survey_invites", None) in list(changes(connection, held, {"survey_invites": 3, "responses": 3}))
    invites = [name for (name,) in connection.execute("SELECT invite_id FROM survey_invites ORDER BY 1").fetchall()]
    assert invites[0] == "after:k-new"
    assert invites[1].startswith("forgotten-")
    assert invites[2] == "of-another-tool"
    found = connection.execute("SELECT invite_id FROM responses ORDER BY response_id").fetchall()
    assert [name for (name,) in found] == [invites[1], invites[1], "after:k-new"]


def test_the_promise_of_a_survey_whose_file_is_gone_or_cannot_be_read_is_kept_all_the_same(
    home: tuple[Any, Collector],
):
    workspace, collector = home
    assert keep_promises(workspace, collector, NOW) == 0
    file = workspace.home / "surveys" / "after.toml"
    texts = "SELECT response_id, text FROM responses ORDER BY response_id"
    file.write_text("owner =", encoding="utf-8")
    answers(workspace, 31)
    with Collector.open(workspace.home, workspace.settings, lambda: NOW) as again:
        assert keep_promises(workspace, again, NOW) == 1
    file.unlink()
    answers(workspace, 1, 32)
    with Collector.open(workspace.home, workspace.settings, lambda: NOW) as again:
        assert keep_promises(workspace, again, NOW) == 1
    told = workspace.warehouse.connection().execute(texts).fetchall()
    assert told == [("after-1", "kiitos"), ("after-31", None), ("after-32", None)]


def test_a_survey_that_keeps_for_good_from_now_on_forgets_no_more(home: tuple[Any, Collector]):
    workspace, collector = home
    keep_promises(workspace, collector, NOW)
    (workspace.home / "surveys" / "after.toml").write_text(SURVEY.replace("keep_", "# keep_"), encoding="utf-8")
    answers(workspace, 31, 91)
    with Collector.open(workspace.home, workspace.settings, lambda: NOW) as again:
        assert keep_promises(workspace, again, NOW) == 0


def test_anonymous_answers_are_mixed_once_their_quarter_of_an_hour_is_over(home: tuple[Any, Collector]):
    workspace, _ = home
    quarter = NOW.replace(minute=15)
    row = {"survey_id": "after", "kind": "nps", "score": 9.0, "responded_at": f"{quarter.isoformat()}Z"}
    rows = [{"response_id": f"a{number:02}"} | row for number in range(30)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    workspace.load_many([RowsIn("responses", columns, loaded_at=quarter)])
    before = workspace.kpi("nps", period="2026-11").one().value
    assert mix_answers(workspace, NOW.replace(minute=30)) == 0, "a load may still be under way"
    assert mix_answers(workspace, NOW.replace(minute=35)) == 30
    lie = workspace.warehouse.connection().execute("SELECT response_id FROM responses ORDER BY rowid").fetchall()
    assert (lie != sorted(lie), workspace.kpi("nps", period="2026-11").one().value) == (True, before)


def test_links_that_ended_long_ago_are_forgotten(home: tuple[Any, Collector]):
    workspace, collector = home
    old = make_link(collector.ledger, "after", Context(), NOW - timedelta(days=31))
    lately = make_link(collector.ledger, "after", Context(), NOW - timedelta(days=1))
    keep_promises(workspace, collector, NOW)
    assert find_link(collector.ledger, old) is None
    assert find_link(collector.ledger, lately) is not None


def test_an_erased_person_has_no_link_left(home: tuple[Any, Collector]):
    workspace, collector = home
    answers(workspace, 1)
    theirs = make_link(collector.ledger, "after", Context(customer_id="c1"), NOW + timedelta(days=9))
    others = make_link(collector.ledger, "after", Context(customer_id="c2"), NOW + timedelta(days=9))
    workspace.erase_person("c1")
    assert find_link(collector.ledger, theirs) is None
    assert find_link(collector.ledger, others) is not None
