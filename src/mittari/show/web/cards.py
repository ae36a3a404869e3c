"""A card: everything one number says on the board, in words and paths, ready for its template. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mittari.change.two_periods import Change
from mittari.measure.families.change import REAL
from mittari.measure.kpi import Definition
from mittari.measure.result import Record
from mittari.show import format as formats
from mittari.show import words
from mittari.show.format import Quantity, Style
from mittari.show.language import notices
from mittari.show.sparkline import Point, Sparkline, sparkline
from mittari.show.speech import Speech
from mittari.show.verdict import Goal, standing
from mittari.show.why import why

WIDE, MIDDLE, SMALL = (6, 5, 4, 3), (5, 4, 3), (3, 2)
"""How many cards may stand in a row on a wide screen, a middling and a small one (a tablet upright)."""


@dataclass(frozen=True)
class ChangeShown:
    """A change since the period before: `tone` good, bad or calm; `verdict` real, noise or cannot tell, in words.

    `real` says whether it is, for the eye.
    """

    text: str
    direction: str
    tone: str
    verdict: str
    explained: str
    real: bool


@dataclass(frozen=True)
class Card:
    """One number of the board. `missing` cards have no value and a note that says why; `failed` ones broke.

    `standing` is the state behind the colour, `standing_words` and, shorter, `standing_word` say it.
    """

    key: str
    title: str
    scale: str | None
    href: str
    value: Quantity
    interval: str
    change: ChangeShown | None
    target: str | None
    standing: str | None
    notices: tuple[tuple[str, str], ...]
    note: Markup | None
    missing: bool
    failed: bool
    sparkline: Sparkline | None
    standing_words: str = ""
    standing_word: str = ""


def card_of(
    definition: Definition,
    now: Record,
    changed: Change | None,
    trend: Sequence[Record],
    goal: Goal | None,
    style: Style,
    href: str,
    running: bool = False,
) -> Card:
    """The card of one KPI on one scale; `trend` holds its sub-periods, oldest first.

    In a running period everything is provisional: the page says so once, and no card repeats it.
    """
    say, scale = Speech(style), now.slice.get("scale")
    stands = standing(now, goal)
    said = [flag for flag in now.flags if flag != "mixed_scale"]  # the card names its scale instead
    status = "final" if running and now.status == "provisional" else now.status
    return Card(
        key=f"{definition.id}-{scale}" if scale else definition.id,
        title=definition.title,
        scale=say.text("scale {scale}", scale=scale) if scale else None,
        href=href,
        value=formats.quantity(now.value, now.unit, style),
        interval=formats.interval(now.ci_low, now.ci_high, now.unit, style),
        change=change_shown(changed, now.unit, style),
        target=goal_text(goal, now.unit, style),
        standing=stands,
        notices=tuple(notices(status, said, style.language)),
        note=why(now, say),
        missing=now.value is None,
        failed=now.failure,
        sparkline=sparkline([Point(r.value, r.ci_low, r.ci_high) for r in trend], goal.value if goal else None),
        standing_words=say.text(words.STANDING_WORDS[stands]) if stands else "",
        standing_word=say.text(words.NEAR_WORDS[stands]) if stands and stands in words.NEAR_WORDS else "",
    )


def broken_card(definition: Definition, reason: Markup, href: str) -> Card:
    """The card of a KPI that could not be computed or drawn."""
    return Card(
        key=definition.id,
        title=definition.title,
        scale=None,
        href=href,
        value=Quantity(formats.NOTHING),
        interval="",
        change=None,
        target=None,
        standing=None,
        notices=(),
        note=reason,
        missing=True,
        failed=True,
        sparkline=None,
    )


def change_shown(changed: Change | None, unit: str, style: Style) -> ChangeShown | None:
    if changed is None or changed.value is None:
        return None
    say = Speech(style)
    short, explained = words.VERDICT_WORDS[changed.verdict]
    return ChangeShown(
        text=formats.relative(changed.value, style) if changed.relative else formats.change(changed.value, unit, style),
        direction="flat" if changed.value == 0 else "up" if changed.value > 0 else "down",
        tone={True: "good", False: "bad", None: "calm"}[changed.better],
        verdict=say.text(short),
        explained=say.text(explained),
        real=changed.verdict == REAL,
    )


def goal_text(goal: Goal | None, unit: str, style: Style) -> str | None:
    """A target as it is written: the bound with the side that is good."""
    if goal is None:
        return None
    if goal.direction == "band":
        return formats.interval(goal.value, goal.value_high, unit, style)
    return f"{'≥' if goal.direction == 'up' else '≤'} {formats.quantity(goal.value, unit, style)}"


def columns(count: int, choices: Sequence[int]) -> int:
    """Cards per row: as many as there are, else the first choice whose last row lacks the fewest, one or none alike."""
    if 0 < count <= choices[0]:
        return count if count in choices else choices[-1]
    return min(choices, key=lambda columns: max(-count % columns, 1))
