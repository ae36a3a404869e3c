"""Presses on the device of a touchpoint, day by day, beside the visitors counted there.

Answers on a device have no invitations, so there is no response rate of them: what part of the visitors press is told
by presses per visit, as far as somebody counts the visitors.
"""

from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True)
class DayOfPresses:
    """One local day: `raw` presses, `presses` without the repeated ones, and `visits`, None where nobody counted."""

    day: date
    raw: int
    presses: int
    visits: int | None

    @property
    def per_visit(self) -> float | None:
        """Presses without repeats per visit; None without visits."""
        return self.presses / self.visits if self.visits else None


def presses_by_day(
    connection: duckdb.DuckDBPyConnection, touchpoint: str, first: date, last: date
) -> list[DayOfPresses]:
    """Every local day from `first` to `last` (included), in order, days without a press too; tests are left out.

    Each answer is one press: a form of two questions on a screen is two.
    """
    rows = connection.execute(
        """
        SELECT days.day, coalesce(p.raw, 0), coalesce(p.presses, 0), v.visits
        FROM (SELECT unnest(generate_series($first::DATE, $last::DATE, INTERVAL 1 DAY))::DATE AS day) AS days
        LEFT JOIN (
            SELECT responded_local::DATE AS day, count(*) AS raw,
                count(*) FILTER (coalesce(is_repeat_press, 0) = 0) AS presses
            FROM responses WHERE touchpoint_id = $touchpoint AND coalesce(is_test, 0) = 0
            AND responded_local >= $first::DATE AND responded_local < $last::DATE + INTERVAL 1 DAY GROUP BY ALL
        ) AS p ON p.day = days.day
        LEFT JOIN (SELECT "date" AS day, visits FROM touchpoint_days WHERE touchpoint = $touchpoint) AS v
            ON v.day = days.day
        ORDER BY 1
        """,
        {"touchpoint": touchpoint, "first": first, "last": last},
    ).fetchall()
    return [DayOfPresses(*row) for row in rows]
