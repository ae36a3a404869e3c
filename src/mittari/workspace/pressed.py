"""What devices and their touchpoints did on one day, for the page of devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

PRESSES = """
SELECT device_id, any_value(touchpoint_id), count(*), count(*) FILTER (WHERE coalesce(is_repeat_press, 0) = 0)
FROM responses
WHERE device_id IS NOT NULL AND responded_local >= $day AND responded_local < $day + INTERVAL 1 DAY
GROUP BY device_id
"""
VISITS = "SELECT touchpoint, visits FROM touchpoint_days WHERE date = $day"


@dataclass(frozen=True)
class Pressed:
    """By device its touchpoint, all presses and those that repeat none; by touchpoint its visitors. Tests included."""

    presses: Mapping[str, tuple[str | None, int, int]]
    visits: Mapping[str, int]


def pressed_on(connection: duckdb.DuckDBPyConnection, day: date) -> Pressed:
    found = connection.execute(PRESSES, {"day": day}).fetchall()
    visits = connection.execute(VISITS, {"day": day}).fetchall()
    return Pressed({device: (touchpoint, raw, kept) for device, touchpoint, raw, kept in found}, dict(visits))
