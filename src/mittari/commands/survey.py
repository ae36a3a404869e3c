"""`survey`: make, list and check surveys, and print their addresses and QR codes."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

DAYS = 30
KINDS = ("nps", "csat", "ces", "resolved", "quality")


def add(commands: Any) -> None:
    survey = commands.add_parser(
        "survey",
        help="make, list and check surveys; their addresses and QR codes",
        description="Surveys are files, surveys/NAME.toml in the home folder; /surveys on the board edits the same.",
    )
    deeds = survey.add_subparsers(dest="deed", required=True, metavar="DEED")
    new = deeds.add_parser("new", help="write the file of a new survey, with every key explained")
    new.add_argument("name", metavar="NAME", help="a to z, 0 to 9 and hyphens: it stands in the address")
    new.add_argument("--kind", choices=KINDS, default="csat", help="which questions it begins with (default csat)")
    new.add_argument("--owner", metavar="WHO", default="", help="who reads the answers; without one it does not open")
    new.add_argument(
        "--reaction-time", metavar="TIME", default="24h", help="how soon they react, such as 4h or 2d (default 24h)"
    )
    new.set_defaults(run=run_new)
    deeds.add_parser("list", help="every survey, and why one is not open").set_defaults(run=run_list)
    check = deeds.add_parser("check", help="every fault with its file and key")
    check.add_argument("name", metavar="NAME", nargs="?", help="only this one")
    check.set_defaults(run=run_check)
    link = deeds.add_parser("link", help="the address of a survey and its QR code")
    link.add_argument("name", metavar="NAME")
    link.add_argument("--touchpoint", metavar="T", help="the place or page of the journey; signed in the address")
    link.add_argument("--location", metavar="L", help="the store or office; signed in the address")
    link.add_argument("--qr", metavar="FILE", type=Path, help="write the QR code to FILE.svg or FILE.png")
    link.set_defaults(run=run_link)


def run_new(chosen: argparse.Namespace) -> int:
    from mittari.collect.survey.files import read_survey, why_closed
    from mittari.collect.survey.template import write_template
    from mittari.workspace.stores import require_home

    require_home(chosen.home)
    path = write_template(chosen.home, chosen.name, chosen.kind, chosen.owner, chosen.reaction_time)
    print(f"The survey is in {path}.")
    if reason := why_closed(read_survey(path)):
        print(f"It is not open yet: {reason}.")
    print(f"Its address: mittari --home {chosen.home} survey link {chosen.name}")
    return 0


def run_list(chosen: argparse.Namespace) -> int:
    from mittari.collect.survey.shelf import Shelf
    from mittari.workspace.stores import require_home

    require_home(chosen.home)
    shelved = Shelf(chosen.home).all()
    if not shelved:
        print(f"There is no survey yet. Make one: mittari --home {chosen.home} survey new NAME")
        return 0
    answers = _answers(chosen.home)
    for each in shelved:
        state = "open" if each.is_open else f"not open: {each.fault}"
        counted = "" if answers is None else f"  {answers.get(each.name, 0)} answers in {DAYS} days"
        print(f"{each.name}{counted}  {state}")
    return 0


def _answers(home: Path) -> dict[str, int] | None:
    """The answers of the last days by survey; None where the warehouse is not at hand."""
    from mittari.collect.collector import utc_now
    from mittari.errors import UserError
    from mittari.workspace import open_home

    try:
        with open_home(home) as workspace:
            return workspace.answers_by_survey(utc_now() - timedelta(days=DAYS))
    except UserError:  # another process holds it, or its engine is down: the list is told without numbers
        return None


def run_check(chosen: argparse.Namespace) -> int:
    from mittari.collect.survey.files import FOLDER
    from mittari.collect.survey.writing import survey_path
    from mittari.workspace.stores import require_home

    require_home(chosen.home)
    paths = [survey_path(chosen.home, chosen.name)] if chosen.name else sorted((chosen.home / FOLDER).glob("*.toml"))
    found = [(path, _faults(path)) for path in paths]
    for path, faults in found:
        for fault in faults:
            print(fault)
        if not faults:
            print(f"{path}: in order{_state(path)}")
    if not paths:
        print(f"There is no survey in {chosen.home / FOLDER}.")
    return 2 if any(faults for _, faults in found) else 0


def _faults(path: Path) -> list[str]:
    """What is wrong with a file, each with file and key."""
    import tomllib

    from mittari.collect.survey.faults import flaws_of
    from mittari.collect.survey.files import read_survey
    from mittari.errors import UserError

    try:
        read_survey(path)
    except UserError as error:
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return [str(error)]
        return [str(flaw.at(str(path))) for flaw in flaws_of(path.stem, given)] or [str(error)]
    return []


def _state(path: Path) -> str:
    from mittari.collect.survey.files import read_survey, why_closed

    reason = why_closed(read_survey(path))
    return f", but not open: {reason}" if reason else ", open"


def run_link(chosen: argparse.Namespace) -> int:
    import os

    from mittari.collect.signing import Signer
    from mittari.collect.survey.files import read_survey, why_closed
    from mittari.collect.survey.writing import survey_path
    from mittari.collect.web.addresses import qr_text, survey_address, write_qr
    from mittari.errors import UserError
    from mittari.settings import FILE_NAME, Settings
    from mittari.workspace.stores import open_ledger

    path = survey_path(chosen.home, chosen.name)
    with open_ledger(chosen.home) as ledger:
        signer = Signer(ledger.signing_key())
    survey = read_survey(path)
    if survey.links != "open":
        raise UserError(
            "this survey is answered only by links for one use, which invitations carry",
            f"{path}, key links",
            'Say links = "open" for an address that anybody may use.',
        )
    base = Settings.load(chosen.home, os.environ).public_address
    if not base:
        raise UserError(
            "the address of this machine is not known",
            chosen.home / FILE_NAME,
            'Say in public_address where customers reach it, such as "https://feedback.example".',
        )
    address = survey_address(base, survey, signer, chosen.touchpoint, chosen.location)
    print(address)
    if chosen.qr is not None:
        write_qr(address, chosen.qr)
        print(f"The QR code is in {chosen.qr}.")
    else:
        print(qr_text(address), end="")
    if reason := why_closed(survey):
        print(f"The survey is not open yet: {reason}.")
    return 0
