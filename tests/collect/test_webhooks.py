"""Webhooks: what is signed as the scheme says is taken in once; anything else is turned away without a word why."""

import base64
import hashlib
import hmac
import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collect.serving import Served, Told, column, emptied, new_home
from mittari.cli import main
from mittari.collect.webhooks import Shape, find_webhook, signature
from mittari.store.ledger import Ledger
from mittari.workspace.stores import open_ledger

CALL = {"call_id": "w1", "queued_at": "2026-10-05T09:30:00Z", "wait_s": 3, "outcome": "answered"}


def test_the_signature_is_that_of_the_scheme() -> None:
    """The example that the specification of Standard Webhooks gives."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
    body = b'{"test": 2432232314}'
    told = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("sent", "row"),
    [
        ({"call": {"id": 7, "end": {"how": "gone"}}}, {"call_id": 7, "outcome": "gone", "dim_line": "north"}),
        ({"call.id": "k", "call": {"id": "other"}}, {"call_id": "k", "dim_line": "north"}),
        ({"call": "no object", "more": 1}, {"dim_line": "north"}),
        ([1], [1]),
    ],
)
def test_a_shape_takes_what_it_names_and_nothing_else(sent: Any, row: Any) -> None:
    shape = Shape({"call_id": "call.id", "outcome": "call.end.how"}, {"dim_line": "north"})
    assert shape.row(sent) == row


def test_without_names_the_objects_have_our_columns() -> None:
    assert Shape({}, {"outcome": "closed"}).row({"call_id": "k", "x": 1}) == {
        "call_id": "k",
        "x": 1,
        "outcome": "closed",
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home, _ = new_home(tmp_path_factory.mktemp("webhooks"))
    server = Served(home)
    yield server
    server.stop()


def secret_of(home: Path, *arguments: str) -> str:
    """The secret that the command shows."""
    assert main(["--home", str(home), "webhook", "new", *arguments]) == 0
    with open_ledger(home) as ledger:
        found = find_webhook(ledger, arguments[0])
    assert found is not None
    return found.secret


@pytest.fixture(scope="module")
def plain(served: Served) -> str:
    return secret_of(served.home, "plain", "--table", "calls")


def signed(secret: str, message_id: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """The headers as a sender makes them, without our code."""
    moment = str(int(time.time()) if at is None else at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    told = "v1," + base64.b64encode(mac).decode()
    return {"webhook_id": message_id, "webhook_timestamp": moment, "webhook_signature": told}


def send(served: Served, name: str, secret: str, message_id: str, value: Any, at: int | None = None) -> Told:
    body = json.dumps(value).encode()
    return served.post(f"/api/v1/webhooks/{name}", body, **signed(secret, message_id, body, at))


def test_a_signed_message_is_stored_once(served: Served, plain: str) -> None:
    first = send(served, "plain", plain, "m1", CALL)
    again = send(served, "plain", plain, "m1", CALL, at=int(time.time()) - 20)
    other = send(served, "plain", plain, "m1", {**CALL, "wait_s": 4})
    assert (first.status, first.json()) == (200, {"stored": 1})
    assert (again.status, again.body) == (200, first.body)
    assert other.status == 409
    assert emptied(served.home)


def test_forged_expired_and_unknown_get_the_same_answer(served: Served, plain: str) -> None:
    body = json.dumps(CALL).encode()
    good = signed(plain, "m2", body)
    other_secret = "whsec_" + base64.b64encode(b"x" * 32).decode()
    told = {
        "forged": served.post("/api/v1/webhooks/plain", body, **signed(other_secret, "m2", body)),
        "altered": served.post("/api/v1/webhooks/plain", body + b" ", **good),
        "other id": served.post("/api/v1/webhooks/plain", body, **{**good, "webhook_id": "m3"}),
        "renewed": served.post(
            "/api/v1/webhooks/plain", body, **{**good, "webhook_timestamp": str(int(good["webhook_timestamp"]) + 1)}
        ),
        "expired": send(served, "plain", plain, "m2", CALL, at=int(time.time()) - 301),
        "too early": send(served, "plain", plain, "m2", CALL, at=int(time.time()) + 300 + 60),
        "no time": served.post("/api/v1/webhooks/plain", body, **{**good, "webhook_timestamp": "1e9"}),
        "other digits": served.post("/api/v1/webhooks/plain", body, **{**good, "webhook_timestamp": "\u00b2"}),
        "nothing": served.post("/api/v1/webhooks/plain", body),
        "no signature": served.post("/api/v1/webhooks/plain", body, **{**good, "webhook_signature": ""}),
        "unknown": served.post("/api/v1/webhooks/none", body, **good),
        "wrong body": served.post("/api/v1/webhooks/plain", b"\xff{", **good),
    }
    assert {name: answer.status for name, answer in told.items()} == dict.fromkeys(told, 401)
    assert len({answer.body for answer in told.values()}) == 1


def test_one_right_signature_among_several_is_enough(served: Served, plain: str) -> None:
    body = json.dumps({**CALL, "call_id": "w2"}).encode()
    headers = signed(plain, "m4", body)
    headers["webhook_signature"] = f"v1a,abc v1,{'A' * 43}= {headers['webhook_signature']}"
    assert served.post("/api/v1/webhooks/plain", body, **headers).status == 200


def test_the_senders_names_become_ours(served: Served) -> None:
    renamed = ["id=call_id", "payload.began=queued_at", "payload.wait=wait_s", "payload.end=outcome"]
    secret = secret_of(
        served.home,
        "exchange",
        "--table",
        "calls",
        *(part for each in renamed for part in ("--map", each)),
        "--set",
        "dim_line=north",
        "--set",
        "is_test=1",
    )
    event = {
        "id": "x1",
        "kind": "call.ended",
        "payload": {"began": "2026-10-05T09:30:00+03:00", "wait": 4, "end": "abandoned", "who": "not taken"},
    }
    assert send(served, "exchange", secret, "e1", event).json() == {"stored": 1}
    assert send(served, "exchange", secret, "e2", [event, {**event, "id": "x2"}]).json() == {"stored": 2}
    refused = send(served, "exchange", secret, "e3", {**event, "payload": {"began": "5.10.2026"}})
    assert refused.status == 422
    assert {problem["field"] for problem in refused.json()["problems"]} == {"queued_at"}


def test_an_unmapped_webhook_refuses_fields_that_it_does_not_know(served: Served, plain: str) -> None:
    refused = send(served, "plain", plain, "m5", {**CALL, "waited": 3})
    assert refused.status == 422
    assert refused.json()["problems"][0] == {
        "row": 0,
        "field": "waited",
        "why": 'calls has no such column. Did you mean "wait_s"?',
    }


def test_rows_without_a_key_get_the_same_one_when_the_message_comes_again(served: Served) -> None:
    secret = secret_of(served.home, "answers", "--table", "responses")
    row = {"kind": "nps", "score": 9, "responded_at": "2026-10-05T09:30:00Z"}
    long_id = "i" * 200
    assert [send(served, "answers", secret, long_id, row).status for _ in range(2)] == [200, 200]


def test_a_revoked_webhook_takes_nothing(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    secret = secret_of(served.home, "old", "--table", "calls")
    assert send(served, "old", secret, "o1", CALL).status == 200
    assert main(["--home", str(served.home), "webhook", "revoke", "old"]) == 0
    assert send(served, "old", secret, "o2", CALL).status == 401
    capsys.readouterr()
    assert main(["--home", str(served.home), "webhook", "list"]) == 0
    listed = capsys.readouterr().out
    assert "old  calls" in listed
    assert "whsec_" not in listed
    assert main(["--home", str(served.home), "webhook", "revoke", "old"]) == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("a b", "--table", "calls"), "expected a name of up to 60"),
        (("n", "--table", "coverage"), "rows are taken in for no table called"),
        (("n", "--table", "calls", "--map", "a=waits"), 'calls has no column waits. Did you mean "wait_s"?'),
        (("n", "--table", "calls", "--map", "a=wait_s", "--map", "b=wait_s"), "the column wait_s is named twice"),
        (("n", "--table", "calls", "--set", "wait_s=long"), "wait_s: expected a number, found 'long'"),
        (("n", "--table", "calls", "--set", "queued_local=x"), "queued_local is computed here"),
        (("plain", "--table", "calls"), "there is a webhook called 'plain' already"),
    ],
)
@pytest.mark.usefixtures("plain")
def test_what_cannot_be_made_is_refused(
    served: Served, arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(served.home), "webhook", "new", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_the_file_with_the_secrets_is_its_owners_alone(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "ledger.sqlite").close()
    assert stat.S_IMODE((tmp_path / "ledger.sqlite").stat().st_mode) == 0o600


def test_everything_acknowledged_is_in_the_warehouse_once(tmp_path: Path) -> None:
    home, _ = new_home(tmp_path)
    secret = secret_of(home, "calls", "--table", "calls")
    served = Served(home)
    for number in range(3):
        for _ in range(2):
            assert send(served, "calls", secret, f"m{number}", {**CALL, "call_id": f"c{number}"}).status == 200
    assert emptied(home)
    served.stop()
    assert sorted(column(home, "calls", "call_id")) == ["c0", "c1", "c2"]
