"""`contacts`: where people are reached, for invitations."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    contacts = commands.add_parser(
        "contacts",
        help="where people are reached, for invitations",
        description="Addresses for invitations. They are kept apart from the facts.",
    )
    deeds = contacts.add_subparsers(dest="deed", required=True, metavar="DEED")
    take_in = deeds.add_parser("import", help="take in a CSV file of addresses")
    take_in.add_argument(
        "file",
        type=Path,
        metavar="FILE.csv",
        help="columns: customer_id or employee_id, email, phone, chat, lang, consent (yes or no)",
    )
    take_in.set_defaults(run=run_import)


def run_import(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.invite.contacts import checked_contacts, read_file
    from mittari.collect.invite.people import keep_addresses
    from mittari.errors import UserError
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        addresses, problems = checked_contacts(read_file(chosen.file))
        if problems:
            first = problems[0]
            place = f"{chosen.file}, line {first.row + 2}" + (f", column {first.field}" if first.field else "")
            more = f" ({len(problems) - 1} more like it)" if len(problems) > 1 else ""
            raise UserError(f"{first.why}{more}", place, "Nothing was stored.")
        kept = keep_addresses(ledger, addresses, utc_now())
    print(f"{kept} addresses were stored.")
    return 0
