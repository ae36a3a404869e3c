"""The kiosk: one page that a service worker keeps on the tablet, so that it also starts without a network."""

import hashlib
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get

from mittari.collect.collector import Collector
from mittari.collect.devices import Device, question_of
from mittari.collect.survey.model import Question, Survey
from mittari.collect.survey.texts import LANGUAGES, language_name, page_words, texts
from mittari.collect.web.pages import ROOM, Visit, static_address
from mittari.collect.web.pages import page as html_page

FILES = ("kiosk.css", "kiosk.js", "kiosk-queue.js", "icon.svg", "kiosk-192.png")
BEFORE_SETUP = (
    *("insecure", "insecure_text", "insecure_mend", "no_token", "no_token_text", "unknown", "unknown_text"),
    *("offline", "offline_text", "no_storage", "no_storage_text"),
)
"""What a kiosk may have to say before it knows its survey: in every language at once."""
FOUR_FACES = (0, 1, 3, 4)


@get("/kiosk")
async def kiosk(request: Visit) -> Response[bytes]:
    """The page; it is the same for every device, which it learns from the token in the address."""
    told = [{"tag": tag, **{name: kiosk_words(tag)[name] for name in BEFORE_SETUP}} for tag in LANGUAGES]
    answer = html_page(request, "kiosk.html", told=told, version=version())
    answer.headers["cache-control"] = "no-cache"
    return answer


@get("/kiosk-worker.js")
async def worker() -> Response[bytes]:
    """The service worker, which keeps this version of the page; another version is another text."""
    kept = ["/kiosk", "/kiosk.webmanifest", *(static_address(name) for name in FILES)]
    head = f"const VERSION = {_js(version())};\nconst FILES = {_js(kept)};\n"
    body = head + (ROOM / "static" / "kiosk-worker.js").read_text(encoding="utf-8")
    return Response(body.encode(), media_type="text/javascript", headers={"cache-control": "no-cache"})


@get("/kiosk.webmanifest")
async def manifest() -> Response[bytes]:
    """What makes it installable."""
    said = {
        "name": "Mittari",
        "short_name": "Mittari",
        "start_url": "/kiosk",
        "scope": "/kiosk",
        "display": "fullscreen",
        "background_color": "#0b0e14",
        "theme_color": "#0b0e14",
        "icons": [
            {"src": static_address("icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": static_address("kiosk-192.png"), "sizes": "192x192", "type": "image/png"},
        ],
    }
    headers = {"cache-control": "no-cache"}
    return Response(msgspec.json.encode(said), media_type="application/manifest+json", headers=headers)


@cache
def version() -> str:
    """Names this state of the page: its files and its template."""
    parts = [(ROOM / "static" / name).read_bytes() for name in (*FILES, "kiosk-worker.js")]
    parts.append((ROOM / "templates" / "kiosk.html").read_bytes())
    parts.append(msgspec.json.encode([kiosk_words(tag) for tag in LANGUAGES]))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def kiosk_words(language: str) -> dict[str, str]:
    found: dict[str, str] = texts(language)["kiosk"]
    return found


def device_page(collector: Collector, device: Device, survey: Survey) -> dict[str, Any]:
    """All that a kiosk needs to go on alone for weeks."""
    return told_of(device, survey, collector.shelf.open(survey.id) is not None, collector.settings.organisation)


def told_of(device: Device, survey: Survey, is_open: bool, name: str) -> dict[str, Any]:
    """The page of a device; `name` is the organisation's. Pure."""
    question = question_of(survey)
    languages = [tag for tag in device.languages if tag in survey.languages] or list(survey.languages)
    return {
        "device": device.id,
        "place": device.location or survey.location or device.touchpoint or survey.touchpoint,
        "survey": survey.id,
        "open": is_open,
        "kind": question.kind,
        "low": question.low,
        "high": question.high,
        "low_points": [point for point in question.points() if question.is_low(point)],
        "moods": list(moods(question)),
        "idle_s": survey.kiosk.idle_s,
        "languages": [{"tag": tag, "name": language_name(tag)} for tag in languages],
        "texts": {tag: _texts(survey, question, tag, name) for tag in languages},
        "is_test": survey.is_test,
    }


def moods(question: Question) -> tuple[int, ...]:
    """The face of each point, from 0 (very poor) to 4 (very good); none where the scale is not one of faces."""
    points = len(question.points())
    return FOUR_FACES if points == 4 else tuple(range(5)) if points == 5 else ()


def _texts(survey: Survey, question: Question, language: str, name: str) -> dict[str, Any]:
    page, low_high = page_words(language), question.scale_ends(language)
    if question.kind == "resolved":
        points = [page["no"], page["yes"]]
    else:
        points = question.face_words(language) if moods(question) else []
    return {
        **{key: text for key, text in kiosk_words(language).items() if key not in BEFORE_SETUP},
        "question": question.words(language, name),
        "points": points,
        "ends": list(low_high),
        "reasons": [{"id": reason.id, "text": reason.text[language]} for reason in survey.kiosk.reasons],
        **{key: page[key] for key in ("anonymous", "thanks", "reason", "skip", "language", "closed", "closed_text")},
    }


def _js(value: Any) -> str:
    return msgspec.json.encode(value).decode()


HANDLERS = [kiosk, worker, manifest]
