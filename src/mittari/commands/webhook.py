"""`webhook`: addresses at which other systems report by signed requests."""

import argparse
from typing import Any

NUMBERS = ("s", "float", "int", "b")


def add(commands: Any) -> None:
    webhook = commands.add_parser(
        "webhook",
        help="addresses at which other systems report by signed requests",
        description="Make, list and revoke the webhooks of other systems (scheme: Standard Webhooks).",
    )
    deeds = webhook.add_subparsers(dest="deed", required=True, metavar="DEED")
    new = deeds.add_parser("new", help="make a webhook and show its secret once")
    new.add_argument("name", metavar="NAME", help="which system it is for; part of the address")
    new.add_argument("--table", metavar="TABLE", required=True, help="the table its rows are for")
    new.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        help="the sender's field, such as call.id, is this column; with it only fields so named are taken",
    )
    new.add_argument(
        "--set", metavar="COLUMN=VALUE", action="append", help="every row has this value, such as channel=phone"
    )
    new.set_defaults(run=run_new)
    deeds.add_parser("list", help="the webhooks, without their secrets").set_defaults(run=run_list)
    revoke = deeds.add_parser("revoke", help="from now on nothing is taken in there")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=run_revoke)


def run_new(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.webhooks import make_webhook
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        secret = make_webhook(ledger, chosen.name, chosen.table, shape(chosen), utc_now())
    print(
        f"{secret}\nIt is not shown again, but kept as it is in ledger.sqlite, since signatures are checked by it: "
        f"whoever reads that file or a copy of it can sign.\nAddress: /api/v1/webhooks/{chosen.name}"
    )
    return 0


def shape(chosen: argparse.Namespace) -> Any:
    """What the options say of the sender's objects."""
    from mittari.collect.webhooks import Shape
    from mittari.commands.options import number_or_text, pairs
    from mittari.errors import UserError
    from mittari.facts import TABLES

    fields: dict[str, str] = {}
    for path, column in pairs(chosen.map, "--map").items():
        if column in fields:
            raise UserError(f"the column {column} is named twice", where="--map")
        fields[column] = path
    table = TABLES.get(chosen.table)
    constants = {
        column: number_or_text(text) if table and column in table and table[column].type in NUMBERS else text
        for column, text in pairs(chosen.set, "--set").items()
    }
    return Shape(fields, constants)


def run_list(chosen: argparse.Namespace) -> int:
    from mittari.collect.webhooks import all_webhooks
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        found = all_webhooks(ledger)
    for webhook in found:
        state = f"revoked {webhook.revoked_at:%Y-%m-%d}" if webhook.revoked_at else "in use"
        renamed = "".join(f"  {path}={column}" for column, path in webhook.shape.fields.items())
        print(f"{webhook.name}  {webhook.table}  made {webhook.made_at:%Y-%m-%d}  {state}{renamed}")
    if not found:
        print("There is no webhook yet. Make one: mittari webhook new NAME --table calls")
    return 0


def run_revoke(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.webhooks import revoke_webhook
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        revoke_webhook(ledger, chosen.name, utc_now())
    print(f"Nothing is taken in at {chosen.name} any more.")
    return 0
