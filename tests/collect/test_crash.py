"""The server is killed while rows arrive: what it acknowledged is there once, and nothing is there that nobody sent."""

from pathlib import Path

from collect.crashing import crash_often
from collect.serving import ANSWER, Served, column, emptied, new_home


def test_what_was_acknowledged_survives_three_kills(tmp_path: Path) -> None:
    home, token = new_home(tmp_path)
    result = crash_often(home, token, kills=3, connections=16, lives_s=(0.2, 1.2), at_least=40)
    assert result.acknowledged > 100
    assert (result.lost, result.twice, result.unsent) == (0, 0, 0)


def test_a_request_repeated_after_a_crash_is_stored_once(tmp_path: Path) -> None:
    """The sender does not know whether its request was stored, and sends it again under its key."""
    home, token = new_home(tmp_path)
    row = {name: value for name, value in ANSWER.items() if name != "response_id"}
    first = Served(home)
    before = first.post("/api/v1/facts/responses", [row, row], token, idempotency_key="k1")
    first.kill()
    second = Served(home)
    try:
        again = second.post("/api/v1/facts/responses", [row, row], token, idempotency_key="k1")
        other = second.post("/api/v1/facts/responses", [row], token, idempotency_key="k1")
        assert emptied(home)
    finally:
        second.stop()
    assert (before.status, again.status, other.status) == (200, 200, 409)
    assert again.body == before.body
    keys = column(home, "responses", "response_id")
    assert len(keys) == len(set(keys)) == 2
