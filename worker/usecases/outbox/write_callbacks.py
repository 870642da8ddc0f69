"""Write callbacks into the outbox; they are sent after the commit."""

from collections.abc import Sequence
from functools import partial

from pendulum import DateTime

from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery, FanOut, OutboxTransaction


def write_callbacks(
    tx: OutboxTransaction,
    deliveries: Sequence[Delivery],
    fan_outs: Sequence[FanOut],
    *,
    queue: JobQueue,
    now: DateTime,
) -> None:
    """Write both; ask for what follows from them after the commit."""
    tx.deliveries.insert(deliveries, now=now)
    tx.fan_outs.insert(fan_outs, now=now)
    for host in {delivery.host for delivery in deliveries}:
        tx.after_commit(partial(queue.deliver_callbacks, host))
    for tenant_id in {one.tenant_id for one in fan_outs}:
        tx.after_commit(partial(queue.fan_out_callbacks, tenant_id))
