"""Conversations split by their tags, by hand: each stands under every tag it has, and the base is all of them."""

from datetime import datetime
from typing import Any

import pytest

from measure.by_hand import AS_OF, at, case, load, made_again, value
from mittari.errors import UserError
from mittari.workspace.local import LocalWorkspace

NAME = "tag_conversation_count"


def tagged(workspace: LocalWorkspace) -> None:
    """Of four conversations of March one is about the bill, one about bill and price, one about the price of 9 March,
    one has no tag; spam, one of April and one we began are about other things."""
    load(
        workspace,
        "conversations",
        case(1, at(3)),
        case(2, at(3), channel="chat"),
        case(3, at(9)),
        case(4, at(10), channel="chat"),
        case(5, at(3), is_spam=1),
        case(6, datetime(2025, 4, 5, 9)),
        case(7, at(4), direction="out"),
    )
    tags = [(1, "Bill"), (2, " bill "), (2, "price"), (3, "price"), (5, "spam"), (6, "april"), (7, "ours")]
    load(workspace, "conversation_tags", *[{"conversation_id": f"c{n}", "tag": tag} for n, tag in tags])


def split(workspace: LocalWorkspace, output: str, **more: Any) -> dict[str | None, tuple[float | None, int | None]]:
    table = workspace.kpi(f"{NAME}.{output}", "2025-03", by="tag", as_of=AS_OF, **more)
    return {record.slice["tag"]: (record.value, record.n) for record in table}


def test_each_tag_counts_its_conversations(empty: LocalWorkspace) -> None:
    tagged(empty)
    found = split(empty, "count")
    assert {tag: n for tag, (_, n) in found.items()} == {"bill": 2, "price": 2}


def test_the_base_of_each_share_is_all_conversations(empty: LocalWorkspace) -> None:
    tagged(empty)
    assert split(empty, "share") == {"bill": (0.5, 4), "price": (0.5, 4)}
    assert split(empty, "untagged") == {"bill": (0.25, 4), "price": (0.25, 4)}


def test_a_tag_and_another_dimension(empty: LocalWorkspace) -> None:
    tagged(empty)
    table = empty.kpi(f"{NAME}.share", "2025-03", by=["tag", "channel"], as_of=AS_OF)
    found = {(record.slice["tag"], record.slice["channel"]): (record.value, record.n) for record in table}
    assert found[("bill", "chat")] == found[("price", "email")] == (0.5, 2)
    assert split(empty, "share", where={"channel": "chat"}) == {"bill": (0.5, 2), "price": (0.5, 2)}


def test_one_tag_is_the_number_that_the_parameter_gives(empty: LocalWorkspace) -> None:
    tagged(empty)
    for output in ("count", "share", "untagged"):
        asked, named = (
            made_again(empty, f"{NAME}.{output}", **how) for how in ({"where": {"tag": "Bill "}}, {"tag": "bill"})
        )
        for field in ("value", "n", "se", "ci_low", "ci_high", "components", "flags"):
            assert getattr(asked, field) == getattr(named, field), (output, field)


def test_the_rows_of_a_slice_are_all_conversations_with_the_tag_or_without(empty: LocalWorkspace) -> None:
    tagged(empty)
    receipt = empty.kpi(f"{NAME}.count", "2025-03", where={"tag": "price"}, as_of=AS_OF).receipt()
    assert (receipt.counted, receipt.left_out["has not the tag"]) == (2, 2)


def test_nothing_is_ranked_by_tag(empty: LocalWorkspace) -> None:
    tagged(empty)
    table = empty.kpi(f"{NAME}.share", "2025-03", by="tag", as_of=AS_OF)
    assert all(standing.difference is None for standing in empty.league(table))


def test_each_month_has_the_tags_of_all_months_asked(empty: LocalWorkspace) -> None:
    tagged(empty)
    table = empty.kpi(f"{NAME}.share", ["2025-03", "2025-04"], by="tag", as_of=AS_OF)
    found = {(record.period, record.slice["tag"]): (record.value, record.n) for record in table}
    assert found[("2025-04", "april")] == (1, 1)
    assert found[("2025-03", "april")] == (0, 4)


def test_the_parameter_chooses_one_of_the_slices(empty: LocalWorkspace) -> None:
    tagged(empty)
    assert split(empty, "share", tag="price") == {"price": (0.5, 4)}


def test_other_numbers_have_no_tags(empty: LocalWorkspace) -> None:
    tagged(empty)
    with pytest.raises(UserError, match="conversation_count cannot be split by tag"):
        empty.kpi("conversation_count", "2025-03", by="tag", as_of=AS_OF)
    assert value(empty, "conversation_count")[1] == 4
    assert set(empty.dimensions()["tag"]) >= {"price"}
