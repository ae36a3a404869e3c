"""Homes filled with data that nobody here wrote, each set loaded once per module; skipped where the data are absent."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mittari.measure import kpi
from mittari.workspace import Workspace, create_home, open_home

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("the real data sets are not beside the project (../shared/data)")
    return DATA


@pytest.fixture(scope="session")
def reference(data: Path) -> dict[str, Any]:
    """Figures that other code computed from the same files, rounded to six digits."""
    found: dict[str, Any] = json.loads((data / "reference.json").read_text(encoding="utf-8"))
    return found


@contextmanager
def loaded(home: Path, path: Path, mapping: str, **settings: str) -> Iterator[Workspace]:
    """A new home with the file or folder in it; no row may have been refused."""
    create_home(home, **settings)
    with open_home(home) as workspace:
        reports = workspace.load(path, mapping=mapping)
        assert [report.rejected for report in reports] == [0] * len(reports)
        yield workspace


@contextmanager
def own_kpis_forgotten() -> Iterator[None]:
    """What a home of ours registers is gone afterwards: other tests count KPIs."""
    kpi.catalogue()  # before the names are noted: ours register only once in a process
    registries: tuple[dict[str, Any], ...] = (kpi.REGISTRY, kpi.OWN_RELATIONS)
    before = [set(registry) for registry in registries]
    try:
        yield
    finally:
        for registry, names in zip(registries, before, strict=True):
            for name in set(registry) - names:
                del registry[name]
        for module in [name for name in sys.modules if name.startswith("mittari_own_")]:
            del sys.modules[module]


@pytest.fixture(scope="module")
def technion(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The bank's calls, with the KPI of one's own from the examples."""
    home = tmp_path_factory.mktemp("bank")
    shutil.copytree(PROJECT / "examples" / "technion" / "kpis", home / "kpis")
    calls = data / "technion_bank_calls_aug1999" / "calls_august.csv"
    settings = {"timezone": "Asia/Jerusalem", "currency": "ILS"}
    with own_kpis_forgotten(), loaded(home, calls, "technion", **settings) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def sfo(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    answers = data / "sfo_customer_survey" / "2017_SFO_Customer_Survey.csv"
    home = tmp_path_factory.mktemp("airport")
    with loaded(home, answers, "sfo-2017", timezone="America/Los_Angeles", currency="USD") as workspace:
        yield workspace


@pytest.fixture(scope="module")
def telco(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    contracts = data / "ibm_telco_churn" / "Telco-Customer-Churn.csv"
    home = tmp_path_factory.mktemp("telephone")
    with loaded(home, contracts, "telco", timezone="America/Los_Angeles", currency="USD") as workspace:
        yield workspace


@pytest.fixture(scope="module")
def olist(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    home = tmp_path_factory.mktemp("marketplace")
    folder = data / "olist_sample"
    with loaded(home, folder, "olist", timezone="America/Sao_Paulo", currency="BRL") as workspace:
        yield workspace


@pytest.fixture(scope="module")
def servicenow(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    log = data / "servicenow_incidents" / "incident_event_log.csv.gz"
    home = tmp_path_factory.mktemp("desk")
    with loaded(home, log, "servicenow", timezone="UTC") as workspace:
        yield workspace
