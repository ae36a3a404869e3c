"""Low scores wait in the order in which they fall due, and what is done about them moves the closed loop."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import mittari
from mittari.errors import UserError
from mittari.react.followups import CLOSED, CONTACTED, HANDED, REOPENED, Asked
from mittari.settings import Settings
from mittari.store.warehouse import Warehouse
from mittari.workspace.local import PLANS, WAREHOUSE, LocalWorkspace

NOW = datetime(2026, 5, 6, 12, 0)
HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path, plans_folder: Path, clock: Clock) -> Iterator[LocalWorkspace]:
    """Five low scores, of surveys that promise 24 hours, 2 hours or nothing."""
    home = mittari.create_home(tmp_path / "home")
    (home / PLANS).symlink_to(plans_folder)
    settings = Settings.load(home, {})
    with LocalWorkspace(home, settings, Warehouse.open(home / WAREHOUSE, settings=settings), clock) as opened:
        opened.load_rows("customers", {"customer_id": ["c1", "c2"], "contact_consent": [1, 1]})
        surveys = ["slow", "quick", None, "slow", "slow"]
        at = [NOW - hours * HOUR for hours in (1, 3, 1, 30, 1)]
        opened.load_rows(
            "responses",
            {
                "response_id": [f"r{n}" for n in range(5)],
                "survey_id": surveys,
                "kind": ["nps", "csat", "ces", "nps", "nps"],
                "score": [3.0, 1.0, 2.0, 6.0, 0.0],
                "scale_min": [0.0, 1.0, 1.0, 0.0, 0.0],
                "scale_max": [10.0, 5.0, 7.0, 10.0, 10.0],
                "customer_id": ["c1", "c2", None, "c2", "c1"],
                "responded_at": at,
                "text": ["late <b>again</b>", None, None, None, None],
                "is_test": [0, 0, 0, 0, 1],
            },
        )
        opened.load_rows(
            "feedback_actions",
            {
                "action_id": [f"low:r{n}" for n in range(5)],
                "response_id": [f"r{n}" for n in range(5)],
                "kind": ["contact", "contact", "fix", "contact", "contact"],
                "opened_at": at,
                "owner": ["Anna", "Bo", None, "Anna", "Anna"],
            },
        )
        opened.load_rows("feedback_actions", {"action_id": ["gone"], "response_id": ["none"], "kind": ["contact"]})
        yield opened


def asked(now: datetime = NOW, **wanted: object) -> Asked:
    return Asked(now, {"slow": 24 * 3600.0, "quick": 2 * 3600.0}, **wanted)  # type: ignore[arg-type]


def closed_loop(workspace: LocalWorkspace) -> tuple[float | None, int | None]:
    """As of three days later, when the 48 hours of all of them are over."""
    record = workspace.kpi("closed_loop_rate", period="2026-05", as_of=NOW + 72 * HOUR).one()
    return record.value, record.n


def test_the_most_overdue_comes_first_and_tests_never(workspace: LocalWorkspace) -> None:
    found = workspace.follow_ups(asked())
    assert [each.response_id for each in found.shown] == ["r3", "r1", "r0", "r2"]
    assert [each.due_at - NOW for each in found.shown] == [-6 * HOUR, -1 * HOUR, 23 * HOUR, 47 * HOUR]
    assert (found.open, found.overdue, found.owners, found.surveys) == (4, 2, ["", "Anna", "Bo"], ["quick", "slow"])


def test_they_are_found_by_owner_survey_and_customer(workspace: LocalWorkspace) -> None:
    def names(**wanted: object) -> list[str]:
        return [each.response_id for each in workspace.follow_ups(asked(**wanted)).shown]

    assert names(owner="Anna") == ["r3", "r0"]
    assert names(owner="") == ["r2"]
    assert names(survey="quick") == ["r1"]
    assert names(customer="c2") == ["r3", "r1"]
    assert names(limit=1, offset=1) == ["r1"]
    assert names(newest=True) == ["r0", "r2", "r1", "r3"]
    counted = workspace.follow_ups(asked(owner="Bo"))
    assert (counted.open, counted.overdue, counted.open_anywhere, counted.overdue_anywhere) == (1, 1, 4, 2)


def test_what_waits_is_no_reaction_and_the_first_contact_is(workspace: LocalWorkspace, clock: Clock) -> None:
    assert closed_loop(workspace) == (0.0, 3)
    clock.now = NOW + HOUR
    workspace.act_on("low:r0", CONTACTED)
    assert closed_loop(workspace) == (pytest.approx(1 / 3), 3)
    clock.now = NOW + 60 * HOUR
    workspace.act_on("low:r0", CONTACTED)  # a second press does not make the contact later
    assert closed_loop(workspace) == (pytest.approx(1 / 3), 3)
    waiting = {each.response_id: each for each in workspace.follow_ups(asked()).shown}
    assert waiting["r0"].contacted_at == NOW + HOUR
    assert waiting["r0"].owner == "Anna"


def test_closing_alone_is_no_contact_and_can_be_taken_back(workspace: LocalWorkspace) -> None:
    workspace.act_on("low:r1", CLOSED)
    assert "r1" not in [each.response_id for each in workspace.follow_ups(asked()).shown]
    assert closed_loop(workspace) == (0.0, 3)
    workspace.act_on("low:r1", REOPENED)
    assert "r1" in [each.response_id for each in workspace.follow_ups(asked()).shown]


def test_a_follow_up_is_handed_over(workspace: LocalWorkspace) -> None:
    workspace.act_on("low:r1", HANDED, "Cecilia")
    (found,) = workspace.follow_ups(asked(owner="Cecilia")).shown
    assert found.response_id == "r1"
    assert found.opened_at == NOW - 3 * HOUR


def test_an_unknown_follow_up_or_deed_is_refused(workspace: LocalWorkspace) -> None:
    with pytest.raises(UserError, match="no follow-up"):
        workspace.act_on("low:r99", CLOSED)
    with pytest.raises(UserError, match="expected one of"):
        workspace.act_on("low:r1", "deleted")


def test_answers_are_counted_by_survey_without_tests(workspace: LocalWorkspace) -> None:
    assert workspace.answers_by_survey(NOW - 24 * HOUR) == {"slow": 1, "quick": 1}
    assert workspace.answers_by_survey(NOW - 40 * HOUR) == {"slow": 2, "quick": 1}
