"""The document of the intake: sound OpenAPI 3.1, true to the declarations, and kept by a real server."""

import json
import os
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from collect.serving import Served, ask, new_home
from mittari.collect.tokens import taken_in
from mittari.collect.web.openapi import document
from mittari.facts import TABLES

DOCUMENT: dict[str, Any] = json.loads(document())
SCHEMAS = DOCUMENT["components"]["schemas"]


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
    for path in DOCUMENT["paths"].values():
        content = path["post"]["requestBody"]["content"]["application/json"]
        if "example" in content:
            validator(content["schema"]).validate(content["example"])


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_every_operation_tells_of_overload_and_of_our_own_faults(path: str) -> None:
    told = DOCUMENT["paths"][path]["post"]["responses"]
    assert {"200", "400", "401", "409", "413", "415", "422", "429", "503"} <= set(told)
    assert all("Retry-After" in told[status]["headers"] for status in ("429", "503"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    home, token = new_home(tmp_path_factory.mktemp("openapi"))
    server = Served(home)
    yield server, token
    server.stop()


def test_the_server_hands_it_out(served: tuple[Served, str]) -> None:
    answer = ask(served[0].port, "GET", "/api/v1/openapi.json")
    assert answer.status == 200
    assert answer.json() == DOCUMENT


def test_examples_are_stored(served: tuple[Served, str]) -> None:
    server, token = served
    for name in taken_in():
        answer = server.post(f"/api/v1/facts/{name}", SCHEMAS[name]["examples"][0], token)
        assert (answer.status, answer.json()) == (200, {"stored": 1}), (name, answer.body)


SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
LEFT_OUT = {"positive_data_acceptance", "use_after_free", "ensure_resource_availability"}
"""Fields that must fit each other cannot be described, so fitting data may still be refused with 422."""
EXAMPLES = 6
FEW = SCHEMA.include(path_regex="(calls|responses|fx_rates|webhooks/.name.)$")
"""Text, scores, days and money; the other tables are alike."""
PHASES = [Phase.explicit, Phase.generate]


@schemathesis.serializer("application/x-ndjson", "application/ndjson")
def lines(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def obey(case: Any, served: tuple[Served, str]) -> None:
    """Send the case, and hold the answer against the document."""
    server, token = served
    case.headers["Authorization"] = f"Bearer {token}"
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{server.port}",
        checks=[check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT],
        timeout=30,
    )


@FEW.parametrize()
@settings(max_examples=EXAMPLES, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_answers_as_documented(case: Any, served: tuple[Served, str]) -> None:
    obey(case, served)


@pytest.mark.long
@SCHEMA.parametrize()
@settings(max_examples=int(os.environ.get("EXAMPLES", "200")), deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_answers_as_documented_at_length(case: Any, served: tuple[Served, str]) -> None:
    obey(case, served)
