"""The tenant's own settings, which an operator changes with `callbeat tenant set`."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, ApiServices, Services, Whose, answered
from api.middleware import GuardedRoute
from api.requests.retention import RetentionBody
from api.responses.tenant import tenant_shape
from worker.domain.errors import Invalid
from worker.domain.json_value import Json
from worker.domain.retention import Kept
from worker.ports.records.entities import Tenant
from worker.usecases.records import queries
from worker.usecases.records.drop_old_records import keep_for, kept_for

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["tenant"])


@router.get("/v3/tenant")
def read(services: Services, tenant: Whose) -> JSONResponse:
    """Return the tenant's time zone, limits of calls at once and a day (null: none), destinations, and other caps."""
    found = queries.get_tenant(services.store, tenant=tenant)
    return JSONResponse(tenant_shape(found, defaults=services.caps))


@router.get("/v3/tenant/retention")
def read_retention(services: Services, tenant: Whose) -> JSONResponse:
    """Return how many days leads that are done, CDRs, callbacks and audit entries are kept; null for no end."""
    return JSONResponse(_retention(services, tenant))


@router.put("/v3/tenant/retention")
def change_retention(body: RetentionBody, services: Services, tenant: Whose) -> JSONResponse:
    """Set how many days records are kept; what is older is deleted for ever, in batches, from now on."""
    days = body.changes()
    if not days:
        raise Invalid("body names nothing of which the retention is to change")
    keep_for(services.store, tenant_id=tenant.id, days=days, now=services.clock.now())
    return answered(_retention(services, tenant), to=body)


def _retention(services: ApiServices, tenant: Tenant) -> dict[str, Json]:
    kept = kept_for(services.store, tenant_id=tenant.id)
    return {kind.value: kept.get(kind) for kind in Kept}
