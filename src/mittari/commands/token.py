"""`token`: what other systems show when they send rows."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    token = commands.add_parser(
        "token",
        help="tokens for other systems that send rows",
        description="Make, list and revoke the tokens of other systems.",
    )
    deeds = token.add_subparsers(dest="deed", required=True, metavar="DEED")
    new = deeds.add_parser("new", help="make a token and show it once")
    new.add_argument("name", metavar="NAME", help="which system it is for")
    new.add_argument(
        "--scope",
        metavar="SCOPE",
        action="append",
        default=[],
        help="facts:TABLE, facts:* or contacts (may be given again)",
    )
    new.set_defaults(run=run_new)
    deeds.add_parser("list", help="the tokens, without their secrets").set_defaults(run=run_list)
    revoke = deeds.add_parser("revoke", help="from now on it opens nothing")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=run_revoke)


def run_new(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.tokens import make_token
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        secret = make_token(ledger, chosen.name, chosen.scope, utc_now())
    print(f"{secret}\nIt is not shown again. Send it as: Authorization: Bearer {secret[:8]}...")
    return 0


def run_list(chosen: argparse.Namespace) -> int:
    from mittari.collect.tokens import all_tokens
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        found = all_tokens(ledger)
    for token in found:
        state = f"revoked {token.revoked_at:%Y-%m-%d}" if token.revoked_at else "in use"
        print(f"{token.name}  {' '.join(token.scopes)}  made {token.made_at:%Y-%m-%d}  {state}")
    if not found:
        print("There is no token yet. Make one: mittari token new NAME --scope facts:calls")
    return 0


def run_revoke(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.tokens import revoke_token
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        revoke_token(ledger, chosen.name, utc_now())
    print(f"{chosen.name} opens nothing any more.")
    return 0
