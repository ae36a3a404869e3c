"""Who can be reached where, and who does not want to be asked: kept in the ledger, never among the facts.

A person is `customer:ID` or `employee:ID`. Opting out is kept under a name that only this installation can make of the
person, so that it outlives an erasure without telling whose it was.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mittari.collect.signing import Signer
from mittari.store.ledger import Ledger

EMAIL, SMS, CHAT = "email", "sms", "chat"
KINDS = (EMAIL, SMS, CHAT)
CUSTOMER, EMPLOYEE = "customer", "employee"
OPTED_OUT = "opted out"
AT_ONCE = 10_000
"""So many persons are asked for in one statement."""


def person_of(kind: str, name: str) -> str:
    """How a person is called here; `kind` is CUSTOMER or EMPLOYEE."""
    return f"{kind}:{name}"


@dataclass(frozen=True)
class Address:
    """Where a person is reached; `bad` once a server said that there is no such address."""

    person: str
    kind: str
    address: str
    language: str | None = None
    consent: bool | None = None
    bad: bool = False

    def __repr__(self) -> str:
        """Without the address: it must not come into a log."""
        return f"Address({self.kind})"


def keep_addresses(ledger: Ledger, addresses: Iterable[Address], now: datetime) -> int:
    """Add addresses or replace those known; what a row leaves open stays as it was. Returns how many."""
    rows = [(each.person, each.kind, each.address, each.language, each.consent, now.isoformat()) for each in addresses]
    with ledger.writing() as connection:
        connection.executemany(
            "INSERT INTO addresses (person, kind, address, language, consent, at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (person, kind) DO UPDATE SET bad = bad AND address = excluded.address, "
            "address = excluded.address, language = coalesce(excluded.language, language), "
            "consent = coalesce(excluded.consent, consent), at = excluded.at",
            rows,
        )
    return len(rows)


def addresses_of(ledger: Ledger, kind: str, persons: Collection[str]) -> dict[str, Address]:
    """The addresses of one kind by person."""
    found: dict[str, Address] = {}
    for some, marks in in_batches(persons):
        rows = ledger.all(
            "SELECT person, kind, address, language, consent, bad FROM addresses "  # noqa: S608  # marks only
            f"WHERE kind = ? AND person IN ({marks})",
            (kind, *some),
        )
        for person, way, address, language, consent, bad in rows:
            said = None if consent is None else bool(consent)
            found[person] = Address(person, way, address, language, said, bool(bad))
    return found


def mark_bad(ledger: Ledger, address: Address) -> None:
    """There is no such address: nobody writes to it until another one is given."""
    with ledger.writing() as connection:
        connection.execute(
            "UPDATE addresses SET bad = 1 WHERE person = ? AND kind = ? AND address = ?",
            (address.person, address.kind, address.address),
        )


def sharing(ledger: Ledger, persons: Collection[str]) -> list[frozenset[str]]:
    """The groups of persons who are reached at one address, as far as one of these persons is among them.

    One person can stand twice among the customers; whoever reads the mail is asked, and says no, once.
    """
    addresses: set[tuple[str, str]] = set()
    for some, marks in in_batches(persons):
        addresses |= {
            (kind, address)
            for kind, address in ledger.all(
                "SELECT kind, lower(address) FROM addresses AS mine "  # noqa: S608  # marks only
                f"WHERE person IN ({marks}) AND EXISTS (SELECT 1 FROM addresses AS others WHERE "
                "others.kind = mine.kind AND lower(others.address) = lower(mine.address) "
                "AND others.person <> mine.person)",
                some,
            )
        }
    found: dict[tuple[str, str], set[str]] = {}
    for way in KINDS:
        for some, marks in in_batches(sorted(address for kind, address in addresses if kind == way)):
            rows = ledger.all(
                "SELECT lower(address), person FROM addresses "  # noqa: S608  # marks only
                f"WHERE kind = ? AND lower(address) IN ({marks})",
                (way, *some),
            )
            for address, person in rows:
                found.setdefault((way, address), set()).add(person)
    return [frozenset(found[each]) for each in sorted(found)]


def opt_out(ledger: Ledger, signer: Signer, person: str, now: datetime) -> None:
    """The person is never asked again, by whichever way; nor is anybody at one of their addresses."""
    addresses = ledger.all("SELECT kind, address FROM addresses WHERE person = ?", (person,))
    names = [signer.name(OPTED_OUT, person), *(_of_address(signer, *each) for each in addresses)]
    with ledger.writing() as connection:
        connection.executemany(
            "INSERT OR IGNORE INTO opted_out VALUES (?, ?)", [(name, now.isoformat()) for name in names]
        )


def opted_out(ledger: Ledger, signer: Signer, persons: Collection[str]) -> frozenset[str]:
    """Those of the persons who do not want to be asked."""
    names = {signer.name(OPTED_OUT, person): {person} for person in persons}
    for some, marks in in_batches(persons):
        rows = ledger.all(f"SELECT person, kind, address FROM addresses WHERE person IN ({marks})", some)  # noqa: S608
        for person, kind, address in rows:
            names.setdefault(_of_address(signer, kind, address), set()).add(person)
    found: set[str] = set()
    for some, marks in in_batches(names):
        rows = ledger.all(f"SELECT person FROM opted_out WHERE person IN ({marks})", some)  # noqa: S608  # marks only
        found |= {person for (name,) in rows for person in names[name]}
    return frozenset(found)


def _of_address(signer: Signer, kind: str, address: str) -> str:
    """The name under which it is kept that nobody at an address wants to be asked."""
    return signer.name(OPTED_OUT, f"{kind} {address.lower()}")


def forget_person(ledger: Ledger, name: str, kind: str = CUSTOMER) -> int:
    """Erase what the ledger knows of a person: addresses, what waits or was sent, links. Returns how many rows.

    That somebody did not want to be asked stays, under a name that does not tell who it was.
    """
    with ledger.writing() as connection:
        return sum(
            connection.execute(f"DELETE FROM {table} WHERE {condition}", values).rowcount  # noqa: S608  # named below
            for table, condition, values in _theirs(name, kind)
        )


def held_of_person(ledger: Ledger, name: str, kind: str = CUSTOMER) -> dict[str, list[dict[str, Any]]]:
    """What the ledger knows of a person, as plain values for an export; a table of which there is nothing is left out.

    Of a link only what it is about and until when: the secret is not kept, and no digest is of use to anybody.
    """
    shown = {
        "addresses": ("kind", "address", "language", "consent", "bad", "at"),
        "outbox": ("survey", "kind", "state", "due_at", "done_at", "error", "invite"),
        "links": ("survey", "ends_at", "done", "context"),
    }
    found = {}
    for table, condition, values in _theirs(name, kind):
        columns = shown[table]
        rows = ledger.all(f"SELECT {', '.join(columns)} FROM {table} WHERE {condition}", values)  # noqa: S608  # ours
        if rows:
            found[table] = [_plain(dict(zip(columns, row, strict=True))) for row in rows]
    return found


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is empty; what an invitation knows of its contact as an object."""
    told = {name: json.loads(value) if name in ("invite", "context") else value for name, value in row.items()}
    return {name: value for name, value in told.items() if value is not None}


def count_of_person(ledger: Ledger, name: str, kind: str = CUSTOMER) -> int:
    """How many rows `forget_person` would erase."""
    return sum(
        ledger.all(f"SELECT count(*) FROM {table} WHERE {condition}", values)[0][0]  # noqa: S608  # named below
        for table, condition, values in _theirs(name, kind)
    )


def _theirs(name: str, kind: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Table, condition and values of what the ledger knows of a person."""
    person = person_of(kind, name)
    return (
        ("addresses", "person = ?", (person,)),
        ("outbox", "person = ?", (person,)),
        ("links", "json_extract(context, ?) = ?", (f"$.{kind}_id", name)),
    )


def in_batches(values: Iterable[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Values to ask for in one statement, with their marks."""
    every = tuple(values)
    for begin in range(0, len(every), AT_ONCE):
        some = every[begin : begin + AT_ONCE]
        yield some, ", ".join("?" * len(some))
