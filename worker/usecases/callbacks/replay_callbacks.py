"""Send callbacks again on an operator's request: one, or those of a period or a campaign."""

from functools import partial
from typing import Final

from pendulum import DateTime

from worker.domain.errors import NotFound
from worker.domain.ids import DeliveryId, TenantId
from worker.ports.callbacks.records import CallbackFilter
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.messages import JobQueue

REPLAYED_TOGETHER: Final = 500


def replay_callback(
    store: CallbackStore, *, queue: JobQueue, tenant_id: TenantId, delivery_id: DeliveryId, now: DateTime
) -> None:
    """Send one callback again, whatever its state; raises ``NotFound``."""
    wanted = CallbackFilter(delivery_id=delivery_id)
    if not replay_callbacks(store, queue=queue, tenant_id=tenant_id, wanted=wanted, now=now):
        raise NotFound("Not Found")


def replay_callbacks(
    store: CallbackStore, *, queue: JobQueue, tenant_id: TenantId, wanted: CallbackFilter, now: DateTime
) -> int:
    """Send all of these again, some hundred in a transaction; return how many.

    Their ids stay, so that a receiver can recognise repeats. The request implies that the receiver works again: a
    disabled URL is enabled, and a shut one is tried at once.
    """
    count, after = 0, None
    while True:
        with store.transaction() as tx:
            replayed = tx.callback_records.replay(
                tenant_id, wanted=wanted, after=after, limit=REPLAYED_TOGETHER, now=now
            )
            if replayed is None:
                return count
            tx.callback_records.enable(tenant_id, replayed.urls)
            for host in replayed.hosts:
                tx.after_commit(partial(queue.deliver_callbacks, host))
        count, after = count + replayed.count, replayed.last_id


def enable_url(store: CallbackStore, *, tenant_id: TenantId, url: str) -> None:
    """Enable a disabled or shut URL for new callbacks; raises ``NotFound``."""
    with store.transaction() as tx:
        if not tx.callback_records.enable(tenant_id, frozenset({url})):
            raise NotFound("Not Found")
