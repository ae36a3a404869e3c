"""What devices send and are told, as JSON Schema, and their two paths; docs/devices.md says it in words. Pure."""

from datetime import datetime, timedelta
from typing import Any

from mittari.collect.devices import KIOSK, NAME, Device
from mittari.collect.survey.files import IDLE_S, MOST_REASONS
from mittari.collect.survey.model import SCALES, Kiosk, Question, Reason, Survey
from mittari.collect.taps import (
    LONGEST_KEY,
    MOST_DAYS,
    MOST_TAPS,
    MOST_VISITS,
    MOST_WAITING,
    OLDEST,
    REASON,
    WIDEST,
)
from mittari.collect.web.bodies import JSON
from mittari.collect.web.documenting import ERROR, answers
from mittari.collect.web.kiosk import told_of

SENT, TAP, VISITS, TAKEN, SHOWN = "Taps", "Tap", "Visits", "TapsTaken", "DevicePage"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"
ASKED = [kind for kind in SCALES if kind != "brands"]
"""The kinds of questions with a scale to press on."""
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
SECURITY: list[dict[str, list[str]]] = [{"device": []}]
NOT_IN_USE = "The device is not in use any more: it keeps its taps."


def schemas() -> dict[str, Any]:
    """The schemas of devices, by name."""
    return {SENT: _sent(), TAP: _tap(), VISITS: _visits(), TAKEN: _taken(), SHOWN: _shown()}


def taps_path() -> dict[str, Any]:
    """How taps are sent."""
    return {
        "post": {
            "operationId": "send_taps",
            "tags": ["devices"],
            "summary": "Send what was pressed on a kiosk or button",
            "description": (
                "Each tap and each day of visitors is judged alone: those that do not fit their schema are told in "
                "`refused`, with 200, and stop no other. What is accepted is on disk before the answer."
            ),
            "security": SECURITY,
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": _reference(SENT), "example": EXAMPLE}},
            },
            "responses": answers(
                {200: TAKEN, 400: ERROR, 401: ERROR, 403: ERROR, 413: ERROR},
                {
                    200: "What is accepted is on disk, and on the boards within a tick.",
                    400: "The body as a whole cannot be read; a part of it, down to a single tap, may.",
                    403: NOT_IN_USE,
                },
            ),
        }
    }


