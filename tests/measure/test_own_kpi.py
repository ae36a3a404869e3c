"""KPIs and relations that an installation brings in the folder `kpis/` of its home."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mittari.errors import UserError
from mittari.measure import kpi
from mittari.workspace import Workspace, create_home, open_home

MANUAL = Path(__file__).parents[2] / "docs" / "custom-kpi.md"
EXAMPLE = Path(__file__).parents[2] / "examples" / "technion" / "kpis" / "technion_daily.py"

CALLS = """call_id,queued_at,wait_s,outcome,queue_id,dim_vru_s,dim_service_s,dim_outcome,dim_type
1,2026-10-05T09:00Z,30,answered,a,10,100,AGENT,PS
2,2026-10-05T09:10Z,61,answered,a,-4,20,AGENT,PS
3,2026-10-05T09:20Z,200,abandoned,b,5,0,HANG,NE
4,2026-10-05T09:30Z,60,abandoned,b,6,0,HANG,PS
5,2026-10-05T09:40Z,500,callback,a,7,0,PHANTOM,PS
"""


@pytest.fixture(autouse=True)
def forget_own_kpis() -> Iterator[None]:
    """What a home registers is gone after the test: other tests count KPIs."""
    kpis, relations = dict(kpi.REGISTRY), dict(kpi.OWN_RELATIONS)
    yield
    for registry, before in ((kpi.REGISTRY, kpis), (kpi.OWN_RELATIONS, relations)):
        registry.clear()
        registry.update(before)  # type: ignore[arg-type]
    for name in [name for name in sys.modules if name.startswith("mittari_own_")]:
        del sys.modules[name]


def home_with(tmp_path: Path, module: str) -> Path:
    """A home in UTC with one module of KPIs."""
    home = create_home(tmp_path / "home", timezone="UTC")
    (home / "kpis").mkdir()
    (home / "kpis" / "own.py").write_text(module, encoding="utf-8")
    return home


def with_calls(home: Path) -> Workspace:
    workspace = open_home(home)
    (home / "calls.csv").write_text(CALLS)
    (report,) = workspace.load(home / "calls.csv")
    assert report.rejected == 0
    return workspace


def manual_module() -> str:
    return re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), flags=re.DOTALL)[0]


def test_the_kpi_of_the_manual_says_what_its_text_says(tmp_path: Path) -> None:
    with with_calls(home_with(tmp_path, manual_module())) as workspace:
        share = workspace.kpi("long_wait_share", period="2026-10").one()
        assert (share.components["Sx"], share.n) == (2, 4)  # calls 2 and 3 of 1 to 4; the callback is none of them
        assert share.value == 0.5
        assert workspace.kpi("long_wait_share.count", period="2026-10", over=100).one().value == 1
        by_queue = workspace.kpi("long_wait_share.count", period="2026-10", by="queue_id")
        assert {record.slice["queue_id"]: record.value for record in by_queue} == {"a": 1, "b": 1}


def test_the_example_counts_every_row_by_its_own_relation(tmp_path: Path) -> None:
    with with_calls(home_with(tmp_path, EXAMPLE.read_text(encoding="utf-8"))) as workspace:
        table = workspace.scorecard(period="2026-10", kpis=["technion_daily"], outputs="all")
        assert {record.output: record.value for record in table} == pytest.approx(
            {
                "service_mean": 120 / 5,
                "service_median": 0,
                "menu_mean": (10 + 0 + 5 + 6 + 7) / 5,
                "menu_median": 6,
                "queue_mean": (30 + 61 + 200 + 60 + 500) / 5,
                "queue_median": 61,
                "calls": 5,
                "hung_up": 2,
                "hung_up_share": 0.4,
                "not_hung_up_share": 0.6,
            }
        )


def test_a_number_of_ones_own_opens_and_can_be_made_again(tmp_path: Path) -> None:
    with with_calls(home_with(tmp_path, EXAMPLE.read_text(encoding="utf-8"))) as workspace:
        record = workspace.kpi("technion_daily.hung_up_share", period="2026-10", where={"dim_type": "PS"}).one()
        assert (record.components["Sx"], record.n) == (1, 4)
        rows = workspace.rows(record)
        assert [row["key"] for row in rows if row["included"] and row["x"] == 1] == ["4"]
        assert workspace.recompute(workspace.receipt(record), rows)["equal"]


def test_a_home_with_kpis_of_its_own_opens_without_ibis(tmp_path: Path) -> None:
    home = home_with(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    program = (
        "import sys; from mittari.workspace import open_home; ws = open_home(sys.argv[1]); "
        "print('technion_daily' in [each.id for each in ws.catalogue()], 'ibis' in sys.modules); ws.close()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program, home], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]


def test_a_relation_may_not_take_the_name_of_another(tmp_path: Path) -> None:
    module = EXAMPLE.read_text(encoding="utf-8")
    twice = module + "\n\n@relation\ndef every_call(facts):\n    return {}\n"
    with pytest.raises(UserError, match="two relations are called every_call"):
        open_home(home_with(tmp_path, twice))
