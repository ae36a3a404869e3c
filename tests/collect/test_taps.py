"""What devices send over HTTP: each tap judged alone, stored before the answer, its time that of its age."""

import json

import pytest

from kiosks import NOW, collector_of, device_of, home_with_survey, listening, send, stored
from mittari.collect.devices import all_devices, replace_token, revoke_device
from mittari.collect.limits import Limiter
from mittari.collect.taps import MOST_TAPS


@pytest.fixture
def collector(tmp_path):
    with collector_of(home_with_survey(tmp_path)) as collector:
        yield collector


@pytest.fixture
def address(collector):
    with listening(collector) as address:
        yield address


def tap(key: str = "a", at: object = 90_000, score: object = 4, **more: object) -> dict[str, object]:
    return {"key": key, "at": at, "score": score, **more}


def body(*taps: object, sent_at: object = 100_000, **more: object) -> dict[str, object]:
    return {"sent_at": sent_at, "taps": list(taps), **more}


def test_a_tap_becomes_the_row_of_an_answer_given_as_long_ago_as_the_tap_is_old(collector, address):
    token = device_of(collector)
    status, answer, _ = send(address, token, body(tap(language="fi")))
    assert status == 200
    assert answer == {"accepted": ["a"], "refused": [], "now": "2026-10-05T09:00:00.000000Z"}
    assert stored(collector) == [
        {
            "response_id": "front:a",
            "survey_id": "exit",
            "kind": "csat",
            "item": None,
            "responded_at": "2026-10-05T08:59:50.000000Z",
            "received_at": "2026-10-05T09:00:00.000000Z",
            "age_s": 10.0,
            "score": 4.0,
            "answered": 1,
            "scale_min": 1,
            "scale_max": 4,
            "nps_kind": None,
            "lang": "fi",
            "source": "kiosk",
            "device_id": "front",
            "touchpoint_id": "exit",
            "location_id": "helsinki",
            "is_test": 0,
        }
    ]


@pytest.mark.parametrize(
    ("sent_at", "at", "age_s"),
    [
        ("1970-01-01T00:10:00Z", "1970-01-01T00:00:00Z", 600),  # a clock without a battery
        ("2031-03-01T12:00:00+02:00", "2031-03-01T09:59:30Z", 30),
        ("2026-10-05T09:00:00", "2026-10-05T09:05:00", 0),  # given in its own future
        (5_000.5, 4_000.5, 1),
        (72 * 3600 * 1000, 0, 72 * 3600),
    ],
)
def test_only_the_age_of_a_tap_is_believed_whatever_the_clock_says(collector, address, sent_at, at, age_s):
    assert send(address, device_of(collector), body(tap(at=at), sent_at=sent_at))[1]["accepted"] == ["a"]
    [row] = stored(collector)
    assert row["age_s"] == age_s


@pytest.mark.parametrize(
    "wrong",
    [
        tap(key=""),
        tap(key="x" * 65),
        tap(key=" x"),
        tap(key="a\nb"),
        tap(key=7),
        tap(at="yesterday"),
        tap(at=None),
        tap(at=1e300),
        tap(at=100_000 - 401 * 86_400_000),
        tap(score=5),
        tap(score=0),
        tap(score=2.5),
        tap(score=True),
        tap(score="4"),
        tap(score=None),
        tap(scale=[4, 1]),
        tap(scale="1-4"),
        tap(reason="What happened to me"),
        tap(reason=3),
        "tap",
        None,
        [],
    ],
)
def test_a_refused_tap_is_told_with_why_and_never_stops_the_others(collector, address, wrong):
    status, answer, _ = send(address, device_of(collector), body(tap("before"), wrong, tap("after")))
    assert (status, answer["accepted"]) == (200, ["before", "after"])
    [refused] = answer["refused"]
    assert refused["key"] == (wrong.get("key") if isinstance(wrong, dict) and wrong.get("key") != 7 else None)
    assert refused["why"]
    assert [row["response_id"] for row in stored(collector)] == ["front:before", "front:after"]


def test_a_reason_becomes_a_topic_even_when_the_survey_no_longer_offers_it(collector, address):
    send(address, device_of(collector), body(tap("a", score=1, reason="wait"), tap("b", score=2, reason="queue")))
    assert stored(collector, "text_topics") == [
        {"response_id": "front:a", "topic": "wait", "tagged_by": "rule"},
        {"response_id": "front:b", "topic": "queue", "tagged_by": "rule"},
    ]


def test_a_tap_keeps_the_scale_on_which_it_was_given(collector, address):
    send(address, device_of(collector), body(tap(score=5, scale=[1, 5])))
    [row] = stored(collector)
    assert (row["score"], row["scale_min"], row["scale_max"]) == (5.0, 1, 5)


def test_a_low_tap_opens_no_follow_up_since_nobody_can_be_contacted(collector, address):
    send(address, device_of(collector), body(tap(score=1)))
    assert stored(collector, "feedback_actions") == []


def test_an_empty_post_says_that_the_device_lives(collector, address):
    status, answer, _ = send(address, device_of(collector), {"waiting": 7, "version": "v1"})
    assert (status, answer["accepted"]) == (200, [])
    [device] = all_devices(collector.ledger)
    assert (device.seen_at, device.waiting, device.told) == (NOW, 7, {"version": "v1"})


