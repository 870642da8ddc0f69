"""The do-not-call list, which the wire calls blacklist."""

from uuid import uuid5

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.bodies.blacklist import AllowBody, BlockBody
from api.deps import BEARER, Part, Services, Whose, listed
from api.door import GuardedRoute
from worker.ports.records import BlockedNumber, Page
from worker.usecases import queries
from worker.usecases.block_numbers import Handled, allow_numbers, block_numbers

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["do not call"])


@router.post("/v1/blacklist")
def add(body: BlockBody, services: Services, tenant: Whose) -> JSONResponse:
    """Add numbers; they hold for the very next dial."""
    numbers = [BlockedNumber(one.phone_number, one.description) for one in body.blacklist]
    return _told(block_numbers(services.store, tenant=tenant, numbers=numbers, now=services.clock.now()))


@router.delete("/v1/blacklist")
def remove(body: AllowBody, services: Services, tenant: Whose) -> JSONResponse:
    """Remove numbers."""
    return _told(allow_numbers(services.store, tenant=tenant, phones=body.blacklist))


@router.get("/v1/blacklist")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Give the numbers in order."""
    page = queries.list_blocked_numbers(services.store, tenant=tenant, part=part)
    rows = [
        {"id": str(uuid5(tenant.id, row.phone)), "phone_number": row.phone, "description": row.description}
        for row in page.rows
    ]
    return listed(Page(rows, page.total), part)


def _told(handled: Handled) -> JSONResponse:
    fail = [{phone: error} for phone, error in handled.problems]
    return JSONResponse({"fail": fail, "message": "successfully", "success": list(handled.taken)})
