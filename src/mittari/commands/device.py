"""`device`: kiosks and buttons, each with a token of its own."""

import argparse
import sys
from typing import Any

ADDRESS = (
    "an e-mail address, a telephone number such as +358401234567, chat:RECIPIENT, none for nobody, "
    "or default for device_owner of mittari.toml"
)


def add(commands: Any) -> None:
    device = commands.add_parser(
        "device",
        help="kiosks and buttons",
        description="Set up, list and revoke kiosks and buttons, and say who is told when one falls silent.",
    )
    deeds = device.add_subparsers(dest="deed", required=True, metavar="DEED")
    new = deeds.add_parser("new", help="set up a device and show its token once")
    new.add_argument("name", metavar="NAME", help="what the device is called, such as helsinki-exit")
    new.add_argument("--survey", metavar="NAME", required=True, help="the survey whose first question it asks")
    new.add_argument("--button", action="store_true", help="a button with a program of its own, not a kiosk page")
    new.add_argument("--touchpoint", metavar="NAME", help="the place of the journey (default: that of the survey)")
    new.add_argument("--location", metavar="NAME", help="the store or office (default: that of the survey)")
    new.add_argument(
        "--language", metavar="TAG", action="append", default=[], help="a language of the page, the first shown first"
    )
    new.add_argument("--owner", metavar="ADDRESS", help=f"who is told when it falls silent: {ADDRESS}")
    new.add_argument("--owner-language", metavar="TAG", help="the language of the owner: en, fi, nb or sv")
    new.set_defaults(run=run_new)
    deeds.add_parser("list", help="the devices: heard last, taps waiting, silent").set_defaults(run=run_list)
    renewed = deeds.add_parser("replace", help="a new token for a device; the earlier one opens nothing any more")
    renewed.add_argument("name", metavar="NAME")
    renewed.set_defaults(run=run_replace)
    owner = deeds.add_parser("owner", help="who is told when a device falls silent, and when it is back")
    owner.add_argument("name", metavar="NAME")
    owner.add_argument("address", metavar="ADDRESS", help=ADDRESS)
    owner.add_argument("--language", metavar="TAG", help="the language of the owner: en, fi, nb or sv")
    owner.set_defaults(run=run_owner)
    off = deeds.add_parser("off", help="it is switched off on purpose: not missed until it is heard again")
    off.add_argument("name", metavar="NAME")
    off.set_defaults(run=run_off)
    on = deeds.add_parser("on", help="it is missed again at once, also before it is heard")
    on.add_argument("name", metavar="NAME")
    on.set_defaults(run=run_on)
    revoke = deeds.add_parser("revoke", help="from now on its taps are refused")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=run_revoke)


def run_new(chosen: argparse.Namespace) -> int:
    from mittari.collect.alarm.owners import read_owner
    from mittari.collect.collector import utc_now
    from mittari.collect.devices import BUTTON, KIOSK, give_owner, make_device
    from mittari.collect.survey.shelf import Shelf
    from mittari.workspace.stores import open_ledger

    owner = read_owner(chosen.owner or "", chosen.owner_language)
    with open_ledger(chosen.home) as ledger:
        token = make_device(
            ledger,
            Shelf(chosen.home),
            chosen.name,
            chosen.survey,
            utc_now(),
            source=BUTTON if chosen.button else KIOSK,
            touchpoint=chosen.touchpoint,
            location=chosen.location,
            languages=chosen.language,
        )
        if chosen.owner:
            give_owner(ledger, chosen.name, *owner)
    _show(chosen, token, chosen.button)
    return 0


def run_replace(chosen: argparse.Namespace) -> int:
    from mittari.collect.devices import BUTTON, all_devices, replace_token
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        token = replace_token(ledger, chosen.name)
        is_button = any(each.id == chosen.name and each.source == BUTTON for each in all_devices(ledger))
    _show(chosen, token, is_button)
    return 0


def _show(chosen: argparse.Namespace, token: str, is_button: bool) -> None:
    """The token, once: for a kiosk as an address to open, also as a QR code."""
    import os

    from mittari.settings import Settings

    public = Settings.load(chosen.home, os.environ).public_address
    if is_button:
        print(f"{token}\nIt is not shown again. The button sends it with its taps to {public or 'the public address'}.")
        return
    address = f"{public or 'https://PUBLIC'}/kiosk#{token}"
    print(f"{address}\nIt is not shown again. Open it on the tablet, once.")
    if public:
        _draw(address)
    else:
        print("Put the address of this server in place of https://PUBLIC, or set public_address in mittari.toml.")


def _draw(address: str) -> None:
    """The QR code, where the output can show its blocks."""
    import segno

    if "utf" in (sys.stdout.encoding or "").lower():
        segno.make(address, error="m").terminal(compact=True)


def run_list(chosen: argparse.Namespace) -> int:
    from mittari.collect.devices import all_devices
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        found = all_devices(ledger)
    for each in found:
        heard = f"heard {each.seen_at:%Y-%m-%d %H:%M} UTC" if each.seen_at else "never heard"
        waiting = "" if each.waiting is None else f"  {each.waiting} waiting"
        if each.revoked_at:
            state = f"revoked {each.revoked_at:%Y-%m-%d}"
        else:
            state = f"silent since {each.silent_since:%Y-%m-%d %H:%M} UTC" if each.silent_since else "in use"
            state = f"switched off {each.off_at:%Y-%m-%d %H:%M} UTC" if each.off_at else state
        owner = "" if each.owner is None else f"  owner {each.owner}"
        print(f"{each.id}  {each.source}  {each.survey}  {heard}{waiting}  {state}{owner}")
    if not found:
        print("There is no device yet. Set one up: mittari device new NAME --survey SURVEY")
    return 0


def run_owner(chosen: argparse.Namespace) -> int:
    import os

    from mittari.collect.alarm.owners import owner_of, read_owner
    from mittari.collect.devices import device_named, give_owner
    from mittari.settings import Settings
    from mittari.workspace.stores import open_ledger

    owner = read_owner(chosen.address, chosen.language)
    with open_ledger(chosen.home) as ledger:
        give_owner(ledger, chosen.name, *owner)
        device = device_named(ledger, chosen.name)
    settings = Settings.load(chosen.home, os.environ)
    told = owner_of(device, settings) if device else None
    if told is None:
        print(f"Nobody is told when {chosen.name} falls silent; the board and its page of devices show it.")
    else:
        print(f"{told.address} is told by {told.way}, in {told.language}, when {chosen.name} falls silent.")
    return 0


def run_off(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.devices import switch_off
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        switch_off(ledger, chosen.name, utc_now())
    print(f"{chosen.name} is not missed until it has been switched on and heard again.")
    return 0


def run_on(chosen: argparse.Namespace) -> int:
    from mittari.collect.devices import switch_on
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        switch_on(ledger, chosen.name)
    print(f"{chosen.name} is missed again when nothing is heard of it.")
    return 0


def run_revoke(chosen: argparse.Namespace) -> int:
    from mittari.collect.collector import utc_now
    from mittari.collect.devices import revoke_device
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        revoke_device(ledger, chosen.name, utc_now())
    print(f"{chosen.name} is not in use any more; the taps that wait on it stay there.")
    return 0
