"""What the API's own description says of an answer, and whether the answer agrees with it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import httpx
import jsonschema_rs

Part = Mapping[str, Any]  # Any: a part of OpenAPI
DESCRIPTION: Final = "urn:callbeat"
REQUEST: Final = re.compile(r"(?<!With)Body$")
"""How objects are called that requests send."""
OURS: Final = 500
"""A fault of ours, which no endpoint announces: tests that plant one look at the answer themselves."""


class Description:
    """The document, by which answers are judged; keys that it does not name are wrong, too."""

    def __init__(self, document: Part) -> None:
        self._document = document
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        closed = json.loads(json.dumps(self._document))
        for name, schema in closed["components"]["schemas"].items():
            if "properties" in schema and name not in self._asked:
                schema.setdefault("additionalProperties", False)
        return jsonschema_rs.Registry([(DESCRIPTION, closed)], draft=jsonschema_rs.Draft202012)

    @cached_property
    def _asked(self) -> set[str]:
        """Return the objects that requests may send, with keys of other versions beside them."""
        return {name for name in self._document["components"]["schemas"] if REQUEST.search(name)}

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], Part]]:
        """Return the paths as patterns; those with fewer names in them are tried first."""
        found = sorted(self._document["paths"].items(), key=lambda one: one[0].count("{"))
        return [(re.compile(_pattern(path)), methods) for path, methods in found]

    def check(self, response: httpx.Response) -> None:
        """Raise ``AssertionError`` for an answer that differs from its description; it is a hook of an HTTP client."""
        problem = self.problem(
            response.request.method,
            response.request.url.path,
            status=response.status_code,
            content_type=response.headers.get("content-type", ""),
            body=response.read(),
        )
        assert not problem, problem

    def problem(self, method: str, path: str, *, status: int, content_type: str, body: bytes) -> str:
        """Return how an answer differs from its description; empty when it agrees, or when nothing is described."""
        described = self._operation(method.lower(), path) if method.isupper() else None  # `get` is no method of HTTP
        if described is None or status == OURS:
            return ""
        where = f"{method} {path}: {status}"
        answer = described["responses"].get(str(status))
        if answer is None:
            return f"{where} is not described: {body[:200]!r}"
        if "content" not in answer:
            return f"{where} has a body" if body else ""
        kind, _, _ = content_type.partition(";")
        if kind not in answer["content"]:
            return f"{where} is {kind}"
        if kind != "application/json":
            return ""
        wrong = list(self._errors(answer["content"][kind]["schema"], json.loads(body)))
        return f"{where} differs: {wrong[:3]}" if wrong else ""

    def errors(self, schema: Part, value: object) -> list[str]:
        """Return how a value differs from a schema of the document."""
        return list(self._errors(schema, value))

    def _operation(self, method: str, path: str) -> Part | None:
        for pattern, methods in self._paths:
            if pattern.fullmatch(path) and method in methods:
                found: Part = methods[method]
                return found
        return None

    def _errors(self, schema: Part, value: object) -> Iterator[str]:
        text = json.dumps(schema).replace('"#/', f'"{DESCRIPTION}#/')
        if text not in self._validators:
            self._validators[text] = jsonschema_rs.validator_for(
                json.loads(text), registry=self._registry, validate_formats=True
            )
        for error in self._validators[text].iter_errors(value):
            yield f"{'/'.join(str(part) for part in error.instance_path)}: {error.message[:300]}"


def _pattern(path: str) -> str:
    """Return the paths that a path with names stands for; a reference of a client's may have slashes in it."""
    with_slashes = re.escape(path).replace(r"\{ref_id\}", ".+")
    return re.sub(r"\\\{\w+\\\}", "[^/]+", with_slashes)
