"""Time zones: local wall clocks and UTC, one value at a time and a million at a time.

Instants are naive datetimes in UTC, as the warehouse keeps them. A local time that an autumn night shows twice is its
first occurrence; one that a spring night skips is moved forward by the length of the gap (PEP 495 with fold 0).
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from mittari.errors import UserError

Instants = NDArray[np.datetime64]
"""An array of `datetime64[us]`."""

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
"""Changes of a zone's offset are known for these years; outside them the nearest known offset holds."""

MICROSECONDS = 1_000_000
STEP = timedelta(days=5)
"""No zone has held an offset for a shorter time since 1900: the shortest is a week less an hour (Recife, 2000)."""


def zone_of(zone: str | ZoneInfo) -> ZoneInfo:
    """The time zone of that IANA name; an unknown one is the user's mistake."""
    if isinstance(zone, ZoneInfo):
        return zone
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:  # OSError: a folder of the zone tree, such as "Europe"
        raise UserError(f'unknown time zone "{zone}"', hint="Use an IANA name such as Europe/Helsinki.") from error


def to_local(instant: datetime, zone: str | ZoneInfo) -> datetime:
    """The wall clock of `zone` at a naive UTC instant, as a naive datetime."""
    return instant.replace(tzinfo=UTC).astimezone(zone_of(zone)).replace(tzinfo=None)


def to_utc(local: datetime, zone: str | ZoneInfo) -> datetime:
    """The naive UTC instant of a naive wall clock time."""
    return local.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC).replace(tzinfo=None)


def local_midnight(day: date, zone: str | ZoneInfo) -> datetime:
    """The first instant of a local day, as naive UTC.

    Where the clock jumps over midnight the day begins right after the jump; a day that a zone skipped altogether
    (Samoa, 30 December 2011) begins and ends at the jump.
    """
    place = zone_of(zone)
    midnight = datetime.combine(day, time())
    begins = to_utc(midnight, place)
    if to_local(begins, place) == midnight:
        return begins
    before_jump = midnight.replace(tzinfo=place, fold=1).astimezone(UTC).replace(tzinfo=None)
    return _change_between(before_jump, begins, place)


def zone_offsets(zone: str | ZoneInfo, first_year: int, last_year: int) -> tuple[Instants, NDArray[np.int64]]:
    """When the offset of a zone changes, and to what.

    Returns `(starts, offsets)`: from `starts[i]` (UTC, `datetime64[us]`) until the next start, local time is UTC plus
    `offsets[i]` seconds. The first start lies two days before the first year, so that its local days are covered.
    Years are held within 1900 and 2100.
    """
    first = min(max(first_year, EARLIEST_YEAR), LATEST_YEAR)
    last = min(max(last_year, first), LATEST_YEAR)
    starts, offsets = _changes(zone_of(zone), first, last)
    return starts.copy(), offsets.copy()


def local_from_utc(instants: Instants, zone: str | ZoneInfo) -> Instants:
    """Wall clock times of an array of UTC instants, both `datetime64[us]`; NaT stays NaT."""
    values = np.asarray(instants, dtype="datetime64[us]")
    starts, offsets = _changes_around(values, zone_of(zone))
    regime = np.maximum(np.searchsorted(starts, values, side="right") - 1, 0)
    local: Instants = np.add(values, _microseconds(offsets)[regime])
    return local


def utc_from_local(local: Instants, zone: str | ZoneInfo) -> Instants:
    """UTC instants of an array of wall clock times, both `datetime64[us]`; NaT stays NaT.

    Both special cases ask for the offset before the change: an ambiguous time is its first occurrence, a skipped one
    moves forward. So the new offset holds from the later of the two wall clock times that the change shows.
    """
    values = np.asarray(local, dtype="datetime64[us]")
    starts, offsets = _changes_around(values, zone_of(zone))
    shift = _microseconds(offsets)
    new_offset_from = starts[1:] + np.maximum(shift[1:], shift[:-1])
    regime = np.searchsorted(new_offset_from, values, side="right")
    instants: Instants = np.subtract(values, shift[regime])
    return instants


def _changes_around(values: Instants, zone: ZoneInfo) -> tuple[Instants, NDArray[np.int64]]:
    """The changes of offset over the years that the values span, widened to decades so that few tables are built."""
    known = values[~np.isnat(values)]
    years = known.astype("datetime64[Y]").astype(np.int64) + 1970 if known.size else np.array([2000])
    first = int(years.min()) // 10 * 10 - 1
    last = int(years.max()) // 10 * 10 + 10
    first = min(max(first, EARLIEST_YEAR), LATEST_YEAR)
    return _changes(zone, first, min(max(last, first), LATEST_YEAR))


def _microseconds(seconds: NDArray[np.int64]) -> NDArray[np.timedelta64]:
    return (seconds * MICROSECONDS).astype("timedelta64[us]")


@lru_cache(maxsize=64)
def _changes(zone: ZoneInfo, first_year: int, last_year: int) -> tuple[Instants, NDArray[np.int64]]:
    """The table of `zone_offsets`, found by looking every few days and closing in on each change to the second."""
    looked_at = datetime(first_year, 1, 1) - timedelta(days=2)
    end = datetime(last_year + 1, 1, 1) + timedelta(days=2)
    starts, offsets = [looked_at], [_offset(looked_at, zone)]
    while looked_at < end:
        look_next = looked_at + STEP
        offset = _offset(look_next, zone)
        if offset != offsets[-1]:
            starts.append(_change_between(looked_at, look_next, zone))
            offsets.append(offset)
        looked_at = look_next
    seconds = [round(offset.total_seconds()) for offset in offsets]
    return np.array(starts, dtype="datetime64[us]"), np.array(seconds, dtype=np.int64)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second in (before, after] that has the offset of `after`, given one change in between."""
    new_offset = _offset(after, zone)
    old, new = 0, round((after - before).total_seconds())
    while new - old > 1:
        middle = (old + new) // 2
        if _offset(before + timedelta(seconds=middle), zone) == new_offset:
            new = middle
        else:
            old = middle
    return before + timedelta(seconds=new)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert offset is not None, "a ZoneInfo always has an offset"  # noqa: S101  # for the type checker
    return offset
