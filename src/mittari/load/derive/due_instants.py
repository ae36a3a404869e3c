"""When a time allowed on a calendar is used up."""

import numpy as np

from mittari.errors import UserError
from mittari.time import Calendar

NEVER = np.datetime64("9999-12-31", "us")
"""Due when the calendar closes for good before the time allowed is over."""

END_OF_CALENDARS = np.datetime64("2200-12-31", "us")


def due_instants(calendar: Calendar, started: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """When the seconds allowed are used up on the calendar; `NEVER` where it closes for good before that."""
    try:
        return calendar.add_open_seconds(started, allowed)
    except UserError:
        due = np.full(started.shape, NEVER)
        enough = calendar.open_seconds(started, np.full(started.shape, END_OF_CALENDARS)) >= allowed
        due[enough] = calendar.add_open_seconds(started[enough], allowed[enough])
        return due
