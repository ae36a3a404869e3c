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
    """One record per scale where a period holds several; the scale is not named where there is only one."""
    asked = call.where.get(SCALE)
    split = material.call.by.index(SCALE)
    found: dict[tuple[int, tuple[str | None, ...]], list[tuple[str | None, int]]] = {}
    for number, each in enumerate(measured):
        if _counted(each):
            period, key = material.groups.of(number)
            if period >= len(call.periods):
                continue  # a period that only comparisons look back to
            found.setdefault((period, key[:split] + key[split + 1 :]), []).append((key[split], number))
    for base in sorted({base for _, base in found}, key=repr) or [()]:
        for period in range(len(call.periods)):
            scales = sorted(found.get((period, base), []), key=repr)
            flags = MIXED if len(scales) > 1 else ()
            named = {**call.where, **dict(zip([name for name in call.by if name != SCALE], base, strict=False))}
            chosen = [pair for pair in scales if asked is None or pair[0] == asked]
            if not chosen:
                yield Group(period, None, named)
            for scale, number in chosen:
                told = {**named, SCALE: scale} if flags or asked is not None or SCALE in call.by else named
                yield Group(period, number, told, flags)
