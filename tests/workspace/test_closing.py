"""A period is closed: what was reported stays, what is computed moves on, and late rows are told."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from measure.worlds import installation
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

HEADER = "response_id,survey_id,kind,responded_at,score,customer_id,conversation_id\n"
MARCH = HEADER + "".join(f"r{n},s,csat,2026-03-{n:02}T10:00:00Z,{score},c{n},v{n}\n" for n, score in ((3, 5), (4, 1)))
LATE = HEADER + "r9,s,csat,2026-03-09T10:00:00Z,5,c9,v9\n"
APRIL = HEADER + "r8,s,csat,2026-04-09T10:00:00Z,5,c8,v8\n"


class Clock:
    """A clock that a test sets."""

    now = datetime(2026, 4, 10, 12)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(tmp_path: Path, plans_folder: Path, clock: Clock) -> Iterator[LocalWorkspace]:
    opened = installation(tmp_path / "home", plans_folder, {})
    opened.clock = clock
    yield opened
    opened.close()


def load(workspace: LocalWorkspace, tmp_path: Path, text: str) -> None:
    file = tmp_path / "responses.csv"
    file.write_text(text, encoding="utf-8")
    workspace.load(file)


def test_what_was_reported_stays_when_rows_come_late(workspace: LocalWorkspace, tmp_path: Path, clock: Clock) -> None:
    load(workspace, tmp_path, MARCH)
    closed = workspace.close_period("2026-03", by="aino")
    assert (closed.close_id, closed.closed_by, closed.closed_at) == ("2026-03", "aino", clock.now)
    clock.now = datetime(2026, 4, 20)
    load(workspace, tmp_path, LATE)
    reported = {record.name: record for record in workspace.as_reported("2026-03")}
    today = workspace.kpi("csat", "2026-03").one()
    assert (reported["csat.share"].value, reported["csat.share"].n) == (0.5, 2)
    assert "late_rows" not in reported["csat.share"].flags
    assert (today.value, today.n) == (pytest.approx(2 / 3), 3)
    assert "late_rows" in today.flags
    assert workspace.kpi("csat", "2026-03").receipt().late_rows == 1
    assert workspace.kpi("csat", "2026-04").receipt().late_rows == 0


def test_every_output_of_every_kpi_is_signed_with_its_whole_record(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, MARCH)
    before = list(workspace.scorecard(period="2026-03", outputs="all"))
    closed = workspace.close_period("2026-03")
    assert closed.figures == len(before)
    unsigned = [record.as_dict() | {"note": None} for record in before]
    assert [record.as_dict() for record in workspace.as_reported("2026-03")] == unsigned


def test_only_rows_of_the_closed_period_are_late(workspace: LocalWorkspace, tmp_path: Path, clock: Clock) -> None:
    load(workspace, tmp_path, MARCH)
    workspace.close_period("2026-03")
    clock.now = datetime(2026, 5, 20)
    load(workspace, tmp_path, APRIL)
    assert "late_rows" not in workspace.kpi("csat", "2026-03").one().flags
    load(workspace, tmp_path, LATE)
    assert "late_rows" in workspace.kpi("csat", "2026-03").one().flags
    assert "late_rows" in workspace.kpi("csat", "2026-Q1").one().flags
    assert "late_rows" not in workspace.kpi("csat", "2026-04").one().flags


def test_closing_is_no_load(workspace: LocalWorkspace, tmp_path: Path, clock: Clock) -> None:
    load(workspace, tmp_path, MARCH)
    before = workspace.freshness()
    clock.now = datetime(2026, 4, 20)
    workspace.close_period("2026-03")
    assert workspace.freshness() == before


def test_a_period_is_closed_once_unless_one_insists(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, MARCH)
    workspace.close_period("2026-03")
    with pytest.raises(UserError, match="was closed on 2026-04-10"):
        workspace.close_period("2026-03")
    load(workspace, tmp_path, LATE)
    assert workspace.close_period("2026-03", again=True).close_id == "2026-03 (2)"
    assert [close.close_id for close in workspace.closes()] == ["2026-03", "2026-03 (2)"]
    values = [record.value for record in workspace.as_reported("2026-03") if record.name == "csat.share"]
    assert values == [pytest.approx(2 / 3)]


@pytest.mark.parametrize(
    ("period", "told"), [("2026-04", "is not over yet"), ("2026-03-31T21:00Z", "found the instant"), ("march", "march")]
)
def test_only_a_period_that_is_over_is_closed(workspace: LocalWorkspace, period: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        workspace.close_period(period)
    assert workspace.closes() == []


def test_a_period_that_was_never_closed_says_which_are(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, MARCH)
    workspace.close_period("2026-03")
    with pytest.raises(UserError, match="2026-02 was never closed") as caught:
        workspace.as_reported("2026-02")
    assert caught.value.hint is not None
    assert "closed: 2026-03" in caught.value.hint


def test_doctor_finds_a_figure_that_was_changed_after_it_was_signed(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, MARCH)
    workspace.close_period("2026-03")
    assert "1 closes stand as they were signed, the last of 2026-03" in [each.what for each in workspace.doctor()]
    with workspace.warehouse.writing() as connection:
        connection.execute("UPDATE closed_results SET value = 0.9 WHERE kpi_id = 'csat' AND output = 'share'")
    broken = [each for each in workspace.doctor() if "csat.share of 2026-03 is not as it was signed" in each.what]
    assert [each.ok for each in broken] == [False]
