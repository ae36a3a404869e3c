"""Export and erasure of a person, as verbs of the workspace that owns the warehouse."""

import secrets
from contextlib import closing
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError
from mittari.facts.persons import Kind
from mittari.store import inbox as inboxes
from mittari.store import ledger as ledgers
from mittari.store.inbox import Inbox
from mittari.store.ledger import Ledger
from mittari.store.persons import erase as store
from mittari.store.persons.erase import PREFIX, Erasure
from mittari.store.persons.export import sections

if TYPE_CHECKING:
    from mittari.workspace.local import LocalWorkspace

RANDOM_BYTES = 10


def export(workspace: "LocalWorkspace", person: str, employee: bool) -> dict[str, Any]:
    """Everything held about the person, ready for JSON. Raises UserError where nobody is known by the id."""
    with workspace.warehouse.session() as connection:
        connection.execute("BEGIN TRANSACTION READ ONLY")  # all tables of one moment, whoever loads meanwhile
        found = sections(connection, person, _kind(employee))
        connection.execute("ROLLBACK")
    if not found:
        raise _unknown(person, employee)
    return {
        "about": f"{_kind(employee)} {person}",
        "written_at": workspace.clock().isoformat(),
        "instants": f"UTC; columns that say so are on the wall clock of {workspace.settings.timezone}",
        "tables": found,
    }


def erase(workspace: "LocalWorkspace", person: str, employee: bool, dry_run: bool) -> Erasure:
    """Take a person away in one transaction; a dry run only says what would change.

    Raises UserError where nobody is known by the id.
    """
    kind, pseudonym = _kind(employee), PREFIX + secrets.token_hex(RANDOM_BYTES)
    if person.startswith(PREFIX):
        raise UserError("this is nobody's id any more: the person was erased", where=person)
    if dry_run:
        with workspace.warehouse.session() as connection:
            return _known(store.prepare(connection, person, kind, pseudonym), person, employee)
    workspace.require_engine()
    with workspace.warehouse.session() as session, workspace.warehouse.writing(session) as connection:
        workspace.warehouse.next_version(connection)
        found = _known(store.prepare(connection, person, kind, pseudonym), person, employee)
        changed = store.carry_out(connection, person, kind, pseudonym)
        workspace.warehouse.renumber(connection, changed)
        store.drop_helpers(connection, kind)
    workspace.forget_state()
    workspace.warehouse.checkpoint()
    _forget_in_ledger(workspace, person, kind)
    return found


def _forget_in_ledger(workspace: "LocalWorkspace", person: str, kind: Kind) -> None:
    """Addresses, links and messages that wait, and rows set aside; a home that never collected has no ledger."""
    path = workspace.home / ledgers.FILE_NAME
    if path.exists():
        from mittari.collect.invite.people import forget_person  # light commands load nothing of collecting

        with Ledger.open(path) as ledger:
            forget_person(ledger, person, kind)
    path = workspace.home / inboxes.FILE_NAME
    if path.exists():
        with closing(Inbox.open(path, workspace.clock)) as inbox:
            inbox.forget(f"{kind}_id", person)


def _kind(employee: bool) -> Kind:
    return "employee" if employee else "customer"


def _known(found: Erasure, person: str, employee: bool) -> Erasure:
    if not found.rows:
        raise _unknown(person, employee)
    return found


def _unknown(person: str, employee: bool) -> UserError:
    other = "without --employee if it is a customer's" if employee else "with --employee if it is an employee's"
    return UserError(
        f"no {_kind(employee)} is known by this id", where=person, hint=f"Write it as the files do, and {other}."
    )
