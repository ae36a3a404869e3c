"""Which slices of one call a KPI of its own people may show (G21): asked where records are made, and nowhere else."""

from collections.abc import Mapping, Sequence

from mittari.measure.call import Call
from mittari.measure.dimensions import SCALE
from mittari.measure.evaluate import Measured
from mittari.measure.kpi import Definition
from mittari.measure.material import Material
from mittari.measure.small_groups import Key, hidden


def whole(call: Call) -> Call:
    """The call split by what it was filtered by: only beside the others can a slice be judged."""
    return Call(call.periods, call.as_of, call.zone, by=tuple(dict.fromkeys((*call.where, *call.by))))


class Screen:
    """Made of what one output measured in all slices of a whole call."""

    def __init__(self, definition: Definition, call: Call, material: Material, measured: Sequence[Measured]) -> None:
        self._asked = (*call.where, *call.by)
        self._names = material.call.by
        self._found: list[dict[Key, Measured]] = [{} for _ in call.periods]
        self._fewest = definition.suppress_below
        for number, each in enumerate(measured):
            period, key = material.groups.of(number)
            if period < len(call.periods):
                self._found[period][key] = each

    def hides(self, period: int, slice_of: Mapping[str, str | None]) -> bool:
        """Whether the slice must not be shown. Where nobody answered at all there is nothing to hide."""
        found = self._found[period]
        if not any(each.estimate.n or each.missing for each in found.values()):
            return False
        places = [place for place, name in enumerate(self._names) if self._splits(place, name, found)]
        respondents: dict[Key, int] = {}  # scales on which nobody was asked, for other KPIs of the call, add nothing
        for key, each in found.items():
            part = tuple(key[place] for place in places)
            respondents[part] = respondents.get(part, 0) + each.estimate.n
        asked = tuple(slice_of.get(self._names[place]) for place in places)
        return asked not in respondents or asked in hidden(respondents, self._fewest)

    def _splits(self, place: int, name: str, found: Mapping[Key, Measured]) -> bool:
        """Everything asked for does; so does the scale nobody asked for, where there are several."""
        scales = {key[place] for key, each in found.items() if each.estimate.n or each.missing}
        return name != SCALE or SCALE in self._asked or len(scales) > 1
