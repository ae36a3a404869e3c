"""The document of the intake: sound OpenAPI 3.1, true to the declarations, and kept by a real server."""

import json
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any, NamedTuple

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from collect.serving import Served, Told, ask, new_home
from kiosks import collector_of, device_of, write_survey
from mittari.collect.checking import checked
from mittari.collect.collector import utc_now
from mittari.collect.devices import revoke_device
from mittari.collect.tokens import make_token, taken_in
from mittari.collect.web.app import HANDLERS
from mittari.collect.web.openapi import document
from mittari.facts import TABLES
from patience import PATIENCE_S

DOCUMENT: dict[str, Any] = json.loads(document())
SCHEMAS = DOCUMENT["components"]["schemas"]
TAPS, DEVICE, CONTACTS = "/api/v1/taps", "/api/v1/device", "/api/v1/contacts"
OPERATIONS = {
    f"{method} {path}": operation for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
}


def validator(schema: Any) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def test_it_has_one_path_for_every_table_that_is_taken_in() -> None:
    paths = {path.rsplit("/", 1)[1] for path in DOCUMENT["paths"] if path.startswith("/api/v1/facts/")}
    assert paths == set(taken_in())


@pytest.mark.parametrize("name", taken_in())
def test_a_schema_names_every_column_with_its_meaning(name: str) -> None:
    properties = SCHEMAS[name]["properties"]
    assert list(properties) == [column.name for column in TABLES[name].given]
    for column in TABLES[name].given:
        assert properties[column.name]["description"].startswith(column.meaning)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_one_and_its_examples_are_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    for example in SCHEMAS[name].get("examples", []):
        validator(SCHEMAS[name]).validate(example)


def test_the_examples_of_the_requests_are_valid() -> None:
    for operation in OPERATIONS.values():
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]
            if "example" in content:
                validator(content["schema"]).validate(content["example"])


@pytest.mark.parametrize(("name", "field"), [("calls", "call_id"), ("conversation_tags", "tag")])
def test_a_required_text_is_described_as_what_is_not_blank(name: str, field: str) -> None:
    """Of every character alone the document says what the server does."""
    pattern = re.compile(SCHEMAS[name]["properties"][field]["pattern"])
    row = SCHEMAS[name]["examples"][0]
    for one in map(chr, [*range(0x20, 0x300), *range(0x1680, 0x1681), *range(0x2000, 0x2070), 0x3000, 0xFEFF, 0x1F600]):
        _, problems = checked(TABLES[name], [{**row, field: one}])
        assert bool(pattern.search(one)) == (problems == []), ascii(one)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_tells_of_overload_and_of_our_own_faults(name: str) -> None:
    told = OPERATIONS[name]["responses"]
    later = {"429", "503"}
    assert {"200", "401", *later} <= set(told)
    assert later == {status for status, answer in told.items() if "Retry-After" in answer.get("headers", {})}


def test_every_address_of_the_interface_is_described_and_no_page_for_browsers() -> None:
    addresses = {path.replace(":str", "") for handler in HANDLERS for path in handler.paths}
    interface = {path for path in addresses if path.startswith("/api/v1/")} - {"/api/v1/openapi.json"}
    described = {re.sub("^/api/v1/facts/.*", "/api/v1/facts/{table}", path) for path in DOCUMENT["paths"]}
    assert described == interface
    assert {"/widget.js", "/widget/{name}", "/s/{name}", "/kiosk"} <= addresses - described


def test_every_scheme_that_an_operation_asks_for_is_declared() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    asked = {name for operation in OPERATIONS.values() for each in operation["security"] for name in each}
    assert asked == set(schemes) == {"token", "device"}
    assert OPERATIONS[f"post {TAPS}"]["security"] == OPERATIONS[f"get {DEVICE}"]["security"] == [{"device": []}]


class Tokens(NamedTuple):
    """What opens the server: of facts, of contacts, and of devices, of which each may be slowed down for itself."""

    server: Served
    facts: str
    contacts: str
    devices: Iterator[str]
    revoked: str

    def for_path(self, path: str) -> str:
        return next(self.devices) if path in (TAPS, DEVICE) else self.contacts if path == CONTACTS else self.facts


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tokens]:
    home, facts = new_home(tmp_path_factory.mktemp("openapi"))
    write_survey(home)
    with collector_of(home, utc_now) as collector:
        contacts = make_token(collector.ledger, "crm", ["contacts"], utc_now())
        devices = [device_of(collector, f"device-{number}") for number in range(20)]
        revoked = device_of(collector, "revoked")
        revoke_device(collector.ledger, "revoked", utc_now())
    server = Served(home)
    yield Tokens(server, facts, contacts, cycle(devices), revoked)
    server.stop()


def holds(told: Told, operation: str) -> Any:
    """The answer's content, once it is as documented."""
    schema = OPERATIONS[operation]["responses"][str(told.status)]["content"]["application/json"]["schema"]
    validator(schema).validate(told.json())
    return told.json()


def test_the_server_hands_it_out(served: Tokens) -> None:
    answer = ask(served.server.port, "GET", "/api/v1/openapi.json")
    assert answer.status == 200
    assert answer.json() == DOCUMENT


def test_examples_are_stored(served: Tokens) -> None:
    for name in taken_in():
        answer = served.server.post(f"/api/v1/facts/{name}", SCHEMAS[name]["examples"][0], served.facts)
        assert (answer.status, answer.json()) == (200, {"stored": 1}), (name, answer.body)
    for example in SCHEMAS["Contact"]["examples"]:
        answer = served.server.post(CONTACTS, example, served.contacts)
        assert (answer.status, holds(answer, f"post {CONTACTS}")) == (200, {"stored": 1}), answer.body


