"""IBM's telephone company: a churn table without dates, placed in December 2019."""

from typing import Any

import pytest

from mittari.workspace import Workspace

MONTH = "2019-12"


def test_those_who_left_are_1869_of_7043(telco: Workspace) -> None:
    record = telco.kpi("customer_retention_rate", period=MONTH).one()
    assert record.n == 7043
    assert record.components["Sx"] == 7043 - 1869
    assert record.value == (7043 - 1869) / 7043
    assert record.status == "final"


def test_churn_by_contract_is_that_of_the_reference(telco: Workspace, reference: dict[str, Any]) -> None:
    expected = reference["ibm_telco_churn"]["by_contract"]
    table = telco.kpi("customer_retention_rate", period=MONTH, by="customer.segment")
    found = {
        str(record.slice["customer.segment"]): (record.n, (record.n or 0) - record.components["Sx"]) for record in table
    }
    assert found == {name: (figures["n"], figures["churned"]) for name, figures in expected.items()}


def test_gross_revenue_retention_is_one_less_the_charges_of_those_who_left(telco: Workspace) -> None:
    record = telco.kpi("gross_revenue_retention", period=MONTH).one()
    assert record.value == pytest.approx(1 - 139130.85 / 456116.60, rel=1e-12)
    assert record.components["Sy"] == pytest.approx(456116.60, rel=1e-12)


def test_the_value_of_the_lost_customers_is_the_sum_of_their_charges(telco: Workspace) -> None:
    record = telco.kpi("churned_revenue", period=MONTH).one()
    assert record.n == 1869
    assert record.value == pytest.approx(139130.85, rel=1e-12)
    assert record.unit == "USD"
