"""Gateways as their operator keeps them: limits, and the tenants that may use them. For operators only."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse

from api.deps import BEARER, ONCE, Services, answered
from api.middleware import GuardedRoute
from api.requests.gateway import GatewayLimitsBody, GrantBody, NewGatewayBody
from worker.usecases.records import keep_gateways
from worker.usecases.records.gateway_facts import facts_of

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["gateways"])

Known = Annotated[str, Path(description="The gateway's name on the switches.")]


@router.get("/v3/operator/gateway")
def list_all(services: Services) -> JSONResponse:
    """Return every gateway that was added: limits, live calls, and grants by the tenant's name."""
    found = keep_gateways.list_gateways(services.store)
    return JSONResponse({"data": [facts_of(gateway) for gateway in found]})


@router.post("/v3/operator/gateway", dependencies=[ONCE])
def add(body: NewGatewayBody, services: Services) -> JSONResponse:
    """Add a gateway; from then on only tenants with a grant dial over it."""
    now = services.clock.now()
    added = keep_gateways.add_gateway(services.store, body.gateway_uuid, changes=body.changes(), now=now)
    return answered({"data": facts_of(added)}, to=body)


@router.get("/v3/operator/gateway/{gateway_uuid}")
def read(gateway_uuid: Known, services: Services) -> JSONResponse:
    """Return one gateway."""
    return JSONResponse({"data": facts_of(keep_gateways.get_gateway(services.store, gateway_uuid))})


@router.put("/v3/operator/gateway/{gateway_uuid}")
def change(gateway_uuid: Known, body: GatewayLimitsBody, services: Services) -> JSONResponse:
    """Change a gateway's limits; they hold for the very next dial."""
    now = services.clock.now()
    changed = keep_gateways.change_gateway(services.store, gateway_uuid, changes=body.changes(), now=now)
    return answered({"data": facts_of(changed)}, to=body)


@router.delete("/v3/operator/gateway/{gateway_uuid}")
def remove(gateway_uuid: Known, services: Services) -> JSONResponse:
    """Forget a gateway that is granted to nobody."""
    keep_gateways.remove_gateway(services.store, gateway_uuid, now=services.clock.now())
    return JSONResponse({"gateway_uuid": gateway_uuid, "deleted": True})


@router.put("/v3/operator/gateway/{gateway_uuid}/grant")
def grant(gateway_uuid: Known, body: GrantBody, services: Services) -> JSONResponse:
    """Allow a tenant the gateway with these caller ids, which replace those of before."""
    granted = keep_gateways.grant_gateway(
        services.store, gateway_uuid, tenant=body.tenant, caller_ids=body.caller_ids, now=services.clock.now()
    )
    return answered({"data": facts_of(granted)}, to=body)


@router.delete("/v3/operator/gateway/{gateway_uuid}/grant/{tenant}")
def revoke(gateway_uuid: Known, tenant: str, services: Services) -> JSONResponse:
    """Take the gateway from a tenant: its very next call is not dialled."""
    now = services.clock.now()
    return JSONResponse(
        {"data": facts_of(keep_gateways.revoke_gateway(services.store, gateway_uuid, tenant=tenant, now=now))}
    )