def test_what_waits_is_told_without_what_has_just_been_sent(collector, address):
    send(address, device_of(collector), body(tap("a"), tap("b"), tap("c", score=9), waiting=10))
    assert all_devices(collector.ledger)[0].waiting == 7


def test_a_token_that_is_unknown_revoked_or_replaced_opens_nothing(collector, address):
    first = device_of(collector)
    assert send(address, "mitd_guessed", body(tap()))[0] == 401
    second = replace_token(collector.ledger, "front")
    assert send(address, first, body(tap()))[0] == 401
    assert send(address, second, body(tap()))[0] == 200
    revoke_device(collector.ledger, "front", NOW)
    assert send(address, second, body(tap("b")))[0] == 403
    assert [row["response_id"] for row in stored(collector)] == ["front:a"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (b"not json", 400),
        (b"[" * 100_000, 400),
        ([], 400),
        ({"taps": {}}, 400),
        ({"taps": [tap()]}, 400),  # without sent_at no age is known
        (body(*[tap(str(n)) for n in range(MOST_TAPS + 1)]), 400),
        (json.dumps(body(tap("x" * 500_000))).encode(), 413),
    ],
)
def test_a_body_that_is_none_is_refused_as_a_whole(collector, address, given, status):
    found, answer, _ = send(address, device_of(collector), given)
    assert (found, bool(answer["error"])) == (status, True)
    assert stored(collector) == []


def test_a_device_that_asks_too_often_is_told_when_to_come_again(collector, address):
    token = device_of(collector)
    collector.limiter = Limiter(per_second=0.1)  # so that nothing comes back while they are sent, however slowly
    answers = [send(address, token, {}) for _ in range(80)]
    slowed = [headers for status, _, headers in answers if status == 429]
    assert slowed
    assert all(int(headers["retry-after"]) >= 1 for headers in slowed)


def test_taps_stay_on_the_device_while_the_survey_cannot_be_read(collector, address):
    token = device_of(collector)
    (collector.shelf.folder / "exit.toml").write_text("owner = ", encoding="utf-8")
    collector.shelf.forget()
    status, _, headers = send(address, token, body(tap()))
    assert (status, headers["retry-after"]) == (503, "60")


def test_taps_stay_on_the_device_while_the_first_question_has_no_scale(collector, address, caplog):
    token, file = device_of(collector), collector.shelf.folder / "exit.toml"
    words = '[[questions]]\nkind = "brand_words"\n'
    file.write_text(file.read_text(encoding="utf-8").replace("[[questions]]", f"{words}[[questions]]", 1), "utf-8")
    collector.shelf.forget()
    status, answer, headers = send(address, token, body(tap()))
    assert (status, headers["retry-after"]) == (503, "60")
    assert "has no scale" in answer["error"]
    assert caplog.records == []


def test_taps_that_waited_are_taken_after_the_survey_was_closed(collector, address):
    token, file = device_of(collector), collector.shelf.folder / "exit.toml"
    file.write_text("closed = true\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    collector.shelf.forget()
    assert send(address, token, body(tap()))[1]["accepted"] == ["a"]


def test_visitors_of_two_devices_at_one_touchpoint_add_up_and_a_count_sent_late_takes_nothing_back(collector, address):
    front, back = device_of(collector), device_of(collector, "back")
    day = "2026-10-05"
    send(address, front, {"visits": [{"date": day, "count": 100}]})
    send(address, back, {"visits": [{"date": day, "count": 30}]})
    send(address, front, {"visits": [{"date": day, "count": 90}]})
    sums = [row["visits"] for row in stored(collector, "touchpoint_days")]
    assert sums == [100, 130, 130]
    assert {(row["touchpoint"], row["date"]) for row in stored(collector, "touchpoint_days")} == {("exit", day)}


def test_a_day_of_visitors_that_cannot_be_is_refused_alone(collector, address):
    days = [{"date": "2026-10-05", "count": 3}, {"date": "2020-01-01", "count": 3}, {"date": "2026-10-04", "count": -1}]
    _, answer, _ = send(address, device_of(collector), {"visits": days})
    assert [each["visits"] for each in answer["refused"]] == ["2020-01-01", "2026-10-04"]
    assert [row["visits"] for row in stored(collector, "touchpoint_days")] == [3]


def test_of_an_anonymous_survey_no_time_finer_than_a_quarter_of_an_hour_is_stored(tmp_path):
    clock = NOW.replace(minute=7, second=31, microsecond=5)
    with collector_of(home_with_survey(tmp_path, person="never"), lambda: clock) as collector:
        token = device_of(collector)
        with listening(collector) as address:
            send(address, token, body(tap("a", at=98_000), tap("b", at=99_000), tap("c", at=80_000)))
            send(address, token, body(tap("d", at=99_500)))
        rows = {row["response_id"]: row for row in stored(collector)}
        assert {row["responded_at"] for row in rows.values()} == {"2026-10-05T09:00:00.000000Z"}
        assert {row["received_at"] for row in rows.values()} == {"2026-10-05T09:00:00.000000Z"}
        assert {row["age_s"] for row in rows.values()} == {0.0}
        assert {key: row["is_repeat_press"] for key, row in rows.items()} == {
            "front:a": 0,
            "front:b": 1,
            "front:c": 0,
            "front:d": 1,
        }
        assert {each.how for each in collector.inbox.waiting(10)} == {"anonymous first"}
