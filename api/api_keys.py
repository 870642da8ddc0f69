"""API keys: list, create, rotate, revoke. For the role admin."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pendulum import DateTime, Duration

from api.deps import BEARER, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute
from api.requests.login import NewKeyBody, RotationBody
from api.timestamps import rfc3339, to_moment
from worker.domain.errors import InvalidFields, Problem
from worker.domain.json_value import Json
from worker.domain.role import Role
from worker.ports.paging import Page
from worker.ports.records.access import ApiKey
from worker.usecases.records import keep_api_keys
from worker.usecases.records.keep_api_keys import NewKey

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["tokens"])


@router.get("/v3/token")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the tenant's API keys, newest first, without their secrets."""
    page = keep_api_keys.list_keys(services.store, tenant=tenant, part=part)
    return listed(Page([_shape(key, zone=tenant.timezone) for key in page.rows], page.total), part)


@router.post("/v3/token")
def create(body: NewKeyBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create an API key; `api_key` is shown this once."""
    made = keep_api_keys.create_key(
        services.store,
        tenant=tenant,
        name=body.name,
        role=Role(body.role),
        expires_at=_end(body.expires_at or "", zone=tenant.timezone),
        now=services.clock.now(),
        chance=services.chance,
    )
    return answered({"created": True, **_new(made, zone=tenant.timezone)}, to=body)


@router.post("/v3/token/{token_uuid}/rotate")
def rotate(token_uuid: UUID, body: RotationBody, services: Services, tenant: Whose) -> JSONResponse:
    """Create a key of the same name and role; the old one stays valid for `hours` beside it."""
    made = keep_api_keys.rotate_key(
        services.store,
        tenant=tenant,
        key_id=token_uuid,
        overlap=Duration(hours=body.hours),
        now=services.clock.now(),
        chance=services.chance,
    )
    return answered({"created": True, **_new(made, zone=tenant.timezone)}, to=body)


@router.delete("/v3/token/{token_uuid}")
def revoke(token_uuid: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Revoke a key: the next request with it, or with an access token that was issued for it, gets 401."""
    keep_api_keys.revoke_key(services.store, tenant=tenant, key_id=token_uuid)
    return JSONResponse({"token_uuid": str(token_uuid), "deleted": True})


def _end(text: str, *, zone: str) -> DateTime | None:
    try:
        return to_moment(text, zone=zone)
    except ValueError as error:
        raise InvalidFields((Problem("expires_at", "Does not match format 'date-time'"),)) from error


def _new(made: NewKey, *, zone: str) -> dict[str, Json]:
    return {"api_key": made.secret, **_shape(made.key, zone=zone)}


def _shape(key: ApiKey, *, zone: str) -> dict[str, Json]:
    return {
        "token_uuid": str(key.id),
        "name": key.name,
        "role": key.role.value,
        "created_at": rfc3339(key.created_at, zone=zone),
        "expires_at": None if key.expires_at is None else rfc3339(key.expires_at, zone=zone),
        "last_used_at": None if key.last_used_at is None else rfc3339(key.last_used_at, zone=zone),
        "last_used_from": key.last_used_from,
    }