def device_path() -> dict[str, Any]:
    """How a device asks what to show."""
    return {
        "get": {
            "operationId": "show_device",
            "tags": ["devices"],
            "summary": "What the device is to show",
            "description": "The question of its survey in every language, the scale and the reasons.",
            "security": SECURITY,
            "responses": answers(
                {200: SHOWN, 401: ERROR, 403: ERROR},
                {
                    200: "All that a device with a screen needs to go on alone.",
                    403: NOT_IN_USE,
                    429: "Too many requests without a token that is known.",
                    503: "Ours to mend, such as the survey's file: ask again.",
                },
            ),
        }
    }


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """An object that has these properties and no other; `required` is all where it is left out."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def _clock(meaning: str) -> dict[str, Any]:
    told = (
        f"{meaning} ISO 8601, without an offset taken as UTC, or milliseconds since 1970 or since it was switched on."
    )
    return {"type": ["string", "number"], "maxLength": 40, "description": told}


def _sent() -> dict[str, Any]:
    counted = {"type": "integer", "minimum": 0, "maximum": MOST_WAITING}
    return {
        "type": "object",
        "description": "What a device sends. Other properties are not looked at; `{}` says that it lives.",
        "properties": {
            "sent_at": _clock("The clock of the device when it sends this."),
            "waiting": {**counted, "description": "So many taps wait on the device, these included."},
            "taps": {"type": "array", "items": _reference(TAP), "maxItems": MOST_TAPS},
            "visits": {"type": "array", "items": _reference(VISITS), "maxItems": MOST_DAYS},
            "version": {"type": "string", "description": "The program of the device."},
            "aside": {**counted, "description": "So many refused taps the device keeps."},
        },
        "if": {"required": ["taps"], "properties": {"taps": {"minItems": 1}}},
        "then": {"required": ["sent_at"]},
        "examples": [EXAMPLE, {}],
    }


def _tap() -> dict[str, Any]:
    end = {"type": "integer", "minimum": -WIDEST, "maximum": 2 * WIDEST}
    return {
        "type": "object",
        "properties": {
            "key": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_KEY,
                "description": "Another one for every tap of the device, the same whenever the tap is sent again.",
            },
            "at": _clock(f"The same clock when it was pressed, at most {OLDEST.days} days ago."),
            "score": {**end, "description": "A whole number on the scale of the question."},
            "scale": {
                "type": ["array", "null"],
                "items": end,
                "minItems": 2,
                "maxItems": 2,
                "description": "The ends of the scale, when the survey may have changed while the tap waited.",
            },
            "reason": {"type": ["string", "null"], "pattern": f"^{REASON.pattern}$", "description": "Its id."},
            "language": {"type": ["string", "null"], "description": "The language shown."},
        },
        "required": ["key", "at", "score"],
        "examples": EXAMPLE["taps"],
    }


def _visits() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0, "maximum": MOST_VISITS}
    return {
        "type": "object",
        "properties": {
            "date": {"type": "string", "pattern": DAY, "description": "A local day."},
            "count": {**count, "description": "Visitors of the day so far: the highest count told stands."},
        },
        "required": ["date", "count"],
        "examples": EXAMPLE["visits"],
    }


def _taken() -> dict[str, Any]:
    name = {"type": ["string", "null"], "description": "The key of the tap; null where it had none."}
    day = {"type": "string", "description": "The day of visitors, as it was sent."}
    return {
        **_object(
            {
                "accepted": {"type": "array", "items": TEXT, "description": "Keys that the device may forget."},
                "refused": {
                    "type": "array",
                    "description": "What the device puts aside and never sends again.",
                    "items": {"anyOf": [_object({"key": name, "why": TEXT}), _object({"visits": day, "why": TEXT})]},
                },
                "now": {"type": "string", "pattern": MOMENT, "description": "The clock of the server, in UTC."},
            }
        ),
        "examples": [
            {
                "accepted": ["7f9c-1"],
                "refused": [{"key": "7f9c-2", "why": "expected a whole score from 1 to 5"}],
                "now": "2026-11-26T12:00:00.120000Z",
            }
        ],
    }


def _shown() -> dict[str, Any]:
    shown = told_of(DEVICE, SURVEY, True, "Meri")
    low, high = IDLE_S
    words = {"type": "array", "items": TEXT}
    reason = _object({"id": {"type": "string", "pattern": f"^{REASON.pattern}$"}, "text": TEXT})
    lists = {
        "points": {**words, "description": "A word for each point that has one: faces, and no and yes."},
        "ends": {**words, "minItems": 2, "maxItems": 2, "description": "The words at both ends of the scale."},
        "reasons": {"type": "array", "items": reason, "maxItems": MOST_REASONS},
    }
    face = {"type": "integer", "minimum": 0, "maximum": 4}
    return {
        **_object(
            {
                "device": {"type": "string", "pattern": f"^{NAME.pattern}$"},
                "place": {"type": ["string", "null"], "description": "Where it stands: location, else touchpoint."},
                "survey": TEXT,
                "open": {"type": "boolean", "description": "Whether anybody is to be asked now."},
                "kind": {"enum": ASKED},
                "low": {**NUMBER, "description": "The lowest point of the scale."},
                "high": {**NUMBER, "description": "The highest point of the scale."},
                "low_points": {"type": "array", "items": NUMBER, "description": "After these a reason is asked for."},
                "moods": {"type": "array", "items": face, "description": "The face of each point; empty: numbers."},
                "idle_s": {"type": "integer", "minimum": low, "maximum": high, "description": "Seconds."},
                "languages": {"type": "array", "minItems": 1, "items": _object({"tag": TEXT, "name": TEXT})},
                "texts": {
                    "type": "object",
                    "description": "By language: the question, and every word of the page.",
                    "additionalProperties": _object(
                        {name: lists.get(name, TEXT) for name in shown["texts"][SURVEY.languages[0]]}
                    ),
                },
                "is_test": {"type": "boolean", "description": "Answers are stored and never counted."},
            }
        ),
        "examples": [shown],
    }


EXAMPLE: dict[str, Any] = {
    "sent_at": "2026-11-26T12:00:00Z",
    "waiting": 2,
    "taps": [
        {"key": "7f9c-1", "at": "2026-11-26T11:58:30Z", "score": 4, "language": "fi"},
        {"key": "7f9c-2", "at": "2026-11-26T11:59:10Z", "score": 1, "reason": "wait"},
    ],
    "visits": [{"date": "2026-11-26", "count": 118}],
}
SURVEY = Survey(
    id="exit",
    title="At the exit",
    owner="Store manager",
    reaction_time=timedelta(hours=24),
    questions=(Question("csat", "csat", low=1, high=5, faces=True),),
    languages=("en",),
    touchpoint="exit",
    kiosk=Kiosk((Reason("wait", {"en": "The wait"}),)),
)
DEVICE = Device(
    id="helsinki-exit",
    source=KIOSK,
    survey=SURVEY.id,
    touchpoint="exit",
    location="helsinki",
    languages=("en",),
    made_at=datetime(2026, 11, 26),
    seen_at=None,
    waiting=None,
    told={},
    silent_since=None,
    revoked_at=None,
)
"""A device and its survey, of which the example of a page is made."""
