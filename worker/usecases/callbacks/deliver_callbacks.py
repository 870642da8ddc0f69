"""Deliver the due callbacks of one host in parallel, record each attempt, decide the next."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Semaphore
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.breaker import HostHealth, after_answer
from worker.domain.retry import GONE, Answer, Dead, Delivered, RetryAt, decide_retry
from worker.domain.timing import DELIVERY_SESSION, HOST_LEASE, HOST_LEASE_RENEWED_EVERY
from worker.ports.callbacks.deliveries import Attempt, CallbackSender
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery
from worker.ports.dispatch.store import Clock
from worker.usecases.callbacks.outgoing import Outgoing

logger = logging.getLogger(__name__)

RECORDED_TOGETHER: Final = 20


@dataclass(frozen=True, slots=True)
class SenderPool:
    """What a process uses to send callbacks."""

    sender: CallbackSender
    threads: Executor
    """Threads that post callbacks, of all hosts."""
    bulkhead: Semaphore
    """Bulkhead: how many doubtful hosts may be served at once, fewer than threads, so that they cannot block all of
    them."""
    chance: Callable[[], float]


def deliver_callbacks(
    store: CallbackStore, *, queue: JobQueue, pool: SenderPool, host: str, lease: UUID, clock: Clock
) -> None:
    """Send what is due to the host; after a crash it is sent again within seconds, never lost.

    One task of all processes holds the host's lease at a time, which bounds the parallel requests to a host.
    """
    now, outgoing = clock.now(), Outgoing(host)
    with store.transaction() as tx:
        health = tx.hosts.acquire(host, lease=lease, now=now, until=now + HOST_LEASE)
        if health is None:
            return
        if health.is_shut(now):
            tx.after_commit(partial(queue.suppress_callbacks, host))
            return
        outgoing.fetch(tx, now=now)
        if not outgoing.waiting:
            tx.hosts.release(host, lease=lease, health=health)
    if outgoing.waiting:
        with _admission(pool.bulkhead, health=health) as admitted:
            session = _DeliverySession(store, pool=pool, outgoing=outgoing, lease=lease, clock=clock, health=health)
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


@dataclass(frozen=True, slots=True)
class _Response:
    """The result of one request."""

    sent_at: DateTime
    answered_at: DateTime
    answer: Answer


class _DeliverySession:
    """One lease of one host: keeps the allowed number of requests running and records results in batches."""

    def __init__(
        self,
        store: CallbackStore,
        *,
        pool: SenderPool,
        outgoing: Outgoing,
        lease: UUID,
        clock: Clock,
        health: HostHealth,
    ) -> None:
        self._store = store
        self._sender_pool = pool
        self._outgoing = outgoing
        self._lease = lease
        self._clock = clock
        self._health = health
        self._under_way: dict[Future[_Response], Delivery] = {}
        self._ended: SimpleQueue[Future[_Response]] = SimpleQueue()
        self._renew_at = clock.now() + HOST_LEASE_RENEWED_EVERY
        self._ends_at = clock.now() + DELIVERY_SESSION

    def send_all(self) -> None:
        """Send until nothing is due, the host is in trouble, or the session's time is over."""
        while self._outgoing.waiting or self._under_way:
            self._settle(self._send_some())

    def release(self) -> None:
        """Release the lease without sending anything."""
        with self._store.transaction() as tx:
            tx.hosts.release(self._outgoing.host, lease=self._lease, health=self._health)

    def _send_some(self) -> list[Attempt]:
        """Send until there is a batch to record; keep requests running meanwhile."""
        attempts: list[Attempt] = []
        while len(attempts) < RECORDED_TOGETHER and self._clock.now() < self._renew_at:
            self._start_requests()
            finished = [self._finish(future) for future in self._wait()]
            attempts += finished
            if any(attempt.answer.status == GONE for attempt in finished):
                return attempts  # its URL must get no more requests
            if not self._outgoing.waiting:
                break
        self._start_requests()
        return attempts

    def _wait(self) -> Iterator[Future[_Response]]:
        """Wait until a request ends or the lease must be renewed; yield the requests that have ended."""
        left = _seconds(self._clock.now(), self._renew_at)
        with suppress(Empty):
            if self._under_way:
                yield self._ended.get(timeout=max(0.0, left))
            while True:
                yield self._ended.get_nowait()

    def _start_requests(self) -> None:
        now = self._clock.now()
        if self._health.is_shut(now):
            self._outgoing.waiting.clear()  # the sweep asks again when the host may be tried
        if now >= self._ends_at:
            self._outgoing.drop_rest()
        while len(self._under_way) < self._health.concurrency:
            delivery = self._outgoing.next(self._under_way.values(), concurrency=self._health.concurrency)
            if delivery is None:
                return
            future = self._sender_pool.threads.submit(self._send, delivery)
            self._under_way[future] = delivery
            future.add_done_callback(self._ended.put)

    def _send(self, delivery: Delivery) -> _Response:
        """Post one callback; runs in a thread of the pool."""
        now = self._clock.now()
        secrets, apikey = self._outgoing.secrets(delivery), self._outgoing.apikey(delivery)
        answer = self._sender_pool.sender.send(delivery, secrets=secrets, apikey=apikey, now=now)
        return _Response(now, self._clock.now(), answer)

    def _finish(self, future: Future[_Response]) -> Attempt:
        delivery = self._under_way.pop(future)
        response = future.result()
        now, answer = response.answered_at, response.answer
        number = delivery.attempt + 1 - delivery.attempts_before
        took_seconds = _seconds(response.sent_at, now)
        self._health = after_answer(
            self._health, answer, took_seconds=took_seconds, now=now, chance=self._sender_pool.chance()
        )
        return Attempt(
            delivery=delivery,
            sent_at=response.sent_at,
            milliseconds=round(took_seconds * 1000),
            answer=answer,
            decision=decide_retry(answer, attempt=number, now=now, chance=self._sender_pool.chance()),
        )

    def _settle(self, attempts: Sequence[Attempt]) -> None:
        """Record attempts, renew the lease and read on; with nothing left, release it in the same transaction."""
        now, host = self._clock.now(), self._outgoing.host
        with self._store.transaction() as tx:
            ours = tx.hosts.renew(host, lease=self._lease, health=self._health, until=now + HOST_LEASE)
            tx.deliveries.record(attempts, now=now)
            self._outgoing.judge(tx, attempts, now=now)
            if not ours:
                self._outgoing.waiting.clear()
            elif now < self._ends_at and not self._health.is_shut(now):
                self._outgoing.fetch(tx, now=now, under_way=self._under_way.values())
            if not self._outgoing.waiting and not self._under_way:
                tx.hosts.release(host, lease=self._lease, health=self._health)
                self._outgoing.has_more |= now >= self._ends_at  # new deliveries may have arrived meanwhile
        self._renew_at = (
            self._clock.now() + HOST_LEASE_RENEWED_EVERY
        )  # counted from now, since the transaction may have been slow
        for attempt in attempts:
            _log(attempt)


def _seconds(start: DateTime, end: DateTime) -> float:
    """Return seconds without Pendulum's calendar arithmetic, which costs as much as a signature."""
    return end.timestamp() - start.timestamp()


def _log(attempt: Attempt) -> None:
    facts = {
        "delivery_id": attempt.delivery.id,
        "call_id": attempt.delivery.call_id,
        "attempt": attempt.delivery.attempt + 1,
        "status": attempt.answer.status,
    }
    match attempt.decision:
        case Delivered():
            logger.info("callback delivered", extra={"action": "callback_delivered", **facts})
        case RetryAt(moment):
            extra = {"action": "callback_retried", "error": attempt.answer.error, "next_at": moment, **facts}
            logger.warning("callback will be retried", extra=extra)
        case Dead(reason):
            logger.error("callback is a dead letter", extra={"action": "callback_dead", "error": reason, **facts})
        case never:
            assert_never(never)
