"""Hostile input against a real server: stored as given, or refused with an answer that says why; never a fault."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from collect.serving import ANSWER, Served, Told, ask, emptied, new_home, received
from patience import PATIENCE_S

Server = tuple[Served, str]
PATH = "/api/v1/facts/responses"
SECRET_WORDS = "the words of a customer"  # noqa: S105


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home, token = new_home(tmp_path_factory.mktemp("hostile"))
    served = Served(home)
    yield served, token
    served.stop()


def send(server: Server, body: Any, path: str = PATH, **headers: str) -> Told:
    return server[0].post(path, body, server[1], **headers)


def row(**more: Any) -> dict[str, Any]:
    return {**ANSWER, **more}


def raw(fields: str) -> bytes:
    """A row with fields that no JSON library would write."""
    return (json.dumps(ANSWER)[:-1] + ", " + fields + "}").encode()


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        pytest.param(b"[" * 100_000, 400, "too deep", id="brackets"),
        pytest.param(b'{"a":' * 100_000, 400, "too deep", id="braces"),
        pytest.param(raw(f'"item": {"[" * 300}{"]" * 300}'), 422, "expected a text", id="a list as text"),
        pytest.param(b"", 400, "expected JSON", id="nothing"),
        pytest.param(b"[]", 400, "expected at least one row", id="no row"),
        pytest.param(b"null", 422, "expected an object", id="null"),
        pytest.param(b'"x"', 422, "expected an object", id="a text"),
        pytest.param(b"[{}, 1]", 422, "a value is required here", id="a number among rows"),
        pytest.param(b'{"a": 1', 400, "found a mistake", id="torn"),
        pytest.param(b"{'a': 1}", 400, "found a mistake", id="single quotes"),
        pytest.param(b"\xff\xfe{}", 400, "byte 1 is not UTF-8", id="not UTF-8"),
        pytest.param(b"\xed\xa0\x80", 400, "byte 1 is not UTF-8", id="a surrogate in UTF-8"),
        pytest.param("{}".encode("utf-16"), 400, "is not UTF-8", id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf{}", 400, "found a mistake", id="a byte order mark"),
        pytest.param(raw('"item": "a\\u0000b"'), 422, "without control characters", id="NUL"),
        pytest.param(raw('"item": "\\ud800"'), 422, "without control characters", id="a lone surrogate"),
        pytest.param(b'{"\\ud800": 1}', 422, "no such column", id="a lone surrogate as a name"),
        pytest.param(raw('"kind": "\\ud800"').replace(b'"kind": "nps", ', b""), 422, "one of csat", id="half a word"),
        pytest.param(raw('"item": "a\x00b"'), 400, "found a mistake", id="a raw NUL"),
        pytest.param(raw('"score": 8'), 400, "'score' stands twice", id="a name twice"),
        pytest.param(raw('"weight": NaN'), 400, "NaN is no number of JSON", id="NaN"),
        pytest.param(raw('"weight": -Infinity'), 400, "-Infinity is no number of JSON", id="infinity"),
        pytest.param(raw('"weight": 1e999'), 422, "expected a number", id="beyond every number"),
        pytest.param(raw(f'"weight": {"9" * 4000}'), 422, "expected a number", id="a long number"),
        pytest.param(raw(f'"weight": {"9" * 40_000}'), 400, "found a mistake", id="a very long number"),
        pytest.param(raw(f'"item": {"9" * 4000}'), 422, "expected a text", id="a long number as text"),
        pytest.param(raw(f'"customer_id": {"9" * 4000}'), 422, "at most 200 characters", id="a long number as id"),
        pytest.param(raw('"__proto__": {"x": 1}'), 422, "no such column", id="prototype"),
        pytest.param(raw('"loaded_at": "2026-01-01T00:00:00Z"'), 422, "no such column", id="a column of ours"),
        pytest.param(raw('"dim_a\\"; DROP TABLE responses; --": "x"'), 422, "no such column", id="SQL as a name"),
        pytest.param(raw('"dim_": "x"'), 422, "no such column", id="a prefix alone"),
        pytest.param(raw('"": "x"'), 422, "no such column", id="no name"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_says_why(server: Server, body: bytes, status: int, why: str) -> None:
    answer = send(server, body)
    assert answer.status == status, answer.body[:300]
    told = answer.json()
    assert why in told["error"] + " ".join(problem["why"] for problem in told.get("problems", []))


def test_a_mistake_in_lines_names_the_line(server: Server) -> None:
    good = json.dumps(row(response_id="l1")).encode()
    answer = send(server, good + b"\n\n{]\n", content_type="application/x-ndjson")
    assert answer.status == 400
    assert "in line 3" in answer.json()["error"]
    assert send(server, good + b"\r\n" + good + b"\n", content_type="application/x-ndjson").json() == {"stored": 2}


@pytest.mark.parametrize("kind", ["text/xml", "multipart/form-data; boundary=x", "x" * 5000, "application/jsonp"])
def test_another_kind_of_content_is_refused(server: Server, kind: str) -> None:
    answer = send(server, row(), content_type=kind)
    assert answer.status == 415
    assert "expected application/json or application/x-ndjson" in answer.json()["error"]


TEXTS = [
    "'; DROP TABLE responses; --",
    '<script>alert("x")</script><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} ${7*7} {% raw %} %s %n $(id) `id`",
    "=HYPERLINK(1)",
    "نص من اليمين إلى اليسار \u202e\u2066 abc",
    "👩‍👩‍👧‍👦🏳️‍🌈 \U0010ffff \uffff",
    "tab\tline\r\nend\u2028\u0085\ufeff.",
    "\\u0000 \\ \" '",
]


def test_texts_arrive_as_they_were_sent_and_are_shown_escaped(server: Server) -> None:
    """In every text field; the rows page of a KPI shows them as text. No other test answers on that day."""
    served, _ = server
    fields = ("text", "item", "touchpoint_id", "location_id", "channel", "team_id", "source_key", "dim_region")
    for number, text in enumerate(TEXTS):
        sent = row(response_id=f"t{number}", responded_at="2026-10-06T09:30:00Z", **dict.fromkeys(fields, text))
        assert send(server, sent).status == 200
    assert emptied(served.home)
    token = json.loads((served.home / "server.json").read_text())["token"]
    record = command(served, token, "kpi", {"name": "nps", "period": "2026-10-06", "by": ["channel"]})
    assert sorted(each["slice"]["channel"] for each in record if each["slice"]["channel"]) == sorted(TEXTS)
    page = ask(served.board, "GET", "/kpi/nps?period=2026-10-06")
    assert page.status == 200
    for address in ("/kpi/nps/rows?period=2026-10-06", "/kpi/nps?period=2026-10-06&by=channel"):
        shown = ask(served.board, "GET", address)
        assert (shown.status, b"&lt;script&gt;alert" in shown.body) == (200, True), address
        assert b"<script>alert" not in shown.body
        assert b"<img src=x" not in shown.body


def command(served: Served, token: str, verb: str, arguments: dict[str, Any]) -> Any:
    sent = {"x-mittari-token": token, "content-type": "application/json"}
    answer = ask(served.board, "POST", f"/api/v1/command/{verb}", json.dumps(arguments).encode(), sent)
    assert answer.status == 200, answer.body
    return answer.json()


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/facts/../facts/responses",
        "/api/v1/facts/%2e%2e%2fserver.json",
        "/api/v1/facts/responses%00",
        "/api/v1/facts/rejects",
        "/api/v1/facts/text_attributes",
        "/api/v1/facts/coverage",
        "/api/v1/facts/RESPONSES",
        "/api/v1/facts/" + "a" * 5000,
        "/api/v1/facts/",
        "/api/v1/webhooks/..%2f..",
        "/collect/..%2f..%2fledger.sqlite",
    ],
)
def test_tricks_with_paths_lead_nowhere(server: Server, path: str) -> None:
    answer = send(server, row(), path)
    assert answer.status in (401, 404, 405), (answer.status, answer.body[:200])
    assert "error" in answer.json()


def test_the_board_and_the_commands_are_not_there(server: Server) -> None:
    for path in ("/board", "/board/cards", "/kpi/nps", "/openapi.json", "/schema", "/ledger.sqlite"):
        assert ask(server[0].port, "GET", path).status == 404
    assert send(server, {}, "/api/v1/command/kpi").status == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_told_what_there_is(server: Server, method: str) -> None:
    answer = ask(server[0].port, method, PATH)
    assert answer.status == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer x", "bearer mit_x", "Basic bTpt", "Bearer " + "a" * 5000, "Bearer ' OR 1=1"],
)
def test_who_is_not_known_is_turned_away(server: Server, authorization: str) -> None:
    answer = server[0].post(PATH, row(), authorization=authorization)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_scheme_of_a_token_may_be_written_as_one_likes(server: Server) -> None:
    served, token = server
    assert served.post(PATH, row(), authorization=f"bearer {token}").status == 200


def test_every_answer_names_its_kind_once(server: Server) -> None:
    for path in ("/", "/widget.js", "/collect/nothing", "/collect/survey.css", "/kiosk", "/kiosk-worker.js", "/s/x"):
        told = ask(server[0].port, "GET", path).headers["content-type"]
        assert told.count("charset=utf-8") == 1, path


def test_a_body_of_ten_megabytes_is_refused(server: Server) -> None:
    answer = send_raw(server, b"content-length: 10000000\r\n\r\n" + b" " * 4_200_000)
    assert b" 413 " in answer.splitlines()[0]


def test_a_body_without_length_is_counted_as_it_comes(server: Server) -> None:
    piece = b"fffff\r\n" + b" " * 0xFFFFF + b"\r\n"
    answer = send_raw(server, b"transfer-encoding: chunked\r\n\r\n" + piece * 10 + b"0\r\n\r\n")
    assert b" 413 " in answer.splitlines()[0]
    body = json.dumps(row(response_id="chunked")).encode()
    whole = b"transfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert b'{"stored":1}' in send_raw(server, whole)


def send_raw(server: Server, rest: bytes) -> bytes:
    """A request whose last headers and body are given byte by byte; the answer as far as it came."""
    served, token = server
    head = (
        f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n"
        "content-type: application/json\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) as connection:
        with suppress(ConnectionError):  # refused before all was sent
            connection.sendall(head.encode() + rest)
        return received(connection)


@pytest.mark.parametrize(
    "nonsense",
    [b"\x16\x03\x01\x02\x00", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", b"\x00" * 5],
)
def test_what_is_no_http_is_refused(server: Server, nonsense: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server[0].port), timeout=PATIENCE_S) as connection:
        connection.sendall(nonsense)
        assert b" 400 " in connection.recv(65536).splitlines()[0]


def test_hundreds_of_idle_connections_stop_nobody(server: Server) -> None:
    """Slow senders: each has sent half a request and waits."""
    served, _ = server
    half = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n".encode()
    idle = [socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S) for _ in range(300)]
    try:
        for connection in idle:
            connection.sendall(half)
        took = []
        for turn in range(3):  # the quickest counts: a machine that does other things makes any of them slow
            began = time.monotonic()
            with ThreadPoolExecutor(8) as pool:
                names = [f"s{turn}-{number}" for number in range(40)]
                answers = list(pool.map(lambda name: send(server, row(response_id=name)).status, names))
            took.append(time.monotonic() - began)
            assert answers == [200] * 40
        assert min(took) < 10
    finally:
        for connection in idle:
            connection.close()


def test_the_log_holds_no_word_of_a_customer(tmp_path: Path) -> None:
    home, token = new_home(tmp_path)
    served = Served(home)
    try:
        for bad in (
            row(text=SECRET_WORDS),
            row(text=[SECRET_WORDS]),
            row(kind=SECRET_WORDS),
            {SECRET_WORDS: 1},
            f'{{"text": "{SECRET_WORDS}'.encode(),
            raw(f'"text": "{SECRET_WORDS}\\u0000"'),
        ):
            assert served.post(PATH, bad, token).status in (200, 400, 422)
        assert emptied(home)
    finally:
        served.stop()
    log = served.said.read_text()
    assert SECRET_WORDS not in log
    assert token not in log
    assert "Traceback" not in log
