"""Write the deliveries of events for tenants with many subscriptions, a bounded part at a time."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import host_of
from worker.domain.ids import DeliveryId, SubscriptionId, TenantId
from worker.domain.url_alert import is_about_its_receiver
from worker.ports.callbacks.fan_outs import Recipient, WaitingFanOut
from worker.ports.callbacks.store import CallbackStore, CallbackTransaction
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery

EVENTS_AT_ONCE: Final = 100
WRITTEN_AT_ONCE: Final = 500
"""Deliveries of one run, so that its transaction stays short and tasks for others run between two of them."""


def fan_out_callbacks(
    store: CallbackStore, *, queue: JobQueue, tenant_id: TenantId, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Expand the tenant's oldest events to deliveries; ask for another run when more are left.

    A crash leaves the events as they were, and they are asked for again.
    """
    with store.transaction() as tx:
        waiting = tx.fan_outs.lock(tenant_id, limit=EVENTS_AT_ONCE)
        recipients = _Recipients(tx, tenant_id)
        deliveries: list[Delivery] = []
        done: list[UUID] = []
        for one in waiting:
            found = recipients.of(one.what.event, after=one.what.after)
            deliveries += [_delivery(one, to, new_id=new_id) for to in found if _receives(to, one)]
            if len(found) < WRITTEN_AT_ONCE:
                done.append(one.what.id)
            else:
                tx.fan_outs.go_on_after(one.what.id, last=found[-1].id)
            if len(deliveries) >= WRITTEN_AT_ONCE:
                break
        tx.deliveries.insert(deliveries, now=now)
        tx.fan_outs.remove(done)
        for host in sorted({delivery.host for delivery in deliveries}):
            tx.after_commit(partial(queue.deliver_callbacks, host))
        if len(done) < len(waiting) or len(waiting) == EVENTS_AT_ONCE:
            tx.after_commit(partial(queue.fan_out_callbacks, tenant_id))


class _Recipients:
    """Subscriptions of one tenant, read once for all events of a run."""

    def __init__(self, tx: CallbackTransaction, tenant_id: TenantId) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._read: dict[tuple[CallbackEvent, SubscriptionId | None], Sequence[Recipient]] = {}

    def of(self, event: CallbackEvent, *, after: SubscriptionId | None) -> Sequence[Recipient]:
        """Return the next subscriptions to an event, at most as many as one run writes."""
        if (event, after) not in self._read:
            found = self._tx.fan_outs.recipients(self._tenant_id, event, after=after, limit=WRITTEN_AT_ONCE)
            self._read[event, after] = found
        return self._read[event, after]


def _receives(to: Recipient, waiting: WaitingFanOut) -> bool:
    what = waiting.what
    return to.created_at <= waiting.happened_at and not is_about_its_receiver(what.event, what.body, url=to.url)


def _delivery(waiting: WaitingFanOut, to: Recipient, *, new_id: Callable[[], UUID]) -> Delivery:
    what = waiting.what
    return Delivery(
        id=DeliveryId(new_id()),
        tenant_id=what.tenant_id,
        campaign_id=what.campaign_id,
        call_id=what.call_id,
        event=what.event,
        url=to.url,
        host=host_of(to.url),
        body=what.body,
        subscription_id=to.id,
        corrected=what.corrected,
        traceparent=what.traceparent,
    )
