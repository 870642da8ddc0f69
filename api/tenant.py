"""The tenant: what holds for all its carriers together; an operator sets it by `callbeat tenant set`."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Services, Whose
from api.middleware import GuardedRoute
from worker.usecases.records import queries

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["tenant"])


@router.get("/v3/tenant")
def read(services: Services, tenant: Whose) -> JSONResponse:
    """Give the tenant's zone, its cap on calls at once (null is none), and how many it has now."""
    found = queries.get_tenant(services.store, tenant=tenant)
    return JSONResponse(
        {
            "domain_uuid": str(found.id),
            "name": found.name,
            "timezone": found.timezone,
            "concurrent_call": found.concurrent_call,
            "in_use": found.live,
        }
    )
