"""`invite` and `outbox`: asking somebody, who would be asked, and what waits to be sent."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    invite = commands.add_parser(
        "invite",
        help="ask one person, or see who would be asked",
        description="Ask one person: invite SURVEY PERSON_ID. Who would be asked by itself: invite plan SURVEY.",
    )
    invite.add_argument("survey", metavar="SURVEY", help="the survey, or the word plan")
    invite.add_argument("person", metavar="PERSON_ID", help="the customer, or after plan the survey")
    invite.add_argument("--employee", action="store_true", help="PERSON_ID is one of your own people")
    invite.add_argument("--dry-run", action="store_true", help="only say whether and when")
    invite.set_defaults(run=run_invite)
    outbox = commands.add_parser(
        "outbox",
        help="what waits to be sent, and what failed",
        description="Invitations by survey, and alarms of devices, by state.",
    )
    outbox.set_defaults(run=run_outbox)


def run_invite(chosen: argparse.Namespace) -> int:
    from mittari.workspace import open_home

    with open_home(chosen.home) as workspace:
        if chosen.survey == "plan":
            counts = workspace.invite_plan(chosen.person)
            print(f"Contacts of the last days that {chosen.person} looks at: {sum(counts.values())}")
            for what, number in counts.items():
                print(f"{number:>8,}  {what}")
            return 0
        told = workspace.invite(chosen.survey, chosen.person, employee=chosen.employee, dry_run=chosen.dry_run)
        zone = workspace.settings.timezone
    return _say(told, zone, chosen.dry_run)


def _say(told: dict[str, str | None], zone: str, dry_run: bool) -> int:
    from datetime import datetime

    from mittari.time.zones import to_local

    if told["at"] is None:
        print(f"Not asked: {told['why']}.")
        return 2
    local = to_local(datetime.fromisoformat(told["at"]), zone)
    what = "Would be sent" if dry_run else "In the outbox; the running server sends it"
    print(f"{what} from {local:%Y-%m-%d %H:%M} on.")
    return 0


def run_outbox(chosen: argparse.Namespace) -> int:
    from mittari.collect.invite.outbox import summary
    from mittari.workspace.stores import open_ledger

    with open_ledger(chosen.home) as ledger:
        rows = summary(ledger)
    for survey, kind, state, error, number, first, last in rows:
        when = f"from {first[:16]} UTC" if state == "waiting" else f"until {(last or first)[:16]} UTC"
        what = survey or "alarms of devices"
        print(f"{number:>8,}  {state:9}  {what} by {kind}, {when}" + (f": {error}" if error else ""))
    if not rows:
        print("The outbox is empty.")
    return 0
