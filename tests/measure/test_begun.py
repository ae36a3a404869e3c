"""What nobody kept yet is no zero: the first follow-up says nothing of the months before it."""

from pathlib import Path

import mittari
from mittari.workspace.local import LocalWorkspace


def test_the_first_follow_up_makes_no_zero_of_earlier_months(tmp_path: Path, plans_folder: Path):
    home = mittari.create_home(tmp_path / "home")
    (home / "plans").symlink_to(plans_folder)
    with mittari.open(home) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        workspace.load_rows("customers", {"customer_id": ["c1", "c2"], "contact_consent": [1, 1]})
        workspace.load_rows(
            "responses",
            {
                "response_id": ["r1", "r2"],
                "kind": ["nps", "nps"],
                "score": [2.0, 2.0],
                "customer_id": ["c1", "c2"],
                "responded_at": ["2026-04-10T09:00:00Z", "2026-05-10T09:00:00Z"],
            },
        )
        action = {"action_id": ["a"], "response_id": ["r2"], "kind": ["contact"], "opened_at": ["2026-05-10T09:00:00Z"]}
        workspace.load_rows("feedback_actions", action)
        april, may = workspace.kpi("closed_loop_rate", period=["2026-04", "2026-05"], as_of="2026-06-20T00:00Z")
    assert (april.value, april.status) == (None, "no_data")
    assert "begins only after 2026-04" in str(april.note)
    assert (may.value, may.n) == (0.0, 1)
