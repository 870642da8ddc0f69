"""Tenants' limits as their operator keeps them. For operators only."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from api.deps import BEARER, Services, answered
from api.middleware import GuardedRoute
from api.requests.tenant import TenantLimitsBody
from api.responses.tenant import tenant_shape
from worker.usecases.records import queries
from worker.usecases.records.save_tenant import save_tenant

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["tenant"])

Known = Annotated[str, Path(description="The tenant's name.")]


@router.get("/v3/operator/tenant/{tenant}")
def read(tenant: Known, services: Services) -> JSONResponse:
    """Return a tenant's limits, destinations and caps, and its live calls."""
    (found,) = queries.list_tenants(services.store, name=tenant)
    return JSONResponse({"data": tenant_shape(found, defaults=services.caps)})


@router.put("/v3/operator/tenant/{tenant}")
def change(tenant: Known, body: TenantLimitsBody, services: Services) -> JSONResponse:
    """Change a tenant's limits; they hold for the very next dial."""
    now = services.clock.now()
    changed = save_tenant(services.store, name=tenant, changes=body.changes(), now=now)
    return answered({"data": tenant_shape(changed, defaults=services.caps)}, to=body)
