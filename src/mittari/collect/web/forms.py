"""Forms: how far somebody has answered, signed and handed back with every page, since nothing of it is kept here."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from mittari.collect.collector import Collector
from mittari.collect.signing import Forged
from mittari.collect.survey.answers import Form
from mittari.collect.survey.model import Survey

FORM, PLACE = "form", "place"
EDITABLE_S = 24 * 3600
"""A form takes answers for a day: whoever comes back corrects what was said (the last edit within 24 hours counts)."""
EPOCH = datetime(1970, 1, 1)


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where an open link or its QR code hangs; signed, so that nobody invents places.

    `trial` is for managers who try a survey out, open or not: what they answer is a test and never counted.
    """

    survey: str
    touchpoint: str | None = None
    location: str | None = None
    source: str = "web"
    trial: bool = False


def new_form(collector: Collector, survey: Survey, language: str, place: Place) -> Form:
    """A form of an open survey, with a name of its own."""
    return Form(
        id=secrets.token_urlsafe(12),
        survey=survey.id,
        language=language,
        begun=seconds_of(collector),
        source=place.source,
        touchpoint=place.touchpoint,
        location=place.location,
        trial=place.trial,
    )


def read_form(collector: Collector, name: str, text: Any) -> Form | None:
    """The form that a page hands back, if it was ours, of this survey and of today."""
    try:
        form = collector.signer.read(FORM, text, Form) if isinstance(text, str) else None
    except Forged:
        return None
    if form is None or form.survey != name or seconds_of(collector) - form.begun > EDITABLE_S:
        return None
    return form


def taking_answers(collector: Collector, name: str, trial: bool) -> Survey | None:
    """The survey that takes answers; one that is tried out need not be open."""
    return collector.shelf.get(name) if trial else collector.shelf.open(name)


def read_place(collector: Collector, name: str, text: str | None) -> Place:
    try:
        place = collector.signer.read(PLACE, text, Place) if text else None
    except Forged:
        place = None
    return place if place is not None and place.survey == name else Place(name)


def address_of(collector: Collector, survey: Survey, form: Form, chosen: str | None = None) -> str:
    """Where a form goes on. The first page has such an address too, so that going back comes to the same form."""
    query = {"f": collector.signer.sign(FORM, form)} | ({"a": chosen} if chosen is not None else {})
    return f"/s/{survey.id}/next?{urlencode(query)}"


def seconds_of(collector: Collector) -> int:
    return int((collector.clock() - EPOCH).total_seconds())
