"""Which refusals an operation may answer, and when: most follow from its form."""

from collections.abc import Mapping
from typing import Any, Final

from api.access import ACCESS, Credential
from api.document.operation import Operation
from worker.domain.role import Role

Part = dict[str, Any]  # Any: a part of OpenAPI
ENVELOPED: Final = "/v2/"
_SECONDS: Final[Part] = {"description": "Seconds until the request may be sent again.", "schema": {"type": "integer"}}
_HELD_IN_CLIENT: Final = "Nothing was done: a part is down, full or too slow. Send the same request again."


def refusals_of(endpoint: str, described: Part, *, operation: Operation) -> dict[str, Part]:
    """Return the refusals by status; ``described`` is the operation as FastAPI describes it."""
    needed = ACCESS[endpoint]
    if needed is Credential.NOTHING:
        return _of_open(endpoint)
    found = {
        "400": _told("Refused by a rule: JSON, UTF-8, type, size, an unknown key or parameter. Correct the request."),
        "401": _told("No valid credentials.", headers={"WWW-Authenticate": _header("The scheme.")}),
        "429": _told(_too_many(needed), model="TooMany", headers={"Retry-After": _SECONDS}),
        "503": _told(_HELD_IN_CLIENT, model="Outage", headers={"Retry-After": _SECONDS}),
        **_by_role(needed),
        **_by_form(described),
        **_by_what_is_stored(endpoint, described, operation=operation),
    }
    return {status: _enveloped(status, told) if ENVELOPED in endpoint else told for status, told in found.items()}


def _of_open(endpoint: str) -> dict[str, Part]:
    if endpoint == "GET /health/live":
        return {}
    model = "Readiness" if "/health/" in endpoint else "Outage"
    return {"503": _told(_HELD_IN_CLIENT, model=model, headers={"Retry-After": _SECONDS})}


def _too_many(needed: Role | Credential) -> str:
    if isinstance(needed, Role):
        return "A cap of the tenant is reached, requests come too fast, or too many log-ins failed."
    return "Too many log-ins failed, or requests come too fast."


def _by_role(needed: Role | Credential) -> dict[str, Part]:
    match needed:
        case Credential.INSTALLATION:
            return {"403": _told("The token is not that of `CALLBEAT_API_TOKEN`.")}
        case Role.OPERATOR | Role.ADMIN:
            return {"403": _told(f"The key has not the role `{needed}`.")}
        case _:
            return {}


def _by_form(described: Part) -> dict[str, Part]:
    found: dict[str, Part] = {}
    if "requestBody" in described:
        found["408"] = _told("The body did not come in time.")
        found["413"] = _told("The body is too large.")
    headers = {one["name"] for one in described.get("parameters", ())}
    if "If-None-Match" in headers:
        found["304"] = {"description": "The client has this answer already (`If-None-Match`)."}
    if "If-Match" in headers:
        found["412"] = _told("The object is no longer the one that `If-Match` names.")
    if "Idempotency-Key" in headers:
        found["422"] = _told("The `Idempotency-Key` was used for another request within a day.")
    return found


def _by_what_is_stored(endpoint: str, described: Part, *, operation: Operation) -> dict[str, Part]:
    found: dict[str, Part] = {}
    if "/recording/" in endpoint:
        found["416"] = {"description": "`Range` names no part of the recording."}
    if "{" in endpoint:
        found["404"] = _told("The tenant has no such object.")
    elif operation.unknown:
        found["404"] = _told(f"{operation.unknown} that the request names does not exist.")
    reasons = [operation.taken] if operation.taken else []
    if any(one["name"] == "Idempotency-Key" for one in described.get("parameters", ())):
        reasons.append("A request with the same `Idempotency-Key` still runs.")
    if reasons:
        found["409"] = _told(" ".join(reasons))
    return found


def _told(text: str, *, model: str = "Refusal", headers: Mapping[str, Part] | None = None) -> Part:
    schema = {"$ref": f"#/components/schemas/{model}"}
    told: Part = {"description": text, "content": {"application/json": {"schema": schema}}}
    return told | ({"headers": dict(headers)} if headers else {})


def _header(text: str) -> Part:
    return {"description": text, "schema": {"type": "string"}}


def _enveloped(status: str, told: Part) -> Part:
    """Return the refusal in the envelope of `/v2`, which those of the token and of overload do not have."""
    if status not in {"400", "404", "409"}:
        return told
    either = [{"$ref": f"#/components/schemas/{model}"} for model in ("EnvelopedRefusal", "Refusal")]
    return told | {"content": {"application/json": {"schema": {"anyOf": either}}}}
