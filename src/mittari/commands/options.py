"""Options that several commands share."""

import argparse
from collections.abc import Iterable
from typing import Any

from mittari.errors import UserError

HIGHEST_PORT = 65_535


def add_slice(command: argparse.ArgumentParser) -> None:
    """The period and slice of numbers."""
    command.add_argument(
        "--period",
        metavar="P",
        help="2026-10, 2026-W40, 2026-Q3, 2026, 2026-10-05, 2026-10-01..2026-10-15, "
        "last-30-days; for stocks also an instant. Default: the month in which the data end",
    )
    command.add_argument(
        "--by", metavar="DIM", action="append", help="split by a dimension, such as channel or customer.segment"
    )
    command.add_argument("--where", metavar="DIM=VALUE", action="append", help="only the rows with this value")
    command.add_argument("--as-of", metavar="T", help="as it was known at this instant (default: the newest load)")
    command.add_argument(
        "--rules",
        metavar="SET",
        default="house",
        help="beside our numbers the same by the rules of zendesk, intercom, chatwoot, freshdesk or genesys",
    )
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="the result records as one JSON array")
    shape.add_argument("--csv", action="store_true", help="the result records as CSV")


def port_number(text: str) -> int:
    """A port: 1 to 65535, or 0 for any free one."""
    if not text.isdigit() or not 0 <= int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to {HIGHEST_PORT}, found {text!r}")
    return int(text)


def pairs(given: Iterable[str] | None, option: str) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping."""
    found = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UserError(f"expected NAME=VALUE, found {text!r}", where=option)
        found[name] = value
    return found


def number_or_text(text: str) -> Any:
    """A parameter's value: a whole number, a number, or text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """`HOST:PORT`, the host of IPv6 in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or not host:
        raise argparse.ArgumentTypeError(f"expected HOST:PORT such as 0.0.0.0:8443, found {text!r}")
    return host.strip("[]"), port_number(port)
