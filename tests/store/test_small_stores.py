"""The small stores: read by their owner only, never left inside a transaction, nothing deleted is left to read."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from mittari.store.inbox import ANONYMOUS, NEWEST, Arrival, Inbox
from mittari.store.ledger import Ledger


def test_neither_a_store_nor_the_log_beside_it_is_for_others_to_read(tmp_path: Path):
    before = os.umask(0o022)
    try:
        with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
            ledger.signing_key()
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"), 0o600)


def test_a_commit_that_is_refused_leaves_the_ledger_usable(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        with ledger.writing() as connection:
            connection.execute("CREATE TABLE owners (name TEXT PRIMARY KEY)")
            connection.execute("CREATE TABLE owned (name TEXT REFERENCES owners (name) DEFERRABLE INITIALLY DEFERRED)")
        with pytest.raises(sqlite3.IntegrityError), ledger.writing() as connection:  # told by the commit only
            connection.execute("INSERT INTO owned VALUES ('nobody')")
        with ledger.writing() as connection:
            connection.execute("INSERT INTO owners VALUES ('anna')")
        assert ledger.all("SELECT * FROM owners") == [("anna",)]


def test_what_is_deleted_cannot_be_read_from_the_file(tmp_path: Path):
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        with ledger.writing() as connection:
            connection.execute("INSERT INTO meta VALUES ('a', 'secret-of-somebody')")
        with ledger.writing() as connection:
            connection.execute("DELETE FROM meta")
    assert b"secret-of-somebody" not in (tmp_path / "ledger.sqlite").read_bytes()


def test_an_anonymous_arrival_tells_no_finer_time_than_the_hour(tmp_path: Path):
    inbox = Inbox.open(tmp_path / "inbox.sqlite")
    inbox.put([Arrival("responses", [{}], ANONYMOUS), Arrival("responses", [{}], NEWEST)]).result()
    other = sqlite3.connect(inbox.path)
    coarse, fine = (at for (at,) in other.execute("SELECT arrived_at FROM arrivals ORDER BY id"))
    other.close()
    inbox.close()
    assert coarse.endswith(":00:00")
    assert coarse[:13] == fine[:13]
    assert len(fine) > len(coarse)


def test_what_was_set_aside_forgets_a_person_and_keeps_the_others(tmp_path: Path):
    inbox = Inbox.open(tmp_path / "inbox.sqlite")
    inbox.put([Arrival("calls", [{"customer_id": "c1"}, {"customer_id": "c2"}])]).result()
    inbox.put([Arrival("calls", [{"customer_id": "c1"}])]).result()
    for arrival in inbox.waiting(10):
        inbox.set_aside(arrival, "not so")
    assert inbox.change_aside(lambda _, row: None if row["customer_id"] == "c1" else row) == 2
    other = sqlite3.connect(inbox.path)
    left = other.execute("SELECT rows, reason FROM set_aside").fetchall()
    assert left == [(b'[{"customer_id":"c2"}]', "what it said was erased with a person")]
    other.close()
    inbox.close()
