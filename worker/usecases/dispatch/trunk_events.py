"""Notify subscriptions that a carrier's trunk fails, or replies again."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_text import body_text
from worker.domain.callback_url import host_of
from worker.domain.ids import DeliveryId
from worker.domain.trunk import Trunk
from worker.domain.trunk_event import trunk_event_body
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery, FanOut
from worker.ports.dispatch.store import DispatchTransaction
from worker.usecases.outbox.write_callbacks import write_callbacks


@dataclass(frozen=True, slots=True)
class TrunkChange:
    """A circuit breaker that opened or closed, and the call whose result made the change."""

    call: Call
    before: Trunk
    after: Trunk


def post_trunk_event(
    tx: DispatchTransaction, change: TrunkChange, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Write a delivery for each subscription to the change, or the change alone if the tenant has many."""
    call = change.call
    event = CallbackEvent.CARRIER_FAILING if change.after.is_failing else CallbackEvent.CARRIER_RECOVERED
    subscribed = tx.subscriptions.of([call.tenant_id], events=[event])
    if not (subscribed.few or subscribed.many):
        return
    carrier = tx.trunks.describe(call.carrier_id)

    def body_for(domain: str) -> str:
        found = trunk_event_body(carrier, event=event, before=change.before, after=change.after, domain=domain, now=now)
        return body_text(found, own={})

    deliveries = [
        Delivery(
            id=DeliveryId(new_id()),
            tenant_id=call.tenant_id,
            campaign_id=call.campaign_id,
            call_id=call.id,
            event=event,
            url=one.url,
            host=host_of(one.url),
            body=body_for(one.domain),
            subscription_id=one.id,
        )
        for one in subscribed.few
    ]
    fan_outs = [
        FanOut(
            id=new_id(),
            tenant_id=call.tenant_id,
            campaign_id=call.campaign_id,
            call_id=call.id,
            event=event,
            body=body_for(domain),
        )
        for domain in subscribed.many.values()
    ]
    write_callbacks(tx, deliveries, fan_outs, queue=queue, now=now)
