"""Too much, a full disk, a locked inbox: refused in time, nothing acknowledged that was not kept, and well again."""

import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

import mittari
from collect.serving import ANSWER, Served, column, emptied, new_home
from mittari.errors import Fault
from mittari.store import inbox as inboxes
from mittari.store.inbox import Arrival, Inbox, Overloaded
from mittari.workspace.local import LocalWorkspace
from mittari.workspace.writer import Writer
from patience import PATIENCE_S, until

PATH = "/api/v1/facts/responses"


def arrival(name: str, **more: Any) -> Arrival:
    return Arrival("responses", [{**ANSWER, "response_id": name, **more}])


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    opened = Inbox.open(tmp_path / "inbox.sqlite")
    yield opened
    opened.close()


def accepted(inbox: Inbox, one: Arrival) -> "Future[bytes | None] | None":
    """What tells when it is kept; None where it was turned away."""
    try:
        return inbox.put([one])
    except Overloaded:
        return None


def locked(inbox: Inbox) -> sqlite3.Connection:
    """Another process holds the file."""
    other = sqlite3.connect(inbox.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def being_written(inbox: Inbox) -> "Future[bytes | None]":
    """A row whose commit waits for the file, so that whatever comes now gathers."""
    put = inbox.put([arrival("first")])
    until(lambda: not inbox._gathered, "the writer has taken the first row")
    return put


def test_more_than_may_gather_is_turned_away_and_the_rest_is_kept(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "MOST_GATHERED", 3)
    other = locked(inbox)
    first = being_written(inbox)
    kept = [first, *filter(None, [accepted(inbox, arrival(f"k{number}")) for number in range(20)])]
    assert len(kept) == 4
    other.execute("COMMIT")
    other.close()
    assert [future.result(PATIENCE_S) for future in kept] == [None] * len(kept)
    assert len(inbox.waiting(100)) == len(kept)


def test_bytes_are_counted_too(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MOST_GATHERED_BYTES", 20_000)
    other = locked(inbox)
    first = being_written(inbox)
    assert sum(not accepted(inbox, arrival("long", text="x" * 9_000)) for _ in range(10)) >= 5
    other.execute("COMMIT")
    other.close()
    assert first.result(PATIENCE_S) is None


def test_when_too_much_waits_for_the_writer_it_is_turned_away_until_it_has_been_let_in(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "MOST_WAITING", 2)
    for number in range(2):
        inbox.put([arrival(f"w{number}")]).result(PATIENCE_S)
    with pytest.raises(Overloaded):
        inbox.put([arrival("w2")])
    inbox.done(inbox.waiting(10)[-1].id)
    assert inbox.put([arrival("w2")]).result(PATIENCE_S) is None


def test_what_another_process_lets_in_is_noticed(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is that of the file: a listener in a process of its own is not turned away for ever."""
    monkeypatch.setattr(inboxes, "MOST_WAITING", 3)
    owner = Inbox.open(inbox.path)
    for number in range(2):
        inbox.put([arrival(f"p{number}")]).result(PATIENCE_S)
    owner.done(owner.waiting(10)[-1].id)
    for number in range(4):
        inbox.put([arrival(f"q{number}")]).result(PATIENCE_S)
        owner.done(owner.waiting(10)[-1].id)
    owner.close()


def test_the_writer_is_handed_no_more_than_fits_memory(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "HANDED_BYTES", 10_000)
    for number in range(5):
        inbox.put([arrival(f"b{number}", text="x" * 4_000)]).result(PATIENCE_S)
    assert [len(inbox.waiting(100))] == [2]
    inbox.put([arrival("huge", text="x" * 20_000)]).result(PATIENCE_S)
    inbox.done(inbox.waiting(100)[-1].id)
    inbox.done(inbox.waiting(100)[-1].id)
    inbox.done(inbox.waiting(100)[-1].id)
    assert len(inbox.waiting(100)) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, where mounting is allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_acknowledges_nothing_and_is_survived(small_disk: Path) -> None:
    inbox = Inbox.open(small_disk / "inbox.sqlite")
    inbox.put([arrival("before")]).result(PATIENCE_S)
    ballast = small_disk / "ballast"
    fill(ballast)
    failed = []
    for number in range(200):  # the log of the inbox has a little room left
        try:
            inbox.put([arrival(f"full{number}", text="x" * 9_000)]).result(PATIENCE_S)
        except Fault:
            failed.append(f"full{number}")
    assert failed
    ballast.unlink()
    assert inbox.put([arrival("after")]).result(PATIENCE_S) is None
    names = {each.rows[0]["response_id"] for each in inbox.waiting(1000)}
    assert {"before", "after"} <= names
    assert not names & set(failed)
    inbox.close()


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def test_a_locked_inbox_is_answered_with_503_and_later_with_200(tmp_path: Path) -> None:
    home, token = new_home(tmp_path)
    served = Served(home)
    try:
        other = sqlite3.connect(home / "inbox.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = served.post(PATH, {**ANSWER, "response_id": "locked"}, token)
        other.execute("COMMIT")
        other.close()
        stored = served.post(PATH, {**ANSWER, "response_id": "unlocked"}, token)
        assert emptied(home)
    finally:
        served.stop()
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert stored.status == 200
    assert column(home, "responses", "response_id") == ["unlocked"]


def test_one_row_that_cannot_be_loaded_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is raised for it, even a mistake of ours; with a full disk all of them wait instead."""
    with mittari.open(mittari.create_home(tmp_path / "home")) as workspace:
        assert isinstance(workspace, LocalWorkspace)
        inbox = Inbox.open(workspace.home / "inbox.sqlite")
        for name in ("good", "poison", "also good"):
            inbox.put([arrival(name)]).result(PATIENCE_S)
        load, what = workspace.load_many, [OSError(28, "No space left on device")]

        def failing(given: Any) -> Any:
            if any("poison" in rows.columns["response_id"] for rows in given):
                raise what[0]
            return load(given)

        monkeypatch.setattr(workspace, "load_many", failing)
        writer = Writer(workspace, inbox)
        with pytest.raises(OSError, match="No space"):
            writer.drain()
        assert len(inbox.waiting(10)) == 3
        what[0] = IndexError("a mistake of ours")
        writer.drain()
        assert [reason for _, _, reason in inbox.aside()] == ["IndexError"]
        assert inbox.waiting(10) == []
        inbox.close()
        connection = workspace.warehouse.connection()
        assert sorted(connection.execute("SELECT response_id FROM responses").fetchall()) == [("also good",), ("good",)]
        connection.close()


def test_answers_under_overload_say_when_to_come_again(tmp_path: Path) -> None:
    """A real server whose inbox is locked: what gathers beyond the limit is turned away at once."""
    home, token = new_home(tmp_path)
    served = Served(home)
    statuses: list[int] = []
    try:
        other = sqlite3.connect(home / "inbox.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        texts = [{**ANSWER, "response_id": f"o{n}", "text": "x" * 9_000} for n in range(400)]

        def send(number: int) -> None:
            rows = [{**each, "response_id": f"{number}-{each['response_id']}"} for each in texts]
            told = served.post(PATH, rows, token)
            assert told.status == 200 or int(told.headers["retry-after"]) >= 1
            statuses.append(told.status)

        senders = [threading.Thread(target=send, args=(n,)) for n in range(30)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        other.execute("COMMIT")
        other.close()
        assert served.post(PATH, {**ANSWER, "response_id": "last"}, token).status == 200
        assert emptied(home)
    finally:
        served.stop()
    assert set(statuses) <= {200, 429, 503}
    assert 429 in statuses
    stored = statuses.count(200) * len(texts)
    assert len(column(home, "responses", "response_id")) == stored + 1
