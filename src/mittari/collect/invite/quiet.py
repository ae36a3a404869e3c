"""Quiet hours: a message waits for the next moment at which people may be asked. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mittari.settings import QuietHours
from mittari.time.zones import to_local, zone_of

DAY_MINUTES = 24 * 60


def next_allowed(at: datetime, quiet: QuietHours, zone: str) -> datetime:
    """The instant itself, or the end of the quiet time in which it lies. Instants are naive UTC.

    What is quiet is read off the wall clock of the zone, so an hour shown twice in autumn is quiet both times.
    """
    place = zone_of(zone)
    while _is_quiet(local := to_local(at, place), quiet):
        at = _first_after(at, _end(local, quiet), place)
    return at


def _is_quiet(local: datetime, quiet: QuietHours) -> bool:
    return quiet.covers(local.isoweekday(), local.hour * 60 + local.minute)


def _end(local: datetime, quiet: QuietHours) -> datetime:
    """The wall clock time at which the stretch or the day ends that holds for `local`."""
    midnight = datetime.combine(local.date(), time())
    minute = local.hour * 60 + local.minute
    if local.isoweekday() in quiet.weekdays or (quiet.start > quiet.end and minute >= quiet.start):
        return midnight + timedelta(days=1)
    return midnight + timedelta(minutes=quiet.end)


def _first_after(at: datetime, local: datetime, place: ZoneInfo) -> datetime:
    """The first instant after `at` at which the clock shows `local`; where the clock jumps over it, right after."""
    for fold in (0, 1):
        instant = local.replace(tzinfo=place, fold=fold).astimezone(UTC).replace(tzinfo=None)
        if instant > at:
            return instant
    return at + timedelta(minutes=1)  # the clock was put back over the end: look at the next minute
