"""Notify subscriptions that a carrier's trunk fails, or replies again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_text import body_text
from worker.domain.callback_url import host_of
from worker.domain.ids import DeliveryId
from worker.domain.trunk import Trunk
from worker.domain.trunk_event import trunk_event_body
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery
from worker.ports.dispatch.store import Call, DispatchTransaction


@dataclass(frozen=True, slots=True)
class TrunkChange:
    """A circuit breaker that opened or closed, and the call whose result made the change."""

    call: Call
    before: Trunk
    after: Trunk


def post_trunk_event(
    tx: DispatchTransaction, change: TrunkChange, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Write a delivery for each subscription to the change."""
    call, before, after = change.call, change.before, change.after
    event = CallbackEvent.CARRIER_FAILING if after.is_failing else CallbackEvent.CARRIER_RECOVERED
    subscriptions = tx.subscriptions.of([call.tenant_id], events=[event])
    if not subscriptions:
        return
    carrier = tx.trunks.describe(call.carrier_id)
    deliveries = [
        Delivery(
            id=DeliveryId(new_id()),
            tenant_id=call.tenant_id,
            campaign_id=call.campaign_id,
            call_id=call.id,
            event=event,
            url=one.url,
            host=host_of(one.url),
            body=body_text(
                trunk_event_body(carrier, event=event, before=before, after=after, domain=one.domain, now=now), own={}
            ),
            subscription_id=one.id,
        )
        for one in subscriptions
    ]
    tx.deliveries.insert(deliveries, now=now)
    for host in {delivery.host for delivery in deliveries}:
        tx.after_commit(partial(queue.deliver_callbacks, host))
