"""The tenant's own settings, which an operator changes with `callbeat tenant set`."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Services, Whose
from api.middleware import GuardedRoute
from api.responses.tenant import tenant_shape
from worker.usecases.records import queries

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["tenant"])


@router.get("/v3/tenant")
def read(services: Services, tenant: Whose) -> JSONResponse:
    """Return the tenant's time zone, limits of calls at once and a day (null: none), destinations, and other caps."""
    found = queries.get_tenant(services.store, tenant=tenant)
    return JSONResponse(tenant_shape(found, defaults=services.caps))
