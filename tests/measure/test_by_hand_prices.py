"""What of a change of the realised price is price and what is the mix of products, worked out by hand."""

from datetime import datetime
from typing import Any

import pytest

from measure.by_hand import AS_OF, load, made_again, order, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

NAME = "price_realization_rate"


def sold(
    number: int, day: str, product: str | None, target: float | None, pocket: float, **more: Any
) -> dict[str, Any]:
    row = order(number, f"k{number}", f"{day}T12:00", invoice_amount=pocket, product=product, target_amount=target)
    return {**row, **more}


def parts(workspace: LocalWorkspace, **more: Any) -> tuple[float | None, float | None]:
    """Price and mix, each again from its rows."""
    return made_again(workspace, NAME, part="price", **more).value, made_again(
        workspace, NAME, part="mix", **more
    ).value


def test_a_change_is_price_at_todays_volumes_and_the_mix_of_products(empty: LocalWorkspace) -> None:
    """A year ago A got, in the first second of March, 90 of 100 and B 240 of 300: 0.825.

    As April begins A gets next to nothing, which is another month. Now A gets 160 of 200 and B 170 of 200: also 0.825.

    Price: (160 - 200 * 0.9) + (170 - 200 * 0.8) = -20 + 10 of 400. Mix: 200 * 0.075 + 200 * -0.025 = 10 of 400.
    """
    load(
        empty,
        "orders",
        sold(1, "2024-03-01", "A", 100, 90, ordered_at=datetime(2024, 2, 29, 22)),
        sold(2, "2024-03-06", "B", 300, 240),
        sold(3, "2025-03-05", "A", 200, 160),
        sold(4, "2025-03-06", "B", 200, 170),
        sold(5, "2024-04-01", "A", 100, 1, ordered_at=datetime(2024, 3, 31, 21)),
    )
    assert value(empty, NAME) == (0.825, 2)
    assert parts(empty) == (pytest.approx(-10 / 400), pytest.approx(10 / 400))
    record = empty.kpi(NAME, "2025-03", as_of=AS_OF, part="price").one()
    assert (record.n, record.definition_version) == (2, "1+part=price")


def test_what_was_not_sold_before_is_mix(empty: LocalWorkspace) -> None:
    """A keeps its 0.9 of 100; C is new and gets 50 of 100: R goes from 0.9 to 0.7, all of it by the mix."""
    load(
        empty,
        "orders",
        sold(1, "2024-03-05", "A", 100, 90),
        sold(2, "2025-03-05", "A", 100, 90),
        sold(3, "2025-03-06", "C", 100, 50),
    )
    assert parts(empty) == (pytest.approx(0), pytest.approx(-0.2))


def test_lines_without_a_product_are_one(empty: LocalWorkspace) -> None:
    load(empty, "orders", sold(1, "2024-03-05", None, 100, 90), sold(2, "2025-03-05", None, 100, 80))
    assert parts(empty) == (pytest.approx(-0.1), pytest.approx(0))


@pytest.mark.parametrize(("day", "known"), [("2025-01-28", False), ("2025-01-29", True), ("2025-02-28", True)])
def test_the_previous_period_is_as_many_days_before(empty: LocalWorkspace, day: str, known: bool) -> None:
    """March has 31 days: those from 29 January to 28 February."""
    load(empty, "orders", sold(1, day, "A", 100, 90), sold(2, "2025-03-05", "A", 100, 80))
    found = value(empty, NAME, part="price", compare="previous")
    assert found == ((pytest.approx(-0.1), 1) if known else (None, 0))


@pytest.mark.parametrize(("day", "known"), [("2024-02-29", False), ("2024-03-01", True), ("2024-03-31", True)])
def test_last_year_is_the_same_days_a_year_ago(empty: LocalWorkspace, day: str, known: bool) -> None:
    load(empty, "orders", sold(1, day, "A", 100, 90), sold(2, "2025-03-05", "A", 100, 80))
    assert value(empty, NAME, part="price") == ((pytest.approx(-0.1), 1) if known else (None, 0))


def test_each_month_is_set_against_its_own_earlier_one(empty: LocalWorkspace) -> None:
    load(
        empty,
        "orders",
        sold(1, "2024-03-05", "A", 100, 90),
        sold(2, "2024-04-05", "A", 100, 70),
        sold(3, "2025-03-05", "A", 100, 80),
        sold(4, "2025-04-05", "A", 100, 80),
    )
    table = empty.kpi(NAME, ["2025-03", "2025-04"], as_of=AS_OF, part="price")
    assert [record.value for record in table] == [pytest.approx(-0.1), pytest.approx(0.1)]


def test_only_valid_priced_lines_make_the_earlier_price(empty: LocalWorkspace) -> None:
    """Cancelled, without a target and without a rate: none tells what a product realised before."""
    load(
        empty,
        "orders",
        sold(1, "2024-03-05", "A", 100, 90),
        sold(2, "2024-03-05", "A", 100, 10, status="cancelled"),
        sold(3, "2024-03-05", "A", None, 10),
        sold(4, "2024-03-05", "A", 100, 10, currency="NOK"),
        sold(5, "2025-03-05", "A", 100, 80),
        sold(6, "2025-03-05", "A", None, 80),
    )
    record = made_again(empty, NAME, part="price")
    assert (record.value, record.n, record.n_na) == (pytest.approx(-0.1), 1, 1)


def test_parts_and_periods_have_names(empty: LocalWorkspace) -> None:
    load(empty, "orders", sold(1, "2025-03-05", "A", 100, 90))
    with pytest.raises(UserError, match="part is whole, price or mix"):
        empty.kpi(NAME, "2025-03", part="rest")
    with pytest.raises(UserError, match="compare is last_year or previous"):
        empty.kpi(NAME, "2025-03", part="mix", compare="2024-03")
