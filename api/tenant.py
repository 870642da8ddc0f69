"""The tenant's own settings, which an operator changes with `callbeat tenant set`."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Services, Whose
from api.middleware import GuardedRoute
from worker.usecases.records import queries

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["tenant"])


@router.get("/v3/tenant")
def read(services: Services, tenant: Whose) -> JSONResponse:
    """Return the tenant's time zone, its cap on live calls (null for none), its live calls, and its other caps."""
    found = queries.get_tenant(services.store, tenant=tenant)
    return JSONResponse(
        {
            "domain_uuid": str(found.id),
            "name": found.name,
            "timezone": found.timezone,
            "concurrent_call": found.concurrent_call,
            "in_use": found.live,
            "caps": {cap.value: found.caps.get(cap.value, default) for cap, default in services.caps.items()},
        }
    )
