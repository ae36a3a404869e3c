"""What a device sends, judged tap by tap: rows for those that are taken, a reason for those that are not. Pure.

A body is `{"sent_at", "waiting", "taps": [{"key", "at", "score", "reason", "language"}], "visits": [...]}`;
docs/devices.md tells it in full. A device's clock may be wrong. Only the difference between `sent_at` and `at` is
believed, the age of the tap by the device's own clock: it was given that long before it arrived.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mittari.collect.devices import Device, question_of
from mittari.collect.presses import repeats
from mittari.collect.survey.answers import coarse, instant
from mittari.collect.survey.model import Question, Survey
from mittari.store.inbox import ANONYMOUS_FIRST, FIRST, Arrival

MOST_TAPS = 500
MOST_DAYS = 100
OLDEST = timedelta(days=400)
LONGEST_KEY = 64
MOST_VISITS = 10_000_000
MOST_WAITING = 10_000_000
WIDEST = 10
EPOCH = datetime(1970, 1, 1)
REASON = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Unfit(ValueError):
    """The body as a whole, or one of its taps, cannot be taken; `str()` says why."""


@dataclass(frozen=True)
class Judged:
    """The outcome: what is to be stored, the keys that are then accepted, and the others with why not.

    `latest` is the instant of the last press, for the next batch.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    visits: dict[str, int] = field(default_factory=dict)
    latest: datetime | None = None


def judge(
    device: Device,
    survey: Survey,
    body: object,
    now: datetime,
    latest: datetime | None = None,
    waited: timedelta = timedelta(0),
) -> Judged:
    """Judge each tap and each day of visits alone.

    `latest` is when the device was pressed before, where known; `waited` how long the body was under way, as at a
    broker of MQTT. Raises Unfit where the body is none.
    """
    given, sent_at = _body(body)
    try:
        sent_at += waited
    except OverflowError as error:
        raise Unfit("expected a sent_at of our time") from error
    question = question_of(survey)
    how = ANONYMOUS_FIRST if survey.anonymous else FIRST
    rows: dict[str, dict[str, Any]] = {}
    topics: list[dict[str, Any]] = []
    times: list[tuple[datetime, str]] = [] if latest is None else [(latest, "")]
    refused: list[dict[str, Any]] = []
    for tap in given.get("taps", []):
        try:
            at, row, topic = _tap(device, survey, question, tap, sent_at, now)
        except Unfit as error:
            refused.append({"key": _shown_key(tap), "why": str(error)})
            continue
        key = tap["key"]
        if key not in rows:  # within one body, too, the first stands
            rows[key] = row
            times.append((at, key))
            if topic:
                topics.append({"response_id": row["response_id"], "topic": topic, "tagged_by": "rule"})
    visits, wrong = _visits(device, survey, given.get("visits", []), now)
    if survey.anonymous:
        _make_coarse(rows, repeats(times))
    arrivals = [
        Arrival(table, found, how)
        for table, found in (("responses", list(rows.values())), ("text_topics", topics))
        if found
    ]
    return Judged(arrivals, list(rows), refused + wrong, visits, max((at for at, _ in times), default=None))


def waiting_of(body: object) -> int | None:
    """How many taps wait on the device, as it says."""
    waiting = body.get("waiting") if isinstance(body, Mapping) else None
    return waiting if type(waiting) is int and 0 <= waiting <= MOST_WAITING else None


def about_itself(body: object) -> dict[str, Any]:
    """What a device may say of itself: its version, and how many taps it has put aside."""
    given = body if isinstance(body, Mapping) else {}
    found: dict[str, Any] = {}
    if isinstance(given.get("version"), str):
        found["version"] = given["version"][:40]
    if type(given.get("aside")) is int and 0 <= given["aside"] <= MOST_WAITING:
        found["aside"] = given["aside"]
    return found


def visit_rows(touchpoint: str, sums: Mapping[str, int]) -> list[Arrival]:
    """The days of a touchpoint as they are stored: the newest sum stands."""
    rows = [{"touchpoint": touchpoint, "date": day, "visits": count} for day, count in sums.items()]
    return [Arrival("touchpoint_days", rows)] if rows else []


def touchpoint_of(device: Device, survey: Survey) -> str | None:
    return device.touchpoint or survey.touchpoint


def _body(body: object) -> tuple[Mapping[str, Any], datetime]:
    if not isinstance(body, Mapping):
        raise Unfit("expected an object with sent_at and taps")
    for name, most in (("taps", MOST_TAPS), ("visits", MOST_DAYS)):
        found = body.get(name, [])
        if not isinstance(found, list):
            raise Unfit(f"expected a list in {name}")
        if len(found) > most:
            raise Unfit(f"expected at most {most} in {name}, found {len(found)}: send them in parts")
    if "sent_at" not in body and not body.get("taps"):
        return body, EPOCH
    return body, _clock(body.get("sent_at"), "sent_at")


