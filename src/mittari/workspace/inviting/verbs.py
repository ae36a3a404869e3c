"""What commands ask of invitations, over the home of a workspace that owns its warehouse."""

import secrets
from collections.abc import Iterator
from datetime import timedelta

from mittari.collect.alarm.owners import owner_of
from mittari.collect.collector import Collector
from mittari.collect.devices import all_devices
from mittari.collect.invite import outbox
from mittari.collect.invite.people import CUSTOMER, EMPLOYEE
from mittari.collect.invite.send import missing_settings
from mittari.store import ledger as ledgers
from mittari.workspace.inviting import job
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.verbs import Finding


def invite(
    workspace: LocalWorkspace, survey: str, person: str, employee: bool = False, dry_run: bool = False
) -> dict[str, str | None]:
    """Put an invitation of one person into the outbox: `at` (ISO, UTC) when it is sent, or `why` it is not."""
    with _collector(workspace) as collector:
        kind = EMPLOYEE if employee else CUSTOMER
        return job.invite_one(workspace, collector, survey, kind, person, secrets.token_urlsafe(9), dry_run)


def invite_plan(workspace: LocalWorkspace, survey: str) -> dict[str, int]:
    """How many of the contacts of the last days are asked, and how many not, by reason."""
    with _collector(workspace) as collector:
        return job.preview(workspace, collector, survey)


def findings(workspace: LocalWorkspace) -> Iterator[Finding]:
    """What `doctor` says of invitations and of alarms; nothing where nothing was ever collected."""
    if not (workspace.home / ledgers.FILE_NAME).exists():
        return
    with _collector(workspace) as collector:
        for survey in job.inviting(collector):
            way = survey.invitations.by if survey.invitations else ""
            for name in missing_settings(way, workspace.settings):
                yield Finding(
                    False,
                    f"the survey {survey.id} invites by {way}, but the setting {name} is empty",
                    f"set {name} in mittari.toml: until then nobody is asked",
                )
        before = workspace.clock() - timedelta(days=1)
        for name, error, number in outbox.old_failures(collector.ledger, before):
            if name:
                yield Finding(
                    False,
                    f"{number} invitations of {name} were not sent: {error}",
                    "mend the cause, or correct the addresses with `mittari contacts import FILE.csv`",
                )
            else:
                yield Finding(
                    False,
                    f"alarms of devices were not sent, {number} of them: {error}",
                    "mend the cause, or correct the address with `mittari device owner NAME ADDRESS`",
                )
        yield from _alarms(collector)


def _alarms(collector: Collector) -> Iterator[Finding]:
    """Devices of whose silence nobody can be told."""
    settings = collector.settings
    watched = [each for each in all_devices(collector.ledger) if each.seen_at and not each.revoked_at]
    unowned = [each.id for each in watched if each.owner is None and owner_of(each, settings) is None]
    if unowned:
        yield Finding(
            True,
            f"nobody is told when one of {len(unowned)} devices falls silent, such as {unowned[0]}: "
            "set device_owner in mittari.toml, or `mittari device owner NAME ADDRESS`",
        )
    for way in sorted({owner.way for each in watched if (owner := owner_of(each, settings))}):
        for name in missing_settings(way, settings, invitations=False):
            yield Finding(
                False,
                f"those responsible for devices are told by {way}, but the setting {name} is empty",
                f"set {name} in mittari.toml: until then nobody is told",
            )


def _collector(workspace: LocalWorkspace) -> Collector:
    return Collector.open(workspace.home, workspace.settings, workspace.clock)
