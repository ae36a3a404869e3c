"""The oracles agree with every golden record of their KPIs, so that either may be used to judge the product."""

import duckdb
import pytest

from measure.oracle import GOLDEN, ORACLES, ask, golden_calls, load_folder, split_key, statements
from mittari.measure.kpi import catalogue

KPIS = {file.stem for file in ORACLES.glob("*.sql")} - {"base", "tables"}
CALLS = golden_calls(KPIS)


@pytest.fixture(scope="module")
def facts() -> duckdb.DuckDBPyConnection:
    return load_folder(GOLDEN / "fixtures")


@pytest.mark.parametrize("key", CALLS)
def test_the_oracle_gives_the_golden_record(facts: duckdb.DuckDBPyConnection, key: str) -> None:
    expected = CALLS[key]
    answer = ask(facts, *split_key(key), expected["call"])
    assert {"value", "n"} <= answer.keys()
    for field, said in answer.items():
        right = expected[field]
        assert said == (right if right is None else pytest.approx(right, rel=1e-9, abs=1e-9)), field


def test_every_golden_output_has_an_oracle() -> None:
    for key in CALLS:
        kpi_id, output = split_key(key)
        assert output is None or output in statements(kpi_id)
    assert set(catalogue()) == KPIS
