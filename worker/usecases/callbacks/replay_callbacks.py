"""Send callbacks again that an operator asks for: one, those of a period, those of a campaign."""

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
    """Send one again, whatever became of it; raises ``NotFound``."""
    wanted = CallbackFilter(delivery_id=delivery_id)
    if not replay_callbacks(store, queue=queue, tenant_id=tenant_id, wanted=wanted, now=now):
        raise NotFound("Not Found")


def replay_callbacks(
    store: CallbackStore, *, queue: JobQueue, tenant_id: TenantId, wanted: CallbackFilter, now: DateTime
) -> int:
    """Send all of these again, some hundred a transaction; say how many.

    Their ids stay, so that a receiver can tell what it has had. Who asks for it says that the receiver is well again: a
    URL that was disabled is sent to as before.
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
    """Send to a disabled URL again what comes from now on; raises ``NotFound``."""
    with store.transaction() as tx:
        if not tx.callback_records.enable(tenant_id, frozenset({url})):
            raise NotFound("Not Found")
