"""The first two rules of the house, read from the source of every module.

1. A stage imports only stages before it and the shared modules, wherever in the file the import stands.
2. Nothing after `measure` knows a KPI by name, and nothing outside `store` and `load` knows an engine by name, so that
   another KPI or another engine is one change in one place.

What counts as naming an engine: one of the words in `layers.ENGINES` as a part of an identifier, of an imported name,
or of a string without blanks. Documentation and sentences shown to people may mention an engine. DuckDB is not on the
list: every installation has it, and relations and receipts are written in its dialect.
"""

import ast

import pytest

import layers
from layers import Module
from mittari.flow import OVERSEERS, SHARED, STAGES
from mittari.measure.kpi import catalogue

MODULES = list(layers.modules())


def planted(name: str, source: str, is_package: bool = False) -> Module:
    return Module(name, ast.parse(source), is_package)


def test_every_module_is_read():
    assert {"mittari.flow", "mittari.facts.model"} <= {module.name for module in MODULES}


def test_no_room_is_of_two_kinds():
    rooms = [*STAGES, *SHARED, *OVERSEERS]
    assert len(rooms) == len(set(rooms))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_stage_imports_only_earlier_stages_and_shared_modules(module: Module):
    assert layers.forbidden_imports(module) == []


def test_nothing_after_measure_knows_a_kpi_by_name():
    ids = catalogue()
    assert "nps" in ids
    assert [sentence for module in MODULES for sentence in layers.kpis_named(module, ids)] == []


def test_nothing_outside_store_and_load_knows_an_engine_by_name():
    assert [sentence for module in MODULES for sentence in layers.engines_named(module)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import mittari.measure.plan",
        "from mittari.measure import plan",
        "from mittari import measure",
        "from ..measure import plan",
        "from .. import measure",
        "def late():\n    from mittari.measure import plan",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mittari.measure.plan import Plan",
        "import importlib\nimportlib.import_module('mittari.measure.plan')",
        "import mittari",
        "from mittari import workspace",
        "from mittari import open",
    ],
)
def test_an_import_against_the_flow_is_caught(source: str):
    assert len(layers.forbidden_imports(planted("mittari.load.formats", source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "from mittari.facts import TABLES",
        "from mittari.store.warehouse import Warehouse",
        "from . import mapping",
        "from mittari import settings, errors, time, money, flow",
        "import mittari.load.mapping",
        "import json",
        "import mittarix.measure",
    ],
)
def test_an_import_along_the_flow_is_fine(source: str):
    assert layers.forbidden_imports(planted("mittari.load.formats", source)) == []


def test_a_relative_import_in_a_package_counts_from_the_package():
    assert layers.forbidden_imports(planted("mittari.load", "from . import measure", is_package=True)) == []
    assert len(layers.forbidden_imports(planted("mittari.load", "from ..measure import plan", is_package=True))) == 1


def test_a_shared_module_that_imports_a_stage_is_caught():
    assert len(layers.forbidden_imports(planted("mittari.settings", "from mittari.facts import TABLES"))) == 1


def test_an_overseer_may_import_everything():
    assert layers.forbidden_imports(planted("mittari.cli", "from mittari.show import web\nimport mittari")) == []


def test_a_module_that_belongs_to_no_room_is_caught():
    assert len(layers.forbidden_imports(planted("mittari.helpers", ""))) == 1


@pytest.mark.parametrize("source", ["CARD = 'nps'", "CARD = 'nps.promoters'", "def draw(kpi='nps'):\n    pass"])
def test_a_kpi_named_after_measure_is_caught(source: str):
    assert len(layers.kpis_named(planted("mittari.show.charts", source), {"nps"})) == 1
    assert layers.kpis_named(planted("mittari.measure.catalogue.loyalty", source), {"nps"}) == []


def test_a_kpi_mentioned_in_documentation_is_fine():
    assert layers.kpis_named(planted("mittari.show.charts", '"""nps"""\ndef draw():\n    "nps"\n'), {"nps"}) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pyspark",
        "from sqlglot.dialects import ClickHouse",
        "engine = 'PostgreSQL'",
        "address = 'clickhouse://host'",
        "use_clickhouse = True",
        "connect(chdb=True)",
        "def run_on_spark(): pass",
    ],
)
def test_an_engine_named_elsewhere_is_caught(source: str):
    assert layers.engines_named(planted("mittari.measure.plan", source)) != []
    assert layers.engines_named(planted("mittari.store.engines", source)) == []


@pytest.mark.parametrize("source", ["sparkline = 1", "hint = 'Ask the owner of PostgreSQL.'", '"""clickhouse"""'])
def test_a_word_that_only_looks_like_an_engine_is_fine(source: str):
    assert layers.engines_named(planted("mittari.show.sparkline", source)) == []
