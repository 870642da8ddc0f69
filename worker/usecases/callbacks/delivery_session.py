"""One lease of one callback host: send what is due in parallel, record each attempt, decide the next."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Semaphore
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.breaker import HostHealth, after_answer
from worker.domain.callback_share import Address
from worker.domain.retry import GONE, Answer, Dead, Delivered, RetryAt, decide_retry
from worker.domain.timing import (
    CALLBACK_ANSWERED_WITHIN,
    DELIVERY_SESSION,
    HOST_LEASE,
    HOST_LEASE_RENEWED_EVERY,
    HOST_LOOKED_AT_EVERY,
)
from worker.ports.callbacks.deliveries import Attempt, CallbackSender, HostState
from worker.ports.callbacks.store import CallbackStore
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.outbox import Delivery
from worker.ports.dispatch.traces import TRACES
from worker.ports.dispatch.watching import WATCHERS, Delay
from worker.usecases.callbacks.outgoing import Outgoing

logger = logging.getLogger(__name__)

RECORDED_TOGETHER: Final = 20
PROMPT: Final = Duration(seconds=1)
"""A URL that answers within this time is prompt: it is served on while a session waits for others."""


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


@dataclass(frozen=True, slots=True)
class _Request:
    """A request under way."""

    delivery: Delivery
    started_at: DateTime


@dataclass(frozen=True, slots=True)
class _Response:
    """The result of one request."""

    sent_at: DateTime
    answered_at: DateTime
    answer: Answer


class DeliverySession:
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
        """Send what is in ``outgoing`` under the lease, which has just been taken."""
        self._store = store
        self._sender_pool = pool
        self._outgoing = outgoing
        self._lease = lease
        self._clock = clock
        self._health = health
        self._under_way: dict[Future[_Response], _Request] = {}
        self._ended: SimpleQueue[Future[_Response]] = SimpleQueue()
        self._prompt: set[Address] = set()
        self._look_at = clock.now() + self._look_every()
        self._ends_at = clock.now() + DELIVERY_SESSION

    def send_all(self) -> None:
        """Send until nothing is due, the host is in trouble, or the session's time is over."""
        while self._outgoing.waiting or self._under_way:
            self._settle(self._send_some())

    def release(self) -> None:
        """Release the lease without sending anything."""
        with self._store.transaction() as tx:
            tx.hosts.release(self._outgoing.host, lease=self._lease, state=self._state())

    def _state(self) -> HostState:
        return HostState(self._health, self._outgoing.served)

    def _look_every(self) -> Duration:
        """Return how often to look for new deliveries; a slow URL must not keep those of others waiting."""
        return HOST_LEASE_RENEWED_EVERY if self._health.in_doubt else HOST_LOOKED_AT_EVERY

    def _send_some(self) -> list[Attempt]:
        """Send until there is a batch to record; keep requests running meanwhile."""
        attempts: list[Attempt] = []
        while len(attempts) < RECORDED_TOGETHER and self._clock.now() < self._look_at:
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
        """Wait until a request ends or it is time to look for new deliveries; yield the requests that have ended."""
        left = _seconds(self._clock.now(), self._look_at)
        with suppress(Empty):
            if self._under_way:
                yield self._ended.get(timeout=max(0.0, left))
            while True:
                yield self._ended.get_nowait()

    def _start_requests(self) -> None:
        now, only = self._clock.now(), None
        if self._health.is_shut(now):
            self._outgoing.waiting.clear()  # the sweep asks again when the host may be tried
        if now >= self._ends_at:
            if not self._is_held_up(now):
                self._outgoing.drop_rest()
            only = {one for one in self._prompt if self._outgoing.standing(one).is_proven(now)}
        while True:
            under_way = [request.delivery for request in self._under_way.values()]
            delivery = self._outgoing.next(under_way, health=self._health, now=now, only=only)
            if delivery is None:
                return
            future = self._sender_pool.threads.submit(self._send, delivery)
            self._under_way[future] = _Request(delivery, now)
            future.add_done_callback(self._ended.put)

    def _is_held_up(self, now: DateTime) -> bool:
        """Return True while the session lasts only because of a slow request: prompt URLs are served meanwhile."""
        slow = (f for f, request in self._under_way.items() if request.started_at <= now - PROMPT and not f.done())
        return now < self._ends_at + CALLBACK_ANSWERED_WITHIN and any(slow)

    def _send(self, delivery: Delivery) -> _Response:
        """Post one callback; runs in a thread of the pool."""
        now = self._clock.now()
        secrets, apikey = self._outgoing.secrets(delivery), self._outgoing.apikey(delivery)
        if delivery.traceparent is None:
            answer = self._sender_pool.sender.send(delivery, secrets=secrets, apikey=apikey, now=now)
            return _Response(now, self._clock.now(), answer)
        with TRACES.span("callback", parent=delivery.traceparent) as span:
            answer = self._sender_pool.sender.send(delivery, secrets=secrets, apikey=apikey, now=now)
            facts = {"delivery_id": str(delivery.id), "call_id": str(delivery.call_id), "event": delivery.event.value}
            span.note({**facts, "status": answer.status or 0})
        return _Response(now, self._clock.now(), answer)

    def _finish(self, future: Future[_Response]) -> Attempt:
        delivery = self._under_way.pop(future).delivery
        response = future.result()
        now, answer, chance = response.answered_at, response.answer, self._sender_pool.chance()
        number = delivery.attempt + 1 - delivery.attempts_before
        took_seconds = _seconds(response.sent_at, now)
        self._health = after_answer(
            self._health,
            answer,
            is_proven=self._outgoing.standing(delivery.address).is_proven(now),
            took_seconds=took_seconds,
            now=now,
            chance=chance,
        )
        self._outgoing.note(delivery, answer, now=now, chance=chance)
        if took_seconds < PROMPT.total_seconds():
            self._prompt.add(delivery.address)
        else:
            self._prompt.discard(delivery.address)
        return Attempt(
            delivery=delivery,
            sent_at=response.sent_at,
            milliseconds=round(took_seconds * 1000),
            answer=answer,
            decision=decide_retry(answer, attempt=number, now=now, chance=self._sender_pool.chance()),
        )

    def _settle(self, attempts: Sequence[Attempt]) -> None:
        """Record attempts, renew the lease and read on; with nothing left, release it in the same transaction."""
        now, outgoing = self._clock.now(), self._outgoing
        is_over = now >= self._ends_at
        with self._store.transaction() as tx:
            ours = tx.hosts.renew(outgoing.host, lease=self._lease, state=self._state(), until=now + HOST_LEASE)
            tx.deliveries.record(attempts, now=now)
            outgoing.judge(tx, now=now)
            if not ours:
                outgoing.waiting.clear()
            elif not self._health.is_shut(now) and (not is_over or self._is_held_up(now)):
                under_way = [request.delivery for request in self._under_way.values()]
                outgoing.fetch(tx, health=self._health, now=now, under_way=under_way)
            if not outgoing.waiting and not self._under_way:
                tx.hosts.release(outgoing.host, lease=self._lease, state=self._state())
                outgoing.has_more |= is_over  # new deliveries may have arrived meanwhile
        # Counted from now, since the transaction may have been slow.
        self._look_at = self._clock.now() + self._look_every()
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
            if attempt.delivery.created_at is not None:
                waited = _seconds(attempt.delivery.created_at, attempt.sent_at) + attempt.milliseconds / 1000
                WATCHERS.delayed(Delay.CALLBACK, waited)
        case RetryAt(moment):
            extra = {"action": "callback_retried", "error": attempt.answer.error, "next_at": moment, **facts}
            logger.warning("callback will be retried", extra=extra)
        case Dead(reason):
            logger.error("callback is a dead letter", extra={"action": "callback_dead", "error": reason, **facts})
        case never:
            assert_never(never)
