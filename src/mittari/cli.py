"""The command line: each command calls one function of one stage."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mittari.commands import (
    closing,
    contacts,
    demo,
    device,
    facts,
    installation,
    invite,
    listen,
    numbers,
    person,
    survey,
    tls,
    token,
    webhook,
)
from mittari.errors import MittariError, UserError

FAULT, USER, REJECTS = 1, 2, 3
GROUPS = (
    *(demo, installation, facts, numbers, closing, token, tls),
    *(person, webhook, contacts, invite, survey, device, listen),
)


class Parser(argparse.ArgumentParser):
    """Says in one line what was wrong with a command, as every other mistake is told."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UserError(message, where=self.prog, hint=f"see `{self.prog} --help`")


def parser() -> Parser:
    top = Parser(prog="mittari", description="Measures customer service and customer experience on your own machine.")
    top.add_argument(
        "--home",
        type=Path,
        default=Path(os.environ.get("MITTARI_HOME", "mittari-home")),
        help="the folder that holds the installation (or MITTARI_HOME; default: mittari-home)",
    )
    top.add_argument("--traceback", action="store_true", help="show where in Mittari an error arose")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 a fault of ours, 2 the user's mistake, 3 done with rejects."""
    raised = False
    try:
        chosen = parser().parse_args(arguments)
        raised = chosen.traceback
        run: Callable[[argparse.Namespace], int] = chosen.run
        return run(chosen)
    except MittariError as error:
        if raised:
            raise
        print(f"mittari: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("mittari: stopped", file=sys.stderr)
        return 130
