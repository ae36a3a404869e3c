"""`close`: sign the figures of a period."""

import argparse
import getpass
from typing import Any

from mittari.commands import printing
from mittari.errors import UserError


def add(commands: Any) -> None:
    close = commands.add_parser(
        "close",
        help="sign the figures of a period",
        description="Write down every figure of a period that is over, as it stands now. What is loaded later changes "
        "what is computed, never what was reported: `mittari scorecard --as-reported` shows both.",
    )
    close.add_argument("period", metavar="P", nargs="?", help="2026-10, 2026-Q3, 2026; none: list what is closed")
    close.add_argument("--by", metavar="NAME", help="who signs (default: the user of this machine)")
    close.add_argument("--again", action="store_true", help="sign a period once more; the first close is kept")
    close.set_defaults(run=run_close)


def run_close(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    with open_home(chosen.home) as workspace:
        if chosen.period is None:
            _list(workspace.closes())
            return 0
        closed = workspace.close_period(chosen.period, by=chosen.by or _user(), again=chosen.again)
    print(f"{closed.period} is closed: {closed.figures} figures signed by {closed.closed_by}")
    if closed.provisional:
        print(f"{closed.provisional} of them are provisional: cases of the period are still open or young")
    return 0


def _list(closes: Any) -> None:
    rows = [(each.close_id, f"{each.closed_at:%Y-%m-%d %H:%M} UTC", each.closed_by or "") for each in closes]
    print(printing.columns(rows) if rows else "no period is closed yet: `mittari close 2026-10` signs one")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a user without an entry in the machine's list, as in some containers
        raise UserError("who signs is not known", hint="say it with --by NAME") from error
