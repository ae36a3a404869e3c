"""Which groups of a call become records, and how each is named: slices, and scales that are never added up (G17)."""

from collections.abc import Iterator
from dataclasses import dataclass

from mittari.measure.call import Call
from mittari.measure.dimensions import SCALE
from mittari.measure.evaluate import Measured
from mittari.measure.material import Material

MIXED = ("mixed_scale",)


@dataclass(frozen=True)
class Group:
    """One record to be: the period's place in the call, its group among the measured ones (None: nothing found)."""

    period: int
    number: int | None
    slice_of: dict[str, str | None]
    flags: tuple[str, ...] = ()


def _counted(measured: Measured) -> bool:
    return measured.estimate.n > 0 or measured.missing > 0 or measured.censored > 0


def plain_groups(material: Material, measured: list[Measured], call: Call) -> Iterator[Group]:
    """Every period; split by dimensions, every slice in which this output counted something in any period."""
    shown = {material.groups.of(n)[1] for n, each in enumerate(measured) if _counted(each)} if call.by else {()}
    places = sorted(
        range(len(material.groups.slices)),
        key=lambda place: [(text is None, text or "") for text in material.groups.slices[place]],
    )
    if not shown:  # nothing to split: the number says why, instead of not being there
        for period in range(len(call.periods)):
            yield Group(period, None, dict(call.where))
    for place in places:
        key = material.groups.slices[place]
        if key in shown:
            for period in range(len(call.periods)):
                number = period * len(material.groups.slices) + place
                yield Group(period, number, {**call.where, **dict(zip(call.by, key, strict=True))})


def scale_groups(material: Material, measured: list[Measured], call: Call) -> Iterator[Group]:
    """One record per scale where a period holds several; the scale is not named where the call meets only one.

    Periods asked together are a series: where one of them holds several scales, each scale has a record in every
    period, so that none of the series breaks off where the other begins.
    """
    asked = call.where.get(SCALE)
    found = _by_scale(material, measured, call)
    for base in sorted({base for _, base in found}, key=repr) or [()]:
        named = {**call.where, **dict(zip([name for name in call.by if name != SCALE], base, strict=False))}
        by_period = [found.get((period, base), {}) for period in range(len(call.periods))]
        several = any(len(scales) > 1 for scales in by_period)
        known = sorted({scale for scales in by_period for scale in scales}, key=repr)
        for period, scales in enumerate(by_period):
            shown = [scale for scale in (known if several else scales) if asked is None or scale == asked]
            if not shown:
                yield Group(period, None, named)
            for scale in shown:
                told = {**named, SCALE: scale} if several or asked is not None or SCALE in call.by else named
                yield Group(period, scales.get(scale), told, MIXED if len(scales) > 1 else ())


def _by_scale(
    material: Material, measured: list[Measured], call: Call
) -> dict[tuple[int, tuple[str | None, ...]], dict[str | None, int]]:
    """Where something was counted: by period and slice, the number of the group on each scale."""
    split = material.call.by.index(SCALE)
    found: dict[tuple[int, tuple[str | None, ...]], dict[str | None, int]] = {}
    for number, each in enumerate(measured):
        period, key = material.groups.of(number)
        if _counted(each) and period < len(call.periods):  # later ones are those that comparisons look back to
            found.setdefault((period, key[:split] + key[split + 1 :]), {})[key[split]] = number
    return found
