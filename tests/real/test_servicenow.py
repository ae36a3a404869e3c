"""An incident log, one row per change: the incidents as they stood after their last event."""

from typing import Any

import pytest

from mittari.workspace import Workspace
from mittari.workspace.local import LocalWorkspace

ALL_TIME = "2016-02-29..2017-12-31"
HOUR_S = 3600


def test_of_141712_events_24918_incidents_remain(servicenow: Workspace) -> None:
    record = servicenow.kpi("conversation_count", period=ALL_TIME).one()
    assert record.value == 24918


def test_275_incidents_were_reopened(servicenow: Workspace) -> None:
    """No KPI counts reopenings by number yet, so the rows are asked."""
    assert isinstance(servicenow, LocalWorkspace)
    counts = servicenow.fetch(
        "SELECT count(*) FILTER (reopen_count > 0) AS reopened, count(*) FILTER (dim_made_sla = 'true') AS in_time, "
        "count(*) FILTER (dim_reassignments::INTEGER > 0) AS reassigned FROM conversations",
        {},
    )
    assert {name: int(values[0]) for name, values in counts.items()} == {
        "reopened": 275,
        "in_time": 15803,
        "reassigned": 11369,
    }


def test_the_time_from_opening_to_resolution_is_that_of_the_reference(
    servicenow: Workspace, reference: dict[str, Any]
) -> None:
    figures = reference["servicenow_incidents"]
    mean = servicenow.kpi("resolution_time.mean", period=ALL_TIME).one()
    median = servicenow.kpi("resolution_time.median", period=ALL_TIME).one()
    assert mean.n == median.n == figures["open_to_resolved_n"] == 23362
    assert mean.value == pytest.approx(figures["open_to_resolved_hours_mean"] * HOUR_S, abs=5e-7 * HOUR_S)
    assert median.value == 22.1 * HOUR_S


def test_incidents_without_a_resolution_time_are_unsolved(servicenow: Workspace) -> None:
    """1,556 were closed and never resolved: the question mark in their place is no time."""
    record = servicenow.kpi("solved_count", period=ALL_TIME).one()
    assert record.value == 24918 - 1556


def test_the_months_of_opening_are_those_of_the_reference(servicenow: Workspace, reference: dict[str, Any]) -> None:
    expected = reference["servicenow_incidents"]["opened_by_month"]
    table = servicenow.kpi("conversation_count", period=list(expected))
    assert {record.period: record.value for record in table} == expected
