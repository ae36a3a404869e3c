"""Export and erasure of a person, as verbs of the workspace that owns the warehouse."""

import secrets
from collections.abc import Mapping, Set
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError
from mittari.facts import TABLES
from mittari.facts.persons import LINKS, OWN, Kind, namings, own
from mittari.facts.persons import keys as keys_of
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
    _let_in_what_waits(workspace)
    with workspace.warehouse.session() as connection:
        connection.execute("BEGIN TRANSACTION READ ONLY")  # all tables of one moment, whoever loads meanwhile
        found = sections(connection, person, _kind(employee))
        connection.execute("ROLLBACK")
    beside = _held_in_ledger(workspace, person, _kind(employee))
    if not found and not beside:
        raise _unknown(person, employee)
    return {
        "about": f"{_kind(employee)} {person}",
        "written_at": workspace.clock().isoformat(),
        "instants": f"UTC; columns that say so are on the wall clock of {workspace.settings.timezone}",
        "tables": found,
        "ledger": beside,
    }


def erase(workspace: "LocalWorkspace", person: str, employee: bool, dry_run: bool) -> Erasure:
    """Take a person away; a dry run only says what would change.

    What was acknowledged before is let in first, and nothing else meanwhile. The warehouse changes in one transaction,
    and last: whoever is interrupted before can begin again, since the person is still known. Raises UserError where
    nobody is known by the id.
    """
    kind, pseudonym = _kind(employee), PREFIX + secrets.token_hex(RANDOM_BYTES)
    if person.startswith(PREFIX):
        raise UserError("this is nobody's id any more: the person was erased", where=person)
    workspace.require_engine()
    with workspace.letting_in:
        _let_in_what_waits(workspace)
        with workspace.warehouse.session() as connection:
            found = store.prepare(connection, person, kind, pseudonym)
            keys = store.their_keys(connection)
        found = replace(found, beside=_count_in_ledger(workspace, person, kind))
        if not found.rows and not found.beside:
            raise _unknown(person, employee)
        if dry_run:
            return found
        _forget_in_ledger(workspace, person, kind)
        _forget_in_inbox(workspace, kind, Gone(person, pseudonym, keys))
        _let_in_what_waits(workspace)  # answers by links that stood until a moment ago
        return replace(_erase_in_warehouse(workspace, person, kind, pseudonym), beside=found.beside)


def _erase_in_warehouse(workspace: "LocalWorkspace", person: str, kind: Kind, pseudonym: str) -> Erasure:
    with workspace.warehouse.session() as session, workspace.warehouse.writing(session) as connection:
        workspace.warehouse.next_version(connection)
        found = store.prepare(connection, person, kind, pseudonym)
        changed = store.carry_out(connection, person, kind, pseudonym) if found.rows else set()
        workspace.warehouse.renumber(connection, changed)
        store.drop_helpers(connection, kind)
    workspace.forget_state()
    workspace.warehouse.checkpoint()
    return found


def _let_in_what_waits(workspace: "LocalWorkspace") -> None:
    """Bring into the warehouse what was acknowledged by now; with a server it is little, else whatever one has left."""
    path = workspace.home / inboxes.FILE_NAME
    if not path.exists():
        return
    from mittari.workspace.writer import Writer  # it needs the workspace, which needs this module

    with closing(Inbox.open(path, workspace.clock)) as inbox:
        writer, last = Writer(workspace, inbox), inbox.last()
        while (waiting := inbox.waiting(1)) and waiting[0].id <= last:
            writer.drain()


def _count_in_ledger(workspace: "LocalWorkspace", person: str, kind: Kind) -> int:
    """How many addresses, links and messages there are; a home that never collected has no ledger."""
    path = workspace.home / ledgers.FILE_NAME
    if not path.exists():
        return 0
    from mittari.collect.invite.people import count_of_person  # light commands load nothing of collecting

    with Ledger.open(path) as ledger:
        return count_of_person(ledger, person, kind)


def _held_in_ledger(workspace: "LocalWorkspace", person: str, kind: Kind) -> dict[str, Any]:
    path = workspace.home / ledgers.FILE_NAME
    if not path.exists():
        return {}
    from mittari.collect.invite.people import held_of_person

    with Ledger.open(path) as ledger:
        return held_of_person(ledger, person, kind)


def _forget_in_ledger(workspace: "LocalWorkspace", person: str, kind: Kind) -> None:
    path = workspace.home / ledgers.FILE_NAME
    if not path.exists():
        return
    from mittari.collect.invite.people import forget_person

    with Ledger.open(path) as ledger:
        forget_person(ledger, person, kind)
        ledger.empty_log()


@dataclass(frozen=True)
class Gone:
    """A person who is being erased: the id, what stands in its place, and the keys of their rows by kind."""

    person: str
    pseudonym: str
    keys: Mapping[str, Set[str]]

    def left_of(self, kind: Kind, table: str, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """What stays of a row that was never let in: nothing where it is theirs, else the row without their name."""
        if self._is_theirs(kind, table, row):
            return None
        named = {each.column for each in namings(TABLES[table], kind)}
        return {
            name: self.pseudonym if name in named and value == self.person else value for name, value in row.items()
        }

    def _is_theirs(self, kind: Kind, table: str, row: Mapping[str, Any]) -> bool:
        """Whether it is about them, was written by them, or names nobody and hangs on a row of theirs."""
        if any(row.get(name) == self.person for name in own(TABLES[table], kind)):
            return True
        if kind == "employee":
            return False
        if row.get("author_type") == "customer" and row.get("author_id") == self.person:
            return True
        if any(row.get(name) is not None for name in (*OWN["customer"], *OWN["employee"])):
            return False
        declared = TABLES[table]
        hung = [name for name in keys_of(declared) if name in LINKS or name in declared.key]
        return any(row.get(name) in self.keys.get(keys_of(declared)[name], ()) for name in hung)


def _forget_in_inbox(workspace: "LocalWorkspace", kind: Kind, gone: Gone) -> None:
    """What was set aside; and what the logs still hold of rows that are in the warehouse by now."""
    path = workspace.home / inboxes.FILE_NAME
    if not path.exists():
        return
    with closing(Inbox.open(path, workspace.clock)) as inbox:
        inbox.change_aside(lambda table, row: gone.left_of(kind, table, row))
        inbox.empty_log()


def _kind(employee: bool) -> Kind:
    return "employee" if employee else "customer"


def _unknown(person: str, employee: bool) -> UserError:
    other = "without --employee if it is a customer's" if employee else "with --employee if it is an employee's"
    return UserError(
        f"no {_kind(employee)} is known by this id", where=person, hint=f"Write it as the files do, and {other}."
    )