def _tap(
    device: Device, survey: Survey, question: Question, tap: object, sent_at: datetime, now: datetime
) -> tuple[datetime, dict[str, Any], str | None]:
    """The instant of a tap, its row, and the topic that its reason names. Raises Unfit."""
    if not isinstance(tap, Mapping):
        raise Unfit("expected an object")
    key = _key(tap.get("key"))
    age = max(sent_at - _clock(tap.get("at"), "at"), timedelta(0))
    if age > OLDEST:
        raise Unfit(f"older than {OLDEST.days} days by the device's own clock")
    low, high = _scale(tap.get("scale"), question)
    score = tap.get("score")
    if type(score) is not int or not low <= score <= high:
        raise Unfit(f"expected a whole score from {low} to {high}")
    reason = tap.get("reason")
    if reason is not None and not (isinstance(reason, str) and REASON.fullmatch(reason)):
        raise Unfit("expected the id of a reason, or null")
    at = now - age
    return at, _row(device, survey, question, key, score, (low, high), tap.get("language"), at, now), reason


def _row(
    device: Device,
    survey: Survey,
    question: Question,
    key: str,
    score: int,
    scale: tuple[int, int],
    language: object,
    at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """The row of a tap. It has no `is_repeat_press`: the writer, which knows the presses around, adds it."""
    known = isinstance(language, str) and LANGUAGE.fullmatch(language)
    return {
        "response_id": f"{device.id}:{key}",
        "survey_id": survey.id,
        "kind": question.kind,
        "item": question.item,
        "responded_at": instant(at),
        "received_at": instant(now),
        "age_s": (now - at).total_seconds(),
        "score": float(score),
        "answered": 1,
        "scale_min": scale[0],
        "scale_max": scale[1],
        "nps_kind": (question.nps_kind or "relationship") if question.kind == "nps" else None,
        "lang": language if known else None,
        "source": device.source,
        "device_id": device.id,
        "touchpoint_id": touchpoint_of(device, survey),
        "location_id": device.location or survey.location,
        "is_test": int(survey.is_test),
    }


def _make_coarse(rows: Mapping[str, dict[str, Any]], repeated: set[str]) -> None:
    """Of an anonymous survey no finer times are kept, so what repeats is told here, while they are known."""
    for key, row in rows.items():
        at, received = (coarse(datetime.fromisoformat(row[name][:-1])) for name in ("responded_at", "received_at"))
        row |= {
            "responded_at": instant(at),
            "received_at": instant(received),
            "age_s": (received - at).total_seconds(),
            "is_repeat_press": int(key in repeated),
        }


def _key(key: object) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY or not key.isprintable() or key != key.strip():
        raise Unfit(f"expected a key of 1 to {LONGEST_KEY} printable characters")
    return key


def _scale(given: object, question: Question) -> tuple[int, int]:
    """The scale a tap was given on: the device's, as the survey may have changed while the tap waited."""
    if given is None:
        return question.low, question.high
    fits = isinstance(given, list) and len(given) == 2 and all(type(end) is int for end in given)
    if not fits or not 0 < given[1] - given[0] <= WIDEST or abs(given[0]) > WIDEST:  # type: ignore[index]
        raise Unfit("expected a scale such as [1, 5]")
    if question.kind in ("nps", "enps", "resolved") and tuple(given) != (question.low, question.high):  # type: ignore[arg-type]
        raise Unfit(f"{question.kind} is asked from {question.low} to {question.high} only")
    return given[0], given[1]  # type: ignore[index]


def _clock(value: object, name: str) -> datetime:
    """A time of the device's clock: milliseconds since 1970, or ISO 8601; without an offset taken as UTC."""
    expected = f"expected {name} as milliseconds since 1970 or ISO 8601"
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return EPOCH + timedelta(milliseconds=value)
        if isinstance(value, str) and len(value) <= 40:
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise Unfit(expected) from error
    raise Unfit(expected)


def _visits(
    device: Device, survey: Survey, given: Sequence[Any], now: datetime
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Visitors by day, and the days that cannot be taken."""
    counts: dict[str, int] = {}
    refused: list[dict[str, Any]] = []
    for each in given:
        try:
            day, count = _day_of_visits(each, now)
            if touchpoint_of(device, survey) is None:
                raise Unfit("this device has no touchpoint whose visitors could be counted")
            counts[day] = max(count, counts.get(day, 0))
        except Unfit as error:
            name = each.get("date") if isinstance(each, Mapping) else None
            refused.append({"visits": str(name)[:LONGEST_KEY], "why": str(error)})
    return counts, refused


def _day_of_visits(each: object, now: datetime) -> tuple[str, int]:
    day, count = (each.get("date"), each.get("count")) if isinstance(each, Mapping) else (None, None)
    try:
        moment = date.fromisoformat(day) if isinstance(day, str) else None
    except ValueError:
        moment = None
    if moment is None or not now.date() - OLDEST <= moment <= now.date() + timedelta(days=1):
        raise Unfit("expected a local day such as 2026-10-05, of the last 400 days")
    if type(count) is not int or not 0 <= count <= MOST_VISITS:
        raise Unfit("expected a whole count of visitors")
    return moment.isoformat(), count


def _shown_key(tap: object) -> str | None:
    key = tap.get("key") if isinstance(tap, Mapping) else None
    return key if isinstance(key, str) else None
