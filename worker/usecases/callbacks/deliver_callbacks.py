"""Send one host's due callbacks beside each other, record each attempt, decide the next."""

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
    """What a process sends callbacks with."""

    sender: CallbackSender
    threads: Executor
    """Threads in which callbacks are posted beside each other, those of all hosts."""
    bulkhead: Semaphore
    """Hosts in doubt that the process attends to at once: fewer than it has threads, so that none can take them all."""
    chance: Callable[[], float]


def deliver_callbacks(
    store: CallbackStore, *, queue: JobQueue, pool: SenderPool, host: str, lease: UUID, clock: Clock
) -> None:
    """Send what is due to the host; a crash at any point means sending again within seconds, never losing.

    One task at a time, of all processes, has the host's turn. So what a host gets at once is bounded.
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
            stay = _DeliverySession(store, pool=pool, outgoing=outgoing, lease=lease, clock=clock, health=health)
            if admitted:
                stay.send_all()
            else:
                stay.leave()  # the sweep asks again for what is due
    if outgoing.left_behind:
        queue.deliver_callbacks(host)


@contextmanager
def _admission(bulkhead: Semaphore, *, health: HostHealth) -> Iterator[bool]:
    """Say whether there is a seat for the host; one that answers needs none."""
    taken = health.in_doubt and bulkhead.acquire(blocking=False)
    try:
        yield taken or not health.in_doubt
    finally:
        if taken:
            bulkhead.release()


@dataclass(frozen=True, slots=True)
class _Posted:
    """What a lane brings back."""

    sent_at: DateTime
    answered_at: DateTime
    answer: Answer


class _DeliverySession:
    """One turn at one host: lanes are kept full, and what they bring back is recorded together."""

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
        self._under_way: dict[Future[_Posted], Delivery] = {}
        self._back: SimpleQueue[Future[_Posted]] = SimpleQueue()
        self._renew_at = clock.now() + HOST_LEASE_RENEWED_EVERY
        self._leave_at = clock.now() + DELIVERY_SESSION

    def send_all(self) -> None:
        """Send until nothing is due, the host is in trouble, or it is time to go."""
        while self._outgoing.waiting or self._under_way:
            self._settle(self._send_some())

    def leave(self) -> None:
        """End the turn; nothing has been sent."""
        with self._store.transaction() as tx:
            tx.hosts.release(self._outgoing.host, lease=self._lease, health=self._health)

    def _send_some(self) -> list[Attempt]:
        """Send until there is something worth recording; keep the lanes full meanwhile."""
        attempts: list[Attempt] = []
        while len(attempts) < RECORDED_TOGETHER and self._clock.now() < self._renew_at:
            self._start_requests()
            landed = [self._land(future) for future in self._wait()]
            attempts += landed
            if any(attempt.answer.status == GONE for attempt in landed):
                return attempts  # its URL is to be told nothing more
            if not self._outgoing.waiting:
                break
        self._start_requests()
        return attempts

    def _wait(self) -> Iterator[Future[_Posted]]:
        """Wait until a lane is back or the turn is to be renewed; give all that are back by then."""
        left = _seconds(self._clock.now(), self._renew_at)
        with suppress(Empty):
            if self._under_way:
                yield self._back.get(timeout=max(0.0, left))
            while True:
                yield self._back.get_nowait()

    def _start_requests(self) -> None:
        now = self._clock.now()
        if self._health.is_shut(now):
            self._outgoing.waiting.clear()  # the sweep asks again when the host may be tried
        if now >= self._leave_at:
            self._outgoing.leave_rest()
        while len(self._under_way) < self._health.concurrency:
            delivery = self._outgoing.next(self._under_way.values(), concurrency=self._health.concurrency)
            if delivery is None:
                return
            future = self._sender_pool.threads.submit(self._send, delivery)
            self._under_way[future] = delivery
            future.add_done_callback(self._back.put)

    def _send(self, delivery: Delivery) -> _Posted:
        """Run in a lane."""
        now = self._clock.now()
        secrets, apikey = self._outgoing.secrets(delivery), self._outgoing.apikey(delivery)
        answer = self._sender_pool.sender.send(delivery, secrets=secrets, apikey=apikey, now=now)
        return _Posted(now, self._clock.now(), answer)

    def _land(self, future: Future[_Posted]) -> Attempt:
        delivery = self._under_way.pop(future)
        posted = future.result()
        now, answer = posted.answered_at, posted.answer
        number = delivery.attempt + 1 - delivery.attempts_before
        took_seconds = _seconds(posted.sent_at, now)
        self._health = after_answer(
            self._health, answer, took_seconds=took_seconds, now=now, chance=self._sender_pool.chance()
        )
        return Attempt(
            delivery=delivery,
            sent_at=posted.sent_at,
            milliseconds=round(took_seconds * 1000),
            answer=answer,
            decision=decide_retry(answer, attempt=number, now=now, chance=self._sender_pool.chance()),
        )

    def _settle(self, attempts: Sequence[Attempt]) -> None:
        """Record attempts, hold the turn and read on; with nothing left, end the turn in the same transaction."""
        now, host = self._clock.now(), self._outgoing.host
        with self._store.transaction() as tx:
            ours = tx.hosts.renew(host, lease=self._lease, health=self._health, until=now + HOST_LEASE)
            tx.deliveries.record(attempts, now=now)
            self._outgoing.judge(tx, attempts, now=now)
            if not ours:
                self._outgoing.waiting.clear()
            elif now < self._leave_at and not self._health.is_shut(now):
                self._outgoing.fetch(tx, now=now, under_way=self._under_way.values())
            if not self._outgoing.waiting and not self._under_way:
                tx.hosts.release(host, lease=self._lease, health=self._health)
                self._outgoing.left_behind |= now >= self._leave_at  # nobody has looked what came in the meantime
        self._renew_at = (
            self._clock.now() + HOST_LEASE_RENEWED_EVERY
        )  # however long the database took, lanes are heard next
        for attempt in attempts:
            _log(attempt)


def _seconds(start: DateTime, end: DateTime) -> float:
    """Measure without Pendulum's calendar of it, which costs as much as the signature."""
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
            logger.warning("callback to be sent again", extra=extra)
        case Dead(reason):
            logger.error("callback given up", extra={"action": "callback_dead", "error": reason, **facts})
        case never:
            assert_never(never)
