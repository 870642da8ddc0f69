"""The do-not-call list, which the API calls blacklist."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, ONCE, STOPS_CALLS, Part, Services, Whose, answered, listed
from api.middleware import GuardedRoute
from api.phone_numbers import national
from api.requests.blacklist import AllowBody, BlockBody, BlockedBody
from api.requests.fields import uuid_of
from api.requests.numbers import checked_phones, checked_rows, ignored_keys
from api.responses.numbers import handled_numbers
from worker.domain.json_value import Json
from worker.ports.paging import Page
from worker.ports.records.entities import BlockedEntry, BlockedNumber
from worker.usecases.records import queries
from worker.usecases.records.block_numbers import allow_numbers, block_numbers

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["do not call"])


@router.post("/v1/blacklist", dependencies=[STOPS_CALLS, ONCE])
def add(body: BlockBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add numbers to the do-not-call list; they hold for the very next dial."""
    rows, problems = checked_rows(body.blacklist, BlockedBody)
    numbers = [BlockedNumber(one.phone_number, one.description) for one in rows]
    handled = block_numbers(services.store, tenant=tenant, numbers=numbers, now=services.clock.now())
    unread = ignored_keys(rows, path="blacklist")
    return answered(handled_numbers(handled, malformed=problems), to=body, ignored_below=unread)


@router.delete("/v1/blacklist")
def remove(body: AllowBody, services: Services, tenant: Whose) -> JSONResponse:
    """Remove numbers from the do-not-call list."""
    phones, problems = checked_phones(body.blacklist)
    handled = allow_numbers(services.store, tenant=tenant, phones=phones)
    return answered(handled_numbers(handled, malformed=problems), to=body)


@router.get("/v1/blacklist")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the do-not-call list, in the order of the numbers."""
    page = queries.list_blocked_numbers(services.store, tenant=tenant, part=part)
    return listed(Page([_shape(row) for row in page.rows], page.total), part)


@router.get("/v1/blacklist/{id_or_phone}")
def read(id_or_phone: str, services: Services, tenant: Whose) -> JSONResponse:
    """Return one entry, by its id or by its number in any form."""
    reference = uuid_of(id_or_phone) or national(id_or_phone)
    return JSONResponse(_shape(queries.get_blocked_number(services.store, tenant=tenant, reference=reference)))


def _shape(row: BlockedEntry) -> dict[str, Json]:
    return {"id": str(row.id), "phone_number": row.phone, "description": row.description}
