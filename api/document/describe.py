"""Write `/openapi.json`: what FastAPI reads from the endpoints, and what it cannot know."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.document.examples import EXAMPLES
from api.document.keys import KEYS
from api.document.operation import Operation
from api.document.operations import OPERATIONS
from api.document.refusals import Part, refusals_of
from api.document.tags import TAGS
from api.requests.blacklist import BlockedBody
from api.requests.leads import LeadBody
from api.requests.legacy import CustomerToCallBody
from api.requests.network import PortedBody
from api.responses.models.system import EnvelopedRefusal, Outage, Readiness, Refusal, TooMany

JSON: Final = "application/json"
REFERENCE: Final = "#/components/schemas/{model}"
INTRODUCTION: Final = """\
Send `Authorization: Bearer TOKEN` with an API key of `callbeat token create`, or with an access token of
`POST /v3/auth/token`. Ids of other tenants are 404.

A refused request changes nothing and says why: `{"error": "a sentence"}`, or one object for each broken rule.
A key that a PUT does not name stays as it is. A header of more than 16 KiB is 431.
"""
_HEADERS: Final[Mapping[str, Part]] = {
    "X-Request-ID": {
        "description": "The request's id, also in logs and the audit trail.",
        "schema": {"type": "string"},
    },
    "X-Total-Estimated": {
        "description": "`true`: `total` is an estimate; without the header it is exact.",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "The revision that `If-Match` names.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true`: the answer of the first request with this `Idempotency-Key`.",
        "schema": {"type": "string"},
    },
}
_TOTALS_ESTIMATED: Final = frozenset({"list_cdrs", "list_cdrs_v1"})
"""Lists of which a long one is not counted."""
_TEXT: Final[Part] = {"type": "string"}
_BINARY: Final[Part] = {"type": "string", "format": "binary"}
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TABLES: Final[Part] = {
    "text/csv": {"schema": _TEXT},
    _WORKBOOK: {"schema": _BINARY},
    "application/gzip": {"schema": _BINARY},
}
_FILES: Final[Mapping[str, Part]] = {
    "export_cdrs": _TABLES,
    "export_leads": _TABLES,
    "read_campaign_report": {
        "text/html": {"schema": _TEXT},
        "application/pdf": {"schema": _BINARY},
        _WORKBOOK: {"schema": _BINARY},
    },
    "get_metrics": {"text/plain": {"schema": _TEXT, "example": "callbeat_waiting_leads 17\n"}},
    "get_import_report": {"text/csv": {"schema": _TEXT, "example": "row,result,phone_number,why\n"}},
    "get_recording": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
}
"""Answers that are no JSON."""
_IN_PARTS: Final = frozenset({"get_recording"})
"""Answers of which a client may ask for a part."""
ROWS: Final[Mapping[tuple[str, str], type[BaseModel] | None]] = {
    ("ManyLeadsBody", "data"): LeadBody,
    ("AutodialBody", "customers"): CustomerToCallBody,
    ("BlockBody", "blacklist"): BlockedBody,
    ("AllowBody", "blacklist"): None,
    ("PortBody", "ported"): PortedBody,
    ("UnportBody", "ported"): None,
}
"""What a row of a list is, None for a text; the request models take any rows."""
_GENERAL: Final = (Refusal, TooMany, Outage, EnvelopedRefusal, Readiness)
_NEVER_ANSWERED: Final = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> Part:
    """Return the whole document."""
    document = get_openapi(
        title=app.title,
        version=_version(),
        summary=app.summary,
        description=INTRODUCTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    schemas: Part = document["components"]["schemas"]
    for name in _NEVER_ANSWERED:
        schemas.pop(name, None)
    schemas.update(_rows_of(schemas))
    schemas.update(_answers())
    for endpoint, described in _operations(document):
        _complete(described, endpoint=endpoint, operation=OPERATIONS[endpoint])
    for name, schema in schemas.items():
        for key, told in schema.get("properties", {}).items():
            _explain(told, names=(f"{name}.{key}", key))
    return document


def _version() -> str:
    try:
        return version("callbeat")
    except PackageNotFoundError:  # started from a checkout
        return "0"


def _operations(document: Part) -> Iterator[tuple[str, Part]]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield f"{method.upper()} {path}", described


def _answers() -> Part:
    models: set[type[BaseModel]] = {*_GENERAL}
    for operation in OPERATIONS.values():
        models.update(_models(operation))
    by_name = sorted(models, key=lambda model: model.__name__)
    _, made = models_json_schema([(model, "serialization") for model in by_name], ref_template=REFERENCE)
    found: Part = made["$defs"]
    return found


def _rows_of(schemas: Part) -> Part:
    """Describe rows that requests are checked for one by one, so that a bad one never fails the others."""
    models = {row for row in ROWS.values() if row is not None}
    _, made = models_json_schema([(row, "validation") for row in models], ref_template=REFERENCE)
    for (name, key), row in ROWS.items():
        items = {"type": "string"} if row is None else {"$ref": REFERENCE.format(model=row.__name__)}
        schemas[name]["properties"][key]["items"] = items
    found: Part = made["$defs"]
    return found


def _models(operation: Operation) -> tuple[type[BaseModel], ...]:
    match operation.answer:
        case None:
            return ()
        case tuple() as several:
            return several
        case one:
            return (one,)


def _complete(described: Part, *, endpoint: str, operation: Operation) -> None:
    described["operationId"], described["summary"] = operation.name, operation.title
    for parameter in described.get("parameters", []):
        _explain(parameter["schema"], names=(f"{operation.name}.{parameter['name']}", parameter["name"]))
        parameter.setdefault("description", parameter["schema"].get("description", ""))
        parameter["schema"].pop("description", None)
    refused = refusals_of(endpoint, described, operation=operation)
    well = _well(described, operation)
    described["responses"] = {
        str(operation.status): well,
        **({"206": {**well, "description": "The part that `Range` names."}} if operation.name in _IN_PARTS else {}),
        **dict(sorted(refused.items())),
    }
    for content in described.get("requestBody", {}).get("content", {}).values():
        if operation.name in EXAMPLES:
            content.setdefault("example", EXAMPLES[operation.name])


def _well(described: Part, operation: Operation) -> Part:
    headers = {"X-Request-ID": _HEADERS["X-Request-ID"]}
    named = {one["name"] for one in described.get("parameters", ())}
    if named & {"If-Match", "If-None-Match"}:
        headers["ETag"] = _HEADERS["ETag"]
    if "Idempotency-Key" in named:
        headers["Idempotent-Replayed"] = _HEADERS["Idempotent-Replayed"]
    if operation.name in _TOTALS_ESTIMATED:
        headers["X-Total-Estimated"] = _HEADERS["X-Total-Estimated"]
    references = [{"$ref": REFERENCE.format(model=model.__name__)} for model in _models(operation)]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    content = {JSON: {"schema": schema}} if references else _FILES[operation.name]
    return {
        "description": "The answer.",
        "content": content,
        "headers": headers,
    }


def _explain(told: Part, *, names: tuple[str, str]) -> None:
    """Add what the key means, where the model itself does not say it, with unit and example."""
    key = next((KEYS[name] for name in names if name in KEYS), None)
    if key is None:
        return
    told.setdefault("description", key.text)
    if key.unit:
        told.setdefault("unit", key.unit)
    if key.example is not None:
        told.setdefault("examples", [key.example])
