"""Subscriptions: URLs that receive one kind of event of all of a tenant's calls or carriers."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.callback_urls import refuse_unsendable
from api.deps import BEARER, ONCE, Services, Whose, answered
from api.middleware import GuardedRoute
from api.requests.callbacks import SubscriptionBody
from worker.domain.callback_event import CallbackEvent
from worker.domain.errors import InvalidFields, Problem
from worker.domain.gateway_access import OPERATORS_TENANT
from worker.domain.ids import SubscriptionId
from worker.domain.json_value import Json
from worker.ports.dispatch.outbox import Subscription
from worker.usecases.callbacks import queries
from worker.usecases.callbacks.subscribe import subscribe, unsubscribe

HIDDEN: Final = "********"
"""Instead of a key, which is given to its receiver and never back to a client."""

router = APIRouter(route_class=GuardedRoute, dependencies=[BEARER], tags=["event"])


@router.get("/v1/event")
def list_all(services: Services, tenant: Whose) -> JSONResponse:
    """Return the subscriptions, oldest first."""
    found = queries.list_subscriptions(services.callback_store, tenant_id=tenant.id)
    return JSONResponse({"data": [_shape(one) for one in found], "total": len(found)})


@router.post("/v1/event", dependencies=[ONCE])
def create(body: SubscriptionBody, services: Services, tenant: Whose) -> JSONResponse:
    """Subscribe a URL to an event of each call or trunk from now on; the key, if any, is sent as ``X-Api-Key``."""
    if body.event == "switch_gone" and tenant.name != OPERATORS_TENANT:
        raise InvalidFields((Problem("event", "Only the operator's tenant may subscribe to it"),))
    refuse_unsendable(services, {"callback_url": body.callback_url})
    subscription = Subscription(
        id=SubscriptionId(services.new_id()),
        tenant_id=tenant.id,
        domain=tenant.name,
        event=CallbackEvent(body.event),
        url=body.callback_url,
        apikey=body.callback_apikey,
    )
    subscribe(services.callback_store, subscription, now=services.clock.now(), caps=services.caps)
    return answered({"created": True, "id": str(subscription.id)}, to=body)


@router.delete("/v1/event/{subscription_id}")
def delete(subscription_id: UUID, services: Services, tenant: Whose) -> JSONResponse:
    """Delete a subscription; what is still pending for it is not sent."""
    found = SubscriptionId(subscription_id)
    unsubscribe(services.callback_store, tenant_id=tenant.id, subscription_id=found, now=services.clock.now())
    return JSONResponse({"deleted": True})


def _shape(one: Subscription) -> dict[str, Json]:
    return {
        "id": str(one.id),
        "event_domain_uuid": str(one.id),
        "domain_uuid": str(one.tenant_id),
        "domain_name": one.domain,
        "event": one.event.value,
        "event_name": one.event.value,
        "callback_url": one.url,
        "callback_apikey": HIDDEN if one.apikey else "",
    }
