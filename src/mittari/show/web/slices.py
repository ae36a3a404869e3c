"""One KPI by the values of a dimension: bars with intervals, no ranking where there is too little to rank. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mittari.change.league import Standing
from mittari.measure.kpi import LOWER, Definition
from mittari.measure.result import Record
from mittari.show import format as formats
from mittari.show import words
from mittari.show.format import Style
from mittari.show.language import notices
from mittari.show.speech import Speech
from mittari.show.verdict import Goal, standing
from mittari.show.why import why
from mittari.show.words import UNDECIDED

AIR = 0.04


@dataclass(frozen=True)
class SliceRow:
    """One value of the dimension. Places are per cent of the bar's width; `standing` colours it, None is neutral."""

    key: str | None
    label: str
    n: str
    value: str
    interval: str
    notices: tuple[tuple[str, str], ...]
    note: Markup | None
    standing: str | None
    standing_words: str
    standing_word: str
    at: float | None
    low: float | None
    high: float | None
    drawn: str
    differs: bool | None


@dataclass(frozen=True)
class SliceTable:
    """Rows with enough cases in order of their value, then, unranked, those without."""

    dimension: str
    rows: tuple[SliceRow, ...]
    ranked: int
    base: float
    overall: float | None
    target: float | None
    overall_said: str
    target_said: str

    @property
    def draws(self) -> bool:
        """Whether values are drawn towards the whole: not all kinds of numbers can be."""
        return any(row.drawn != formats.NOTHING for row in self.rows)


def compared(
    definition: Definition,
    records: Sequence[Record],
    standings: Sequence[Standing],
    by: str,
    overall: float | None,
    goal: Goal | None,
    style: Style,
) -> SliceTable:
    """The table for the records of one period, one for each value of the dimension `by`.

    They are ranked by what each value is likely to be, so that few cases do not stand on both ends.
    """
    say = Speech(style)
    unit = definition.unit if not records else records[0].unit
    low, high = span(records, overall, goal)

    def place(value: float | None) -> float | None:
        return None if value is None else round(100 * (AIR + (1 - 2 * AIR) * (value - low) / (high - low)), 2)

    def likely(pair: tuple[Record, Standing]) -> float:
        record, standing_of = pair
        return (record.value if standing_of.shrunk is None else standing_of.shrunk) or 0.0

    pairs = list(zip(records, standings, strict=True))
    decided = [pair for pair in pairs if pair[0].value is not None and not UNDECIDED & set(pair[0].flags)]
    others = sorted((pair for pair in pairs if pair not in decided), key=lambda pair: pair[0].slice.get(by) or "")
    decided.sort(key=likely, reverse=definition.better != LOWER)
    rows = []
    for record, among in [*decided, *others]:
        state = standing(record, goal)
        bounds = [None if bound is None else min(max(bound, low), high) for bound in (record.ci_low, record.ci_high)]
        rows.append(
            SliceRow(
                key=record.slice.get(by),
                label=label_of(record, by, say),
                n=formats.count(record.n, style),
                value=str(formats.quantity(record.value, unit, style)),
                interval=formats.interval(record.ci_low, record.ci_high, unit, style),
                notices=tuple(notices(record.status, record.flags, style.language)),
                note=why(record, say) if record.value is None else None,
                standing=state,
                standing_words=say.text(words.STANDING_WORDS[state]) if state else "",
                standing_word=say.text(words.NEAR_WORDS[state]) if state and state in words.NEAR_WORDS else "",
                at=place(record.value),
                low=place(bounds[0]),
                high=place(bounds[1]),
                drawn=str(formats.quantity(among.shrunk, unit, style)),
                differs=among.differs,
            )
        )
    return SliceTable(
        dimension=by,
        rows=tuple(rows),
        ranked=len(decided),
        base=place(max(low, min(0.0, high))) or 0.0,
        overall=place(overall),
        target=place(goal.value) if goal else None,
        overall_said=str(formats.quantity(overall, unit, style)),
        target_said=str(formats.quantity(goal.value, unit, style)) if goal else "",
    )


def label_of(record: Record, by: str, say: Speech) -> str:
    label = record.slice.get(by) or say.text("not given")
    scale = record.slice.get("scale")
    return f"{label} · {say.text('scale {scale}', scale=scale)}" if scale and by != "scale" else label


def span(records: Sequence[Record], overall: float | None, goal: Goal | None) -> tuple[float, float]:
    """The axis of the bars: zero, all values, the whole and the target; bounds widen it by half at most."""
    values = [0.0, *(record.value for record in records if record.value is not None)]
    values += [value for value in (overall, goal.value if goal else None) if value is not None]
    low, high = min(values), max(values)
    room = (high - low) / 2 or 1.0
    bounds = [bound for record in records for bound in (record.ci_low, record.ci_high) if bound is not None]
    low, high = max(min([low, *bounds]), low - room), min(max([high, *bounds]), high + room)
    return (low, high) if high > low else (low, low + 1.0)
