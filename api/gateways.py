"""The gateways that carriers may use, as the switches have them now."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import BEARER, Part, Services, Whose, listed
from api.middleware import GuardedRoute
from worker.domain.gateway import Gateway
from worker.domain.gateway_access import OPERATORS_TENANT
from worker.domain.json_value import Json
from worker.ports.paging import Page
from worker.ports.records.entities import Tenant
from worker.usecases.dispatch.read_gateways import GatewayOnSwitches, read_gateways
from worker.usecases.records.keep_gateways import gateways_for

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["carriers"])


@router.get("/v3/gateway")
def list_all(services: Services, tenant: Whose, part: Part) -> JSONResponse:
    """Return the switches' gateways that the tenant may use; a carrier's ``gateway_uuid`` names one of them."""
    on_switches = read_gateways(services.dispatch_store, telephony=services.telephony)
    names = [gateway.name for gateway in on_switches]
    granted = gateways_for(services.store, tenant=tenant, names=names)
    found = [gateway for gateway in on_switches if gateway.name in granted]
    rows = [_shape(gateway, tenant=tenant) for gateway in found[part.offset : part.offset + part.limit]]
    return listed(Page(rows, len(found)), part)


def _shape(found: GatewayOnSwitches, *, tenant: Tenant) -> dict[str, Json]:
    """Return a gateway; only the operator's own tenant reads the switches' names, which are inner addresses."""
    named = tenant.name == OPERATORS_TENANT
    on = {name if named else f"switch {number}": one for number, (name, one) in enumerate(found.on.items(), 1)}
    return {
        "gateway_uuid": found.name,
        "domain_uuid": str(tenant.id),
        "gateway": found.name,
        "description": ", ".join(f"{'UP' if one.is_up else 'DOWN'} on {switch}" for switch, one in on.items()),
        "switches": {switch: _on_switch(one) for switch, one in on.items()},
    }


def _on_switch(gateway: Gateway) -> dict[str, Json]:
    return {
        "status": "UP" if gateway.is_up else "DOWN",
        "state": gateway.state,
        "profile": gateway.profile,
        "calls_out": gateway.calls_out,
        "failed_calls_out": gateway.failed_calls_out,
    }
