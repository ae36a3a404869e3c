"""The settings of an installation: what they may be (`values`, `hours`, `addresses`), and each one (`declared`)."""

from mittari.settings.addresses import CHAT_OWNER, NOBODY, owner_address
from mittari.settings.declared import FILE_NAME, Settings
from mittari.settings.hours import WEEKDAYS, OpenInterval, QuietHours, opening_hours, quiet_hours
from mittari.settings.values import LANGUAGES, Unfit, countries

__all__ = [
    "CHAT_OWNER",
    "FILE_NAME",
    "LANGUAGES",
    "NOBODY",
    "WEEKDAYS",
    "OpenInterval",
    "QuietHours",
    "Settings",
    "Unfit",
    "countries",
    "opening_hours",
    "owner_address",
    "quiet_hours",
]
