"""The inbox: what is acknowledged is on disk, what comes together shares a commit, what comes twice is one."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from looping import run
from mittari.errors import Fault
from mittari.store import inbox as inboxes
from mittari.store.inbox import Arrival, Inbox, Key, KeyReused, Overloaded
from patience import PATIENCE_S


def arrival(number: int) -> Arrival:
    return Arrival("calls", [{"call_id": f"k{number}"}])


def key(name: str, digest: str = "d", answer: bytes = b"first") -> Key:
    return Key("sender", name, digest, answer)


@pytest.fixture
def inbox(tmp_path: Path):
    opened = Inbox.open(tmp_path / "inbox.sqlite")
    yield opened
    opened.close()


def test_what_is_acknowledged_can_be_read_by_another_process_from_the_file(inbox: Inbox):
    inbox.put([arrival(1)]).result()
    other = sqlite3.connect(inbox.path)
    assert other.execute('SELECT "table", rows FROM arrivals').fetchall() == [("calls", b'[{"call_id":"k1"}]')]
    other.close()


def test_arrivals_wait_in_the_order_in_which_they_came_and_across_a_restart(tmp_path: Path):
    first = Inbox.open(tmp_path / "inbox.sqlite")
    for number in range(5):
        first.put([arrival(number)]).result()
    first.close()
    again = Inbox.open(tmp_path / "inbox.sqlite")
    waiting = again.waiting(10)
    assert [each.rows[0]["call_id"] for each in waiting] == ["k0", "k1", "k2", "k3", "k4"]
    again.done(waiting[2].id)
    assert [each.rows[0]["call_id"] for each in again.waiting(10)] == ["k3", "k4"]
    again.close()


def test_many_at_once_share_commits_and_none_is_lost(inbox: Inbox):
    commits = 0
    original = inbox._commit

    def counted(puts):
        nonlocal commits
        commits += 1
        original(puts)

    inbox._commit = counted

    async def everybody():
        await asyncio.gather(*(inbox.keep([arrival(number)]) for number in range(2000)))

    run(everybody())
    assert len(inbox.waiting(5000)) == 2000
    assert commits < 200


def test_threads_and_coroutines_are_all_answered(inbox: Inbox):
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda number: inbox.put([arrival(number)]).result(PATIENCE_S), range(200)))
    assert done == [None] * 200
    assert len(inbox.waiting(500)) == 200


def test_a_key_that_comes_again_has_the_same_answer_and_stores_nothing(inbox: Inbox):
    assert inbox.put([arrival(1)], key("a")).result() is None
    assert inbox.put([arrival(1)], key("a", answer=b"second")).result() == b"first"
    assert len(inbox.waiting(10)) == 1


def test_the_same_key_twice_in_one_commit_is_stored_once(inbox: Inbox):
    async def twice():
        return await asyncio.gather(*(inbox.keep([arrival(1)], key("a")) for _ in range(50)))

    answers = run(twice())
    assert (answers.count(None), answers.count(b"first")) == (1, 49)
    assert len(inbox.waiting(100)) == 1


def test_a_key_with_another_content_is_refused_and_does_not_hurt_its_neighbours(inbox: Inbox):
    inbox.put([arrival(1)], key("a")).result()
    wrong, right = inbox.put([arrival(2)], key("a", digest="other")), inbox.put([arrival(3)], key("b"))
    with pytest.raises(KeyReused):
        wrong.result()
    assert right.result() is None
    assert [each.rows[0]["call_id"] for each in inbox.waiting(10)] == ["k1", "k3"]


def test_too_much_at_once_is_turned_away_and_not_kept(inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inboxes, "MOST_WAITING", 3)
    for number in range(3):
        inbox.put([arrival(number)]).result()
    with pytest.raises(Overloaded) as turned_away:
        inbox.put([arrival(4)])
    assert turned_away.value.retry_after_s >= 1
    inbox.done(inbox.waiting(1)[0].id)
    assert inbox.put([arrival(5)]).result() is None


def test_a_disk_that_refuses_acknowledges_nothing_and_mends_itself(inbox: Inbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inboxes, "PATIENCE_S", 0.2)
    lock = sqlite3.connect(inbox.path, timeout=0, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    refused = inbox.put([arrival(1)])
    with pytest.raises(Fault):
        refused.result(PATIENCE_S)
    lock.execute("ROLLBACK")
    lock.close()
    assert inbox.put([arrival(2)]).result() is None
    assert [each.rows[0]["call_id"] for each in inbox.waiting(10)] == ["k2"]


def test_a_visitor_who_goes_away_does_not_stop_the_others(inbox: Inbox):
    async def some_leave():
        tasks = [asyncio.create_task(inbox.keep([arrival(number)])) for number in range(20)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    answers = run(some_leave())
    assert answers.count(None) == 19


def test_closing_writes_what_has_gathered(tmp_path: Path):
    opened = Inbox.open(tmp_path / "inbox.sqlite")
    futures = [opened.put([arrival(number)]) for number in range(100)]
    opened.close()
    assert all(future.result() is None for future in futures)
    with pytest.raises(Fault):
        opened.put([arrival(1)])


def test_whoever_waits_is_woken_when_something_arrives(inbox: Inbox):
    woken = threading.Event()
    waiting = threading.Thread(target=lambda: inbox.arrived.wait(PATIENCE_S) and woken.set())
    waiting.start()
    inbox.put([arrival(1)]).result()
    waiting.join(PATIENCE_S)
    assert woken.is_set()


def test_a_full_inbox_that_another_process_empties_takes_in_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inboxes, "MOST_WAITING", 3)
    monkeypatch.setattr(inboxes, "COUNT_EVERY_S", 0.0)
    listener, server = Inbox.open(tmp_path / "inbox.sqlite"), Inbox.open(tmp_path / "inbox.sqlite")
    for number in range(3):
        listener.put([arrival(number)]).result()
    with pytest.raises(Overloaded):
        listener.put([arrival(3)])
    server.done(server.waiting(10)[-1].id)
    listener.put([arrival(4)]).result()
    assert [each.rows[0]["call_id"] for each in server.waiting(10)] == ["k4"]
    listener.close()
    server.close()
