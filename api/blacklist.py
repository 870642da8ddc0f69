"""The do-not-call list, which the wire calls blacklist."""

from typing import Final
from uuid import UUID, uuid5

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Part, Services, Whose, listed
from api.middleware import GuardedRoute
from api.requests.blacklist import AllowBody, BlockBody
from api.requests.fields import uuid_of
from worker.domain.errors import NotFound
from worker.domain.json_value import Json
from worker.domain.network import NotDialable, national_form
from worker.ports.paging import Page
from worker.ports.records.entities import BlockedNumber, Tenant
from worker.usecases.records import queries
from worker.usecases.records.block_numbers import Handled, allow_numbers, block_numbers

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["do not call"])

NUMBER_BITS: Final = 48
"""As many bits of an id hold its number."""


@router.post("/v1/blacklist")
def add(body: BlockBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add numbers; they hold for the very next dial."""
    numbers = [BlockedNumber(one.phone_number, one.description) for one in body.blacklist]
    return told(block_numbers(services.store, tenant=tenant, numbers=numbers, now=services.clock.now()))


@router.delete("/v1/blacklist")
def remove(body: AllowBody, services: Services, tenant: Whose) -> JSONResponse:
    """Remove numbers."""
    return told(allow_numbers(services.store, tenant=tenant, phones=body.blacklist))


@router.get("/v1/blacklist")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Give the numbers in order."""
    page = queries.list_blocked_numbers(services.store, tenant=tenant, part=part)
    return listed(Page([_shape(row, tenant=tenant) for row in page.rows], page.total), part)


@router.get("/v1/blacklist/{id_or_phone}")
def read(id_or_phone: str, services: Services, tenant: Whose) -> JSONResponse:
    """Give one number, by its id or as a number in any form."""
    phone = _phone_of(id_or_phone, tenant=tenant)
    return JSONResponse(_shape(queries.get_blocked_number(services.store, tenant=tenant, phone=phone), tenant=tenant))


def _shape(row: BlockedNumber, *, tenant: Tenant) -> dict[str, Json]:
    return {"id": str(_id_of(row.phone, tenant=tenant)), "phone_number": row.phone, "description": row.description}


def _id_of(phone: str, *, tenant: Tenant) -> UUID:
    """Give a number's id: the tenant's own bits, then the number with a 1 before it, which keeps its zeros."""
    return UUID(int=(uuid5(tenant.id, "blacklist").int >> NUMBER_BITS << NUMBER_BITS) | int(f"1{phone}"))


def _phone_of(text: str, *, tenant: Tenant) -> str:
    asked = uuid_of(text)
    if asked is not None:
        phone = str(asked.int & ((1 << NUMBER_BITS) - 1))[1:]
        if phone and _id_of(phone, tenant=tenant) == asked:
            return phone
        raise NotFound("Not Found")
    try:
        return national_form(text)
    except NotDialable as error:
        raise NotFound("Not Found") from error


def told(handled: Handled) -> JSONResponse:
    fail = [{phone: error} for phone, error in handled.problems]
    return JSONResponse({"fail": fail, "message": "successfully", "success": list(handled.taken)})
