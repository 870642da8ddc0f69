"""Send one host's due callbacks, record each attempt, decide the next."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from pendulum import DateTime, Duration

from worker.domain.retry import Answer, Dead, Delivered, DeliveryState, RetryAt, decide_retry
from worker.ports.callbacks import CallbackSender
from worker.ports.dispatch import Clock, Delivery, Store, Transaction
from worker.ports.messages import JobQueue

logger = logging.getLogger(__name__)

BATCH: Final = 20
LONGEST_STAY: Final = Duration(seconds=5)
"""After this a task sends nothing more, so that others get their turn and no lease runs out under it."""
FAILURES_IN_A_ROW: Final = 3
"""After so many the host is in trouble: the rest of the batch is spared and keeps its attempts."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One callback that was sent, and what follows from the answer."""

    delivery: Delivery
    answer: Answer
    decision: Delivered | RetryAt | Dead


def deliver_callbacks(
    store: Store, *, queue: JobQueue, sender: CallbackSender, host: str, clock: Clock, chance: Callable[[], float]
) -> None:
    """Send what is due to the host, batch by batch; a crash at any point means sending again, never losing."""
    leave_at = clock.now() + LONGEST_STAY
    while batch := _claim(store, host=host, now=clock.now()):
        attempts = _send(batch, sender=sender, clock=clock, chance=chance, leave_at=leave_at)
        unsent = [delivery for delivery, _ in batch[len(attempts) :]]
        _record(store, attempts=attempts, unsent=unsent, now=clock.now())
        if _in_trouble(attempts):
            logger.warning("host in trouble", extra={"action": "callback_host_failing", "host": host})
            return  # the sweep asks again for what is due
        if clock.now() >= leave_at:
            queue.deliver_callbacks(host)
            return
        if len(batch) < BATCH:
            return


def _claim(store: Store, *, host: str, now: DateTime) -> list[tuple[Delivery, str]]:
    with store.transaction() as tx:
        claimed = tx.deliveries.claim(host, now=now, limit=BATCH)
        secrets = {tenant: tx.deliveries.secret(tenant) for tenant in {delivery.tenant_id for delivery in claimed}}
    return [(delivery, secrets[delivery.tenant_id]) for delivery in claimed]


def _send(
    batch: Sequence[tuple[Delivery, str]],
    *,
    sender: CallbackSender,
    clock: Clock,
    chance: Callable[[], float],
    leave_at: DateTime,
) -> list[Attempt]:
    attempts: list[Attempt] = []
    for delivery, secret in batch:
        now = clock.now()
        if now >= leave_at or _in_trouble(attempts):
            break
        answer = sender.send(delivery, secret=secret, now=now)
        decision = decide_retry(answer, attempt=delivery.attempt + 1, now=clock.now(), chance=chance())
        attempts.append(Attempt(delivery, answer, decision))
    return attempts


def _in_trouble(attempts: Sequence[Attempt]) -> bool:
    last = attempts[-FAILURES_IN_A_ROW:]
    return len(last) == FAILURES_IN_A_ROW and all(attempt.answer.tells_of_trouble for attempt in last)


def _record(store: Store, *, attempts: Sequence[Attempt], unsent: Sequence[Delivery], now: DateTime) -> None:
    with store.transaction() as tx:
        for attempt in attempts:
            _record_one(tx, attempt=attempt, now=now)
        if unsent:
            tx.deliveries.give_back(unsent, now=now)
    for attempt in attempts:
        _log(attempt)


def _record_one(tx: Transaction, *, attempt: Attempt, now: DateTime) -> None:
    delivery, answer = attempt.delivery, attempt.answer
    match attempt.decision:
        case Delivered():
            tx.deliveries.record(delivery, answer=answer, state=DeliveryState.DELIVERED, next_at=None, now=now)
        case RetryAt(moment):
            tx.deliveries.record(delivery, answer=answer, state=DeliveryState.PENDING, next_at=moment, now=now)
        case Dead(reason):
            last = replace(answer, error=reason)
            tx.deliveries.record(delivery, answer=last, state=DeliveryState.DEAD, next_at=None, now=now)
        case never:
            assert_never(never)


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
