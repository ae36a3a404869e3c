"""Whose turn it is: values of what stands on the board first, everything else as there is time. Pure.

Two workers ask. The quick one computes values alone, those that have waited longest first, heroes a little before the
others; so a change waits for one round at most, however often others follow it. The thorough one computes what is
left: trends, cards without a value, KPIs made of other KPIs, what has grown old, and the large charts. It begins when
the quick one has nothing to do, or has kept it waiting for long enough.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mittari.show.web.live.watch import Kept, Watch

TOGETHER = 8
"""So many KPIs are asked for at once, at most: the first to be ready need not wait for too many others."""
HEROES_AHEAD_S = 0.2
"""Heroes are taken for so much longer due than they are."""
CALM_FROM, CALM_PAUSE_S = 3, 0.5
"""A value that stayed the same so many times running is looked at again after a pause, and those that move go first."""
PATIENCE_S = 1.0
"""How long the thorough worker lets the quick one go first."""
TREND_EVERY_S, SETTLED_EVERY_S, CHARTS_EVERY_S = 5.0, 30.0, 10.0
"""How often everything about a KPI is computed while data keep coming: while its value moves, and while it does not;
and how often the large charts are drawn."""
SHARE = 5
"""What takes long rests so many times as long, so that big data leave the machine to others."""


@dataclass(frozen=True)
class Turn:
    """What is computed next: some KPIs of a watch; without KPIs its large charts."""

    watch: Watch
    kept: tuple[Kept, ...]


def quick_turn(watches: Iterable[Watch], now: float) -> Turn | float | None:
    """The values to compute next; in how many seconds there will be some; None when all are up to date."""
    waiting = [(_order(kept), watch, kept) for watch in watches if watch.clients for kept in watch.kept.values()]
    waiting = [one for one in waiting if one[2].due is not None and one[2].quick]
    ready = [one for one in waiting if _begins(one[2]) <= now]
    if not ready:
        return min((_begins(kept) for _, _, kept in waiting), default=now) - now if waiting else None
    _, watch, first = min(ready, key=lambda one: one[0])
    alike = [kept for _, other, kept in ready if other is watch and kept.group == first.group]
    return Turn(watch, tuple(sorted(alike, key=lambda kept: (kept is not first, kept.place))[:TOGETHER]))


def _begins(kept: Kept) -> float:
    """When the value of a KPI may be computed again."""
    return kept.looked_at + CALM_PAUSE_S if kept.calm >= CALM_FROM else 0.0


def _order(kept: Kept) -> tuple[bool, float, int]:
    ahead = HEROES_AHEAD_S if kept.section.hero else 0.0
    return (kept.calm >= CALM_FROM, (kept.due or 0.0) - ahead, kept.place)


def thorough_turn(watches: Iterable[Watch], now: float) -> Turn | float | None:
    """What else to compute now; else in how many seconds there will be something; None: not before a change."""
    best, found = float("inf"), None
    for watch in watches:
        if not watch.clients:
            continue
        if watch.charts_due and watch.charts_at + CHARTS_EVERY_S < best:
            best, found = watch.charts_at + CHARTS_EVERY_S, Turn(watch, ())
        for kept in watch.kept.values():
            if kept.stale is not None and ready_at(kept) < best:
                best, found = ready_at(kept), Turn(watch, (kept,))
    if found is None:
        return None
    if best > now:
        return best - now
    return _joined(found, now) if found.kept else found


def ready_at(kept: Kept) -> float:
    """When everything about a stale KPI may be computed again."""
    if kept.stale is None or not kept.known:
        return kept.stale or 0.0
    pause = TREND_EVERY_S if kept.moved or not kept.quick else SETTLED_EVERY_S
    return max(kept.stale, kept.whole_at + max(pause, SHARE * kept.took))


def _joined(turn: Turn, now: float) -> Turn:
    """The turn of one KPI with those of its group that may have theirs as well."""
    [first] = turn.kept
    alike = [
        kept
        for kept in turn.watch.kept.values()
        if kept is not first and kept.stale is not None and kept.group == first.group and ready_at(kept) <= now
    ]
    return Turn(turn.watch, (first, *alike[: TOGETHER - 1]))
