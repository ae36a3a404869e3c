"""An answer that the same person gives again about the same contact is an edit, whenever the files arrive."""

from datetime import datetime
from pathlib import Path

import pytest

import mittari
from mittari.workspace.local import LocalWorkspace

HEADER = "response_id,survey_id,kind,responded_at,score,customer_id,conversation_id,is_test\n"


@pytest.fixture
def workspace(tmp_path: Path) -> LocalWorkspace:
    opened = mittari.open(mittari.create_home(tmp_path / "home"))
    assert isinstance(opened, LocalWorkspace)
    return opened


def load(workspace: LocalWorkspace, tmp_path: Path, *rows: str) -> None:
    file = tmp_path / "responses.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    workspace.load(file)


def edited(workspace: LocalWorkspace) -> dict[str, datetime]:
    rows = workspace.warehouse.connection().execute("SELECT response_id, edited_at FROM responses").fetchall()
    return {key: at for key, at in rows if at is not None}


FIRST = "r1,s,csat,2026-01-05T10:00:00Z,2,c1,v1,0"
EDIT = "r2,s,csat,2026-01-05T12:00:00Z,5,c1,v1,0"


def test_a_later_answer_in_the_same_file_is_an_edit(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, FIRST, EDIT)
    assert edited(workspace) == {"r1": datetime(2026, 1, 5, 12)}


def test_an_edit_in_a_later_file_reaches_back(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, FIRST)
    assert edited(workspace) == {}
    load(workspace, tmp_path, EDIT)
    assert edited(workspace) == {"r1": datetime(2026, 1, 5, 12)}


def test_an_answer_that_moves_to_another_conversation_is_no_edit_any_more(
    workspace: LocalWorkspace, tmp_path: Path
) -> None:
    load(workspace, tmp_path, FIRST, EDIT)
    load(workspace, tmp_path, EDIT.replace("v1", "v2"))
    assert edited(workspace) == {}


@pytest.mark.parametrize(
    "other",
    [
        EDIT.replace("c1", "c2"),
        EDIT.replace(",c1,", ",,"),
        EDIT.replace("v1", ""),
        EDIT.replace(",s,", ",t,"),
        EDIT.replace(",0", ",1"),
    ],
)
def test_another_person_survey_contact_or_a_test_is_no_edit(
    workspace: LocalWorkspace, tmp_path: Path, other: str
) -> None:
    load(workspace, tmp_path, FIRST, other)
    assert edited(workspace) == {}


def test_an_edit_counts_from_the_moment_it_came(workspace: LocalWorkspace, tmp_path: Path) -> None:
    load(workspace, tmp_path, FIRST, EDIT)
    before = workspace.kpi("csat.mean", period="2026-01", as_of="2026-01-05T11:00:00Z").one()
    after = workspace.kpi("csat.mean", period="2026-01", as_of="2026-02-05T00:00:00Z").one()
    assert (before.value, after.value) == (2.0, 5.0)
