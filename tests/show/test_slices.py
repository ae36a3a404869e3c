"""The table of slices: what it ranks by, what it says of each, and what it leaves unsaid."""

from dataclasses import replace

from mittari.change.league import Standing
from mittari.measure.kpi import catalogue
from mittari.measure.result import Record
from mittari.show.format import Style
from mittari.show.web.slices import SliceTable, compared

CSAT = catalogue()["csat"]


def of(channel: str, value: float, flags: tuple[str, ...] = ()) -> Record:
    slice_: dict[str, str | None] = {"channel": channel}
    return Record("csat", "share", "2025-03", "2025-04-01T00:00:00Z", slice_, {}, value, "fraction", 50, flags=[*flags])


def shown(*pairs: tuple[Record, Standing]) -> SliceTable:
    records, standings = zip(*pairs, strict=True)
    return compared(CSAT, records, standings, "channel", 0.8, None, Style())


def test_slices_are_ranked_by_what_they_are_likely_to_be() -> None:
    """A perfect score of few is likely no better than a good one of many."""
    lucky, good = (of("lucky", 1.0), Standing(shrunk=0.82)), (of("good", 0.9), Standing(shrunk=0.89))
    table = shown(lucky, good)
    assert [row.label for row in table.rows] == ["good", "lucky"]
    assert [row.drawn.replace("\u202f", " ") for row in table.rows] == ["89.0 %", "82.0 %"]
    assert table.draws


def test_a_lower_is_better_kpi_is_ranked_from_below() -> None:
    first, second = (of("a", 0.3), Standing(shrunk=0.3)), (of("b", 0.2), Standing(shrunk=0.25))
    records, standings = zip(first, second, strict=True)
    table = compared(replace(CSAT, better="lower"), records, standings, "channel", None, None, Style())
    assert [row.label for row in table.rows] == ["b", "a"]


def test_what_cannot_be_drawn_is_ranked_by_its_value() -> None:
    table = shown((of("a", 0.2), Standing()), (of("b", 0.7), Standing()))
    assert [row.label for row in table.rows] == ["b", "a"]
    assert not table.draws
    assert {row.differs for row in table.rows} == {None}


def test_slices_with_too_little_come_last_and_unranked() -> None:
    table = shown((of("few", 1.0, ("low_n",)), Standing(shrunk=0.85)), (of("many", 0.6), Standing(shrunk=0.62)))
    assert [row.label for row in table.rows] == ["many", "few"]
    assert table.ranked == 1
