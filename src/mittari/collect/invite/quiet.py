"""Quiet hours: a message waits for the next moment at which people may be asked. Pure."""

from datetime import datetime, time, timedelta
from functools import lru_cache

from mittari.settings import QuietHours
from mittari.time.zones import to_local, to_utc

MINUTE = timedelta(minutes=1)


def next_allowed(at: datetime, quiet: QuietHours, zone: str) -> datetime:
    """The instant itself, or the end of the quiet time in which it lies. Instants are naive UTC.

    What is quiet is read off the wall clock of the zone, so an hour shown twice in autumn is quiet both times.
    """
    local = to_local(at, zone)
    if not _is_quiet(local, quiet):
        return at
    ends = local
    while _is_quiet(ends, quiet):
        ends = _end(ends, quiet)
    found = to_utc(ends, zone)
    if found - at == ends - local and to_local(found, zone) == ends:
        return found
    return _walked(at.replace(second=0, microsecond=0), quiet, zone)  # the clock was put forward or back meanwhile


def _is_quiet(local: datetime, quiet: QuietHours) -> bool:
    return quiet.covers(local.isoweekday(), local.hour * 60 + local.minute)


def _end(local: datetime, quiet: QuietHours) -> datetime:
    """The wall clock time at which the stretch or the day ends that holds for `local`."""
    midnight = datetime.combine(local.date(), time())
    minute = local.hour * 60 + local.minute
    if local.isoweekday() in quiet.weekdays or (quiet.start > quiet.end and minute >= quiet.start):
        return midnight + timedelta(days=1)
    return midnight + timedelta(minutes=quiet.end)


@lru_cache(maxsize=4096)
def _walked(minute: datetime, quiet: QuietHours, zone: str) -> datetime:
    """The first minute, going on from a quiet one, at which the clock shows no quiet time."""
    while _is_quiet(to_local(minute, zone), quiet):
        minute += MINUTE
    return minute