def test_taps_are_judged_one_by_one_and_told_as_documented(served: Tokens) -> None:
    day = utc_now().date().isoformat()
    taps = [{"key": "a", "at": 9_000, "score": 4}, {"key": "b", "at": 9_000, "score": 9}, "tap"]
    visits = [{"date": day, "count": 3}, {"date": "1999-12-31", "count": 3}, 7]
    body = {"sent_at": 10_000, "waiting": 3, "taps": taps, "visits": visits}
    answer = served.server.post(TAPS, body, served.for_path(TAPS))
    told = holds(answer, f"post {TAPS}")
    assert (answer.status, told["accepted"]) == (200, ["a"])
    assert [each.get("key", each.get("visits")) for each in told["refused"]] == ["b", None, "1999-12-31", "None"]


def test_a_device_is_told_its_page_as_documented(served: Tokens) -> None:
    answer = ask(served.server.port, "GET", DEVICE, headers={"authorization": f"Bearer {served.for_path(DEVICE)}"})
    told = holds(answer, f"get {DEVICE}")
    assert answer.status == 200
    assert (told["survey"], told["kind"], sorted(told["texts"])) == ("exit", "csat", ["en", "fi", "nb", "sv"])
    assert set(told["texts"]["en"]) == set(SCHEMAS["DevicePage"]["examples"][0]["texts"]["en"])


@pytest.mark.parametrize(("method", "path"), [("POST", TAPS), ("GET", DEVICE)])
def test_only_the_token_of_a_device_opens_what_is_for_devices(served: Tokens, method: str, path: str) -> None:
    for token in (None, "mitd_guessed", served.facts, served.contacts):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = ask(served.server.port, method, path, b"{}" if method == "POST" else None, headers)
        assert answer.status == 401, token
        holds(answer, f"{method.lower()} {path}")


def test_every_refusal_that_is_documented_of_devices_and_contacts_is_given(served: Tokens) -> None:
    post, device = served.server.post, served.for_path(TAPS)
    got = {
        f"post {TAPS}": [
            post(TAPS, b"{", device),
            post(TAPS, {"taps": {}}, device),
            post(TAPS, {}, served.revoked),
            post(TAPS, b" " * 400_001, device),
        ],
        f"get {DEVICE}": [ask(served.server.port, "GET", DEVICE, None, {"authorization": f"Bearer {served.revoked}"})],
        f"post {CONTACTS}": [
            post(CONTACTS, b"[]", served.contacts),
            post(CONTACTS, {}, "mit_guessed"),
            post(CONTACTS, {}, served.facts),
            post(CONTACTS, b" " * 4_000_001, served.contacts),
            post(CONTACTS, b"customer_id,email", served.contacts, content_type="text/csv"),
            post(CONTACTS, {}, served.contacts),
        ],
    }
    assert {name: [told.status for told in answers] for name, answers in got.items()} == {
        f"post {TAPS}": [400, 400, 403, 413],
        f"get {DEVICE}": [403],
        f"post {CONTACTS}": [400, 401, 403, 413, 415, 422],
    }
    for name, told in ((name, told) for name, answers in got.items() for told in answers):
        holds(told, name)


def test_whoever_guesses_at_devices_is_slowed_down_as_documented(served: Tokens) -> None:
    def guess(_: int) -> Told:
        return ask(served.server.port, "GET", DEVICE, headers={"authorization": "Bearer x"}, sender="127.0.0.2")

    with ThreadPoolExecutor(8) as many:  # of an address of their own, so that nobody else is slowed down
        slowed = next(each for each in many.map(guess, range(200)) if each.status == 429)
    holds(slowed, f"get {DEVICE}")
    assert int(slowed.headers["retry-after"]) >= 1


def test_half_a_character_in_a_name_is_refused_and_not_our_fault(served: Tokens) -> None:
    answer = served.server.post(CONTACTS, b'{"customer_id": "c1", "chat": "x", "\\ud800": 1}', served.contacts)
    assert answer.status == 422
    assert holds(answer, f"post {CONTACTS}")["problems"][0]["field"] == "?"


SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
LEFT_OUT = {"positive_data_acceptance", "use_after_free", "ensure_resource_availability"}
"""Fields that must fit each other cannot be described, so fitting data may still be refused with 422."""
EXAMPLES = 6
FEW = SCHEMA.include(path_regex="(calls|responses|fx_rates|webhooks/.name.|taps|device|contacts)$")
"""Of the tables text, scores, days and money, the others being alike; and all that is no table."""
NOT_OF = {
    TAPS: {"ignored_auth", "missing_required_header", "negative_data_rejection"},
    DEVICE: {"ignored_auth", "missing_required_header"},
}
"""Whoever guesses at tokens of devices is soon told 429 instead of 401; a tap that does not fit is told with 200."""
PHASES = [Phase.explicit, Phase.generate]


@schemathesis.serializer("application/x-ndjson", "application/ndjson")
def lines(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def obey(case: Any, served: Tokens) -> None:
    """Send the case, and hold the answer against the document."""
    without = LEFT_OUT | NOT_OF.get(case.path, set())
    case.headers["Authorization"] = f"Bearer {served.for_path(case.path)}"
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{served.server.port}",
        checks=[check for check in CHECKS.get_all() if check.__name__ not in without],
        timeout=PATIENCE_S,
    )


@FEW.parametrize()
@settings(max_examples=EXAMPLES, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_answers_as_documented(case: Any, served: Tokens) -> None:
    obey(case, served)


@pytest.mark.long
@SCHEMA.parametrize()
@settings(max_examples=int(os.environ.get("EXAMPLES", "200")), deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_answers_as_documented_at_length(case: Any, served: Tokens) -> None:
    obey(case, served)
