"""`/openapi.json` says everything: a gap in the document is a failure here, for new endpoints too."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

from api.access import ACCESS, Credential
from api.document.examples import EXAMPLES
from api.document.keys import KEYS, PARTS
from api.document.operations import OPERATIONS
from api.document.tags import TAGS
from tests.builders.description import REQUEST, Description
from tests.builders.documented_put import seed_body
from worker.domain.role import Role

Part = dict[str, Any]  # Any: a part of OpenAPI
NUMBERS_WITH_UNIT = re.compile(
    r"_(seconds|milliseconds|days|hours)$|^(duration|billsec|.*_duration|.*_timeout|after_day)$"
)
WITHOUT_BODY = {"304", "416"}


class Operation(NamedTuple):
    """An operation of the document."""

    endpoint: str
    told: Part


@pytest.fixture(scope="session")
def document(app: FastAPI) -> Part:
    """Return the document."""
    return app.openapi()


@pytest.fixture(scope="session")
def operations(document: Part) -> list[Operation]:
    """Return every operation of the document."""
    return [
        Operation(f"{method.upper()} {path}", told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def properties(document: Part) -> Iterator[tuple[str, str, Part]]:
    for name, schema in document["components"]["schemas"].items():
        for key, told in schema.get("properties", {}).items():
            yield name, key, told


def kinds(told: Part) -> Iterator[Part]:
    yield from told.get("anyOf", [told])


def bodies(operations: list[Operation]) -> Iterator[tuple[str, Part]]:
    for one in operations:
        for content in one.told.get("requestBody", {}).get("content", {}).values():
            yield one.told["operationId"], content


def test_the_document_is_valid(document: Part) -> None:
    validate(document)


def test_every_endpoint_stands_in_the_table_and_the_table_has_no_others(operations: list[Operation]) -> None:
    assert OPERATIONS.keys() == {one.endpoint for one in operations}


def test_names_are_readable_and_unique(operations: list[Operation]) -> None:
    names = [one.told["operationId"] for one in operations]

    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name)] == []
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_every_operation_has_a_title_a_description_and_one_described_tag(operations: list[Operation]) -> None:
    silent = [one.endpoint for one in operations if not (one.told.get("summary") and one.told.get("description"))]
    untagged = [one.endpoint for one in operations if len(set(one.told.get("tags", [])) & TAGS.keys()) != 1]

    assert (silent, untagged) == ([], [])
    assert TAGS.keys() == {tag for one in operations for tag in one.told["tags"]}


def test_every_answer_has_a_schema(operations: list[Operation]) -> None:
    missing = [
        f"{one.endpoint} {status}"
        for one in operations
        for status, answer in one.told["responses"].items()
        if not answer.get("description")
        or (
            status not in WITHOUT_BODY
            and not any(content.get("schema") for content in answer.get("content", {}).values())
        )
    ]

    assert missing == []


def test_every_operation_tells_its_refusals(operations: list[Operation]) -> None:
    wrong = {one.endpoint: missing for one in operations if (missing := expected(one) - one.told["responses"].keys())}

    assert wrong == {}
    assert all(
        "Retry-After" in one.told["responses"][status]["headers"]
        for one in operations
        for status in ("429", "503")
        if status in one.told["responses"]
    )


def expected(one: Operation) -> set[str]:
    """Return the refusals that follow from what an operation asks for."""
    needed = ACCESS[one.endpoint]
    if needed is Credential.NOTHING:
        return set() if one.endpoint == "GET /health/live" else {"503"}
    named = {parameter["name"] for parameter in one.told.get("parameters", ())}
    found = {"400", "401", "429", "503"}
    found |= {"403"} if needed in {Role.ADMIN, Role.OPERATOR, Credential.INSTALLATION} else set()
    found |= {"404"} if "{" in one.endpoint else set()
    found |= {"413"} if "requestBody" in one.told else set()
    found |= {"412"} if "If-Match" in named else set()
    return found | ({"409", "422"} if "Idempotency-Key" in named else set())


def test_every_operation_with_a_token_says_so(operations: list[Operation]) -> None:
    open_ones = {one.endpoint for one in operations if not one.told.get("security")}

    assert open_ones == {
        endpoint for endpoint, needed in ACCESS.items() if needed in {Credential.NOTHING, Credential.KEY_IN_BODY}
    }


def test_every_parameter_is_described(operations: list[Operation]) -> None:
    silent = [
        f"{one.endpoint} {parameter['name']}"
        for one in operations
        for parameter in one.told.get("parameters", ())
        if not parameter.get("description")
    ]

    assert silent == []


def test_every_key_of_every_object_is_described(document: Part) -> None:
    assert [f"{name}.{key}" for name, key, told in properties(document) if not told.get("description")] == []
    assert [name for name, told in document["components"]["schemas"].items() if not told.get("description")] == []


def test_a_length_of_time_has_its_unit(document: Part) -> None:
    silent = [
        f"{name}.{key}"
        for name, key, told in properties(document)
        if NUMBERS_WITH_UNIT.search(key)
        and any(kind.get("type") in {"integer", "number"} for kind in kinds(told))
        and "unit" not in told
        and key not in told["description"].lower()
    ]

    assert silent == []


def test_every_number_list_and_text_of_a_request_has_its_limits(document: Part) -> None:
    wanted = {"integer": "maximum", "number": "maximum", "array": "maxItems", "string": "maxLength"}
    unbounded = [
        f"{name}.{key}"
        for name, key, told in properties(document)
        if REQUEST.search(name)
        for kind in kinds(told)
        if kind.get("type") in wanted and not kind.keys() & {wanted[kind["type"]], "enum", "const", "pattern", "format"}
    ]

    assert unbounded == []


def test_every_body_has_an_example_that_its_schema_takes(document: Part, operations: list[Operation]) -> None:
    judge, found = Description(document), dict(bodies(operations))
    wrong = {
        name: errors
        for name, content in bodies(operations)
        if (errors := judge.errors(content["schema"], content["example"]))
    }

    assert wrong == {}
    assert EXAMPLES.keys() == found.keys()


def test_the_documented_put_is_the_example_of_the_put() -> None:
    assert EXAMPLES["change_campaign"] == seed_body()


def test_a_change_has_no_defaults(document: Part) -> None:
    """A generated client would send them, and reset what its user did not name."""
    partial = {
        name
        for name in document["components"]["schemas"]
        if name.startswith("Changed") or "Limits" in name or name == "NewCampaignBody"
    }
    found = [f"{name}.{key}" for name, key, told in properties(document) if name in partial and "default" in told]

    assert len(partial) > 5
    assert found == []


def test_each_meaning_stands_once_and_is_used(document: Part, operations: list[Operation]) -> None:
    named = {name for schema, key, _ in properties(document) for name in (key, f"{schema}.{key}")} | {
        name
        for one in operations
        for parameter in one.told.get("parameters", ())
        for name in (parameter["name"], f"{one.told['operationId']}.{parameter['name']}")
    }

    assert sorted(KEYS.keys() - named) == []
    assert sum(len(part) for part in PARTS) == len(KEYS)
