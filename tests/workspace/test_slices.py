"""Splits, filters, several periods, scales, instants and missing facts, asked of the workspace."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import mittari
from installation import copy_of
from mittari.errors import UserError
from mittari.measure import kpi as registry
from mittari.measure.kpi import catalogue
from mittari.measure.result import Record
from mittari.workspace import Workspace
from mittari.workspace.local import LocalWorkspace

AS_OF = "2025-04-15T00:00:00Z"
LATER = "2025-09-01T00:00:00Z"
YEAR = [f"2025-{month:02}" for month in range(1, 13)]


def plain(record: Record) -> dict[str, object]:
    return record.as_dict()


def test_a_split_shows_what_each_filter_shows(golden: Workspace) -> None:
    table = golden.kpi("first_response_time.mean", "2025-03", by="channel", as_of=AS_OF)
    assert len(table) >= 3
    for record in table:
        alone = golden.kpi("first_response_time.mean", "2025-03", where=record.slice, as_of=AS_OF).one()
        assert plain(alone) == plain(record)


def test_counts_of_the_channels_add_up_to_the_contacts(golden: Workspace) -> None:
    whole = golden.kpi("conversation_count.contacts", "2025-03", as_of=AS_OF).one()
    split = golden.kpi("conversation_count.contacts", "2025-03", by="channel", as_of=AS_OF)
    assert sum(record.value for record in split) == whole.value
    assert "phone" in {record.slice["channel"] for record in split}


def test_counts_by_customer_segment_add_up_with_the_unknown(golden: Workspace) -> None:
    whole = golden.kpi("conversation_count", "2025-06", as_of=LATER).one()
    split = golden.kpi("conversation_count", "2025-06", by="customer.segment", as_of=LATER)
    assert sum(record.value for record in split) == whole.value
    assert None in {record.slice["customer.segment"] for record in split}


def test_two_dimensions_split_at_once(golden: Workspace) -> None:
    split = golden.kpi("conversation_count", "2025-03", by=["channel", "reason_code"], as_of=AS_OF)
    written = [record.value for record in split if record.slice["channel"] != "phone"]
    assert sum(written) == golden.kpi("conversation_count", "2025-03", as_of=AS_OF).one().value
    assert len({tuple(record.slice.items()) for record in split}) == len(split)


def test_a_value_nobody_has_counts_nothing(golden: Workspace) -> None:
    record = golden.kpi("conversation_count", "2025-03", where={"reason_code": "no such reason"}, as_of=AS_OF)
    assert [each.value for each in record] == [0]
    rate = golden.kpi("response_rate", "2025-03", where={"reason_code": "no such reason"}, as_of=AS_OF).one()
    assert (rate.value, rate.status) == (None, "no_data")
    assert "denominator is zero" in (rate.note or "")


def test_a_dimension_the_kpi_does_not_know_is_refused_alone_and_told_on_a_board(golden: Workspace) -> None:
    with pytest.raises(UserError, match=r"nps cannot be split by reason_code\. It knows: channel"):
        golden.kpi("nps", "2025-03", by="reason_code")
    table = golden.scorecard("2025-03", by="reason_code", kpis=["nps", "conversation_count"], as_of=AS_OF)
    assert table[0].note == "cannot be split by reason_code"
    assert {record.kpi_id for record in table[1:]} == {"conversation_count"}


@pytest.mark.parametrize("name", ["resolution_rate", "nps", "csat", "churned_revenue", "waiting_time", "csat_change"])
def test_a_trend_of_twelve_months_is_twelve_single_months(golden: Workspace, name: str) -> None:
    trend = golden.kpi(name, YEAR, as_of=LATER)
    single = [record for month in YEAR for record in golden.kpi(name, month, as_of=LATER)]
    if any("scale" in record.slice for record in trend):  # then every month names its scale: test_scales_in_series
        assert sorted(map(unnamed, filter(counts, trend))) == sorted(map(unnamed, filter(counts, single)))
        assert {record.period for record in trend} == {record.period for record in single}
    else:
        assert sorted(map(str, map(plain, trend))) == sorted(map(str, map(plain, single)))


def counts(record: Record) -> bool:
    return record.status != "no_data"


def unnamed(record: Record) -> str:
    return str({**plain(record), "slice": {name: v for name, v in record.slice.items() if name != "scale"}})


def test_a_scorecard_says_what_each_kpi_says(golden: Workspace) -> None:
    board = golden.scorecard("2025-06", as_of=LATER, outputs="all")
    for definition in catalogue().values():
        for output in definition.outputs:
            alone = golden.kpi(f"{definition.id}.{output}", "2025-06", as_of=LATER)
            same = [plain(each) for each in board if (each.kpi_id, each.output) == (definition.id, output)]
            assert same == [plain(each) for each in alone], (definition.id, output)


def test_answers_on_two_scales_are_never_added_up(golden: Workspace) -> None:
    mixed = [
        table
        for month in YEAR
        if len(table := golden.kpi("csat", month, as_of="2026-01-01T00:00:00Z", csat_kind="transactional")) > 1
    ]
    assert mixed
    for table in mixed:
        assert all(record.flags.count("mixed_scale") == 1 for record in table)
        assert len({record.slice["scale"] for record in table}) == len(table)
        one = golden.kpi("csat", table[0].period, where={"scale": table[0].slice["scale"]}, as_of="2026-01-01").one()
        assert (one.value, one.n, one.flags) == (table[0].value, table[0].n, table[0].flags)


def test_the_last_thirty_days_end_today(loaded_home: Path, tmp_path: Path) -> None:
    with mittari.open(copy_of(loaded_home, tmp_path)) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        workspace.clock = lambda: np.datetime64("2025-03-31T12:00:00", "us").item()
        last = workspace.kpi("conversation_count", "last-30-days", as_of=AS_OF).one()
        days = workspace.kpi("conversation_count", "2025-03-02..2025-03-31", as_of=AS_OF).one()
    assert (last.value, last.components) == (days.value, days.components)


def test_a_short_period_takes_half_hours_for_blocks(golden: Workspace) -> None:
    day = golden.kpi("conversation_count", "2025-03-03", as_of=AS_OF).one()
    week = golden.kpi("conversation_count", "2025-W10", as_of=AS_OF).one()
    assert (day.components["G"], week.components["G"]) == (48, 48 * 7)
    assert "few_blocks" in day.flags
    assert day.components["phi"] == 1


def test_periods_of_unlike_length_can_be_asked_together(golden: Workspace) -> None:
    periods = ["2025-03", "2025-03-10", "2025-W11", "2025-Q1", "2025"]
    together = golden.kpi("response_rate", periods, as_of=LATER)
    single = [golden.kpi("response_rate", period, as_of=LATER).one() for period in periods]
    assert [plain(record) for record in together] == [plain(record) for record in single]


def test_a_stock_is_read_at_instants(golden: Workspace) -> None:
    instants = ["2025-03-15T12:00Z", "2025-04-01T00:00Z"]
    table = golden.kpi("open_conversation_count", instants, as_of=AS_OF)
    assert [record.value for record in table] == [
        golden.kpi("open_conversation_count", instant, as_of=AS_OF).one().value for instant in instants
    ]
    with pytest.raises(UserError, match="is counted over a period, found the instant"):
        golden.kpi("conversation_count", instants[0])


def test_one_number_is_asked_for_where_several_come(golden: Workspace) -> None:
    with pytest.raises(UserError, match="expected one number, found 2"):
        golden.kpi("response_rate", ["2025-02", "2025-03"], as_of=AS_OF).one()


def test_without_a_period_the_month_in_which_the_data_end_is_told(plans_folder: Path, tmp_path: Path) -> None:
    at = np.array(["2025-05-30"], dtype="datetime64[us]")
    calls = {"call_id": ["1"], "queued_at": at, "wait_s": [8.0], "outcome": ["closed"]}
    with mittari.open(mittari.create_home(tmp_path / "home")) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        (workspace.home / "plans").symlink_to(plans_folder)
        workspace.load_rows("calls", calls)
        assert workspace.kpi("call_abandonment_rate.count").one().period == "2025-05"


def test_records_become_frames(golden: Workspace) -> None:
    table = golden.kpi("response_rate", ["2025-02", "2025-03"], by="channel", as_of=AS_OF)
    assert table.to_polars().shape[0] == len(table.to_pandas()) == len(table)
    assert set(table.to_polars()["slice.channel"]) == {record.slice["channel"] for record in table}


@pytest.fixture
def broken() -> Iterator[str]:
    """A KPI whose declaration asks for a column that its relation does not have."""
    whole = catalogue()["response_rate"]
    fields = {name: getattr(whole, name) for name in ("title", "unit", "better", "perspective", "timing", "kind")}
    texts = {name: getattr(whole, name) for name in ("asks", "counted", "left_out", "beware", "block", "merge")}

    def broken_rate(contacts: object) -> dict[str, object]:
        return {"share": whole.build(contacts.no_such_column)["share"]}  # type: ignore[attr-defined]

    registry.kpi(number=998, relation="contacts", outputs=("share",), tables=("conversations",), **fields, **texts)(
        broken_rate
    )
    yield "broken_rate"
    del registry.REGISTRY["broken_rate"]


def test_a_kpi_that_raises_costs_only_itself(golden: Workspace, broken: str) -> None:
    names = ["response_rate", broken, "conversation_count"]
    before, failed, after = golden.scorecard("2025-03", kpis=names, as_of=AS_OF)
    assert (failed.status, failed.value, failed.failure) == ("no_data", None, True)
    assert "could not be computed" in (failed.note or "")
    assert "no_such_column" in (failed.note or "")
    assert (before.value, after.value) == (
        golden.kpi("response_rate", "2025-03", as_of=AS_OF).one().value,
        golden.kpi("conversation_count", "2025-03", as_of=AS_OF).one().value,
    )


def test_an_order_shop_without_contracts_has_retention(plans_folder: Path, tmp_path: Path) -> None:
    home = mittari.create_home(tmp_path / "shop")
    (home / "plans").symlink_to(plans_folder)
    with mittari.open(home) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        orders = [
            ("o1", "a", "2024-01-10"),
            ("o2", "b", "2024-06-01"),
            ("o3", "b", "2025-02-01"),
            ("o4", "c", "2024-03-20"),
        ]
        workspace.load_rows(
            "orders",
            {
                "order_id": [order for order, _, _ in orders],
                "customer_id": [customer for _, customer, _ in orders],
                "ordered_at": np.array([day for _, _, day in orders], dtype="datetime64[us]"),
                "currency": ["EUR"] * 4,
                "invoice_amount": [10.0] * 4,
            },
        )
        # b and c are active when March 2025 begins; c's year ends on the 20th
        record = workspace.kpi("customer_retention_rate", "2025-03", as_of="2025-06-01").one()
        assert (record.value, record.n) == (0.5, 2)
        assert recomputed(workspace, record)
        assert workspace.kpi("gross_revenue_retention", "2025-03").one().status == "no_data"


def recomputed(workspace: Workspace, record: Record) -> bool:
    return bool(workspace.recompute(workspace.receipt(record), workspace.rows(record))["equal"])
