"""Deliver the due callbacks of one host in parallel, record each attempt, decide the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Semaphore
from uuid import UUID

from worker.domain.breaker import HostHealth
from worker.domain.timing import HOST_LEASE
from worker.ports.callbacks.deliveries import HostState
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import JobQueue
from worker.usecases.callbacks.delivery_session import DeliverySession, SenderPool
from worker.usecases.callbacks.outgoing import Outgoing


def deliver_callbacks(
    store: CallbackStore, *, queue: JobQueue, pool: SenderPool, host: str, lease: UUID, clock: Clock
) -> None:
    """Send what is due to the host; after a crash it is sent again within seconds, never lost.

    One task of all processes holds the host's lease at a time, which bounds the parallel requests to a host.
    """
    now = clock.now()
    with store.transaction() as tx:
        state = tx.hosts.acquire(host, lease=lease, now=now, until=now + HOST_LEASE)
        if state is None:
            return
        health, outgoing = state.health, Outgoing(host, served=state.served)
        if health.is_shut(now):
            tx.after_commit(partial(queue.suppress_callbacks, host))
            return
        outgoing.fetch(tx, health=health, now=now)
        if not outgoing.waiting:
            tx.hosts.release(host, lease=lease, state=HostState(health, outgoing.served))
    if outgoing.waiting:
        with _admission(pool.bulkhead, health=health) as admitted:
            session = DeliverySession(store, pool=pool, outgoing=outgoing, lease=lease, clock=clock, health=health)
            if admitted:
                session.send_all()
            else:
                session.release()  # the sweep asks again for what is due
    if outgoing.has_more:
        queue.deliver_callbacks(host)


@contextmanager
def _admission(bulkhead: Semaphore, *, health: HostHealth) -> Iterator[bool]:
    """Yield whether the bulkhead admits the host; a host that answers needs no place in it."""
    taken = health.in_doubt and bulkhead.acquire(blocking=False)
    try:
        yield taken or not health.in_doubt
    finally:
        if taken:
            bulkhead.release()
