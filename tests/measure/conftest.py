"""Installations for the tests by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from measure.by_hand import Own, value
from measure.worlds import installation
from mittari.measure import kpi
from mittari.measure.plan import Plans
from mittari.workspace.local import LocalWorkspace


@pytest.fixture
def empty(tmp_path: Path, plans_folder: Path) -> Iterator[LocalWorkspace]:
    workspace = installation(tmp_path / "home", plans_folder, {})
    yield workspace
    workspace.close()


@pytest.fixture
def own(empty: LocalWorkspace, monkeypatch: pytest.MonkeyPatch) -> Own:
    """Asks for a KPI of one's own that counts by one relation, for what no KPI of the catalogue asks."""
    monkeypatch.setattr(kpi, "REGISTRY", dict(kpi.catalogue()))
    empty.plans = Plans(None, "")  # plans are kept by the names of KPIs, which these share
    asked = iter(range(1000, 2000))

    def ask(relation: str, output: Any, table: str, where: dict[str, str] | None = None, **facts: Any) -> Any:
        number = next(asked)

        def build(rows: Any) -> dict[str, Any]:
            return {"one": output(rows)}

        build.__name__ = f"own_{number}"
        texts = dict.fromkeys(("title", "asks", "counted", "left_out", "beware"), "")
        kinds = {"unit": kpi.COUNT, "better": kpi.NEITHER, "perspective": kpi.INTERNAL_PROCESS, "timing": kpi.LAG}
        register = kpi.kpi(
            number=number,
            relation=relation,
            outputs=("one",),
            tables=(table,),
            **texts,
            **kinds,
            kind=kpi.OBJECTIVE,
            block="none",
            merge="none",
            **facts,
        )
        register(build)
        return value(empty, build.__name__, where=where)

    return ask
