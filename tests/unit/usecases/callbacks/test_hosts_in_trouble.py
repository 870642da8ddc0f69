"""Hosts that do not answer, senders that die, a database that goes away."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Semaphore

import pytest
from typing_extensions import override
from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.builders.outbox import HOST, a_delivery, add_deliveries, stored
from tests.fakes.callbacks import AWAY, HAD, FakeSender, OneAfterTheOther
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobQueue
from tests.unit.usecases.callbacks.conftest import CALLS, Deliver, a_sender_pool
from tests.unit.usecases.callbacks.look import due_hosts, fill, states
from worker.domain.breaker import FIRST_CONCURRENCY, LONGEST_PAUSE, SHORTEST_PAUSE, SHUT_AT
from worker.domain.errors import Unavailable
from worker.domain.retry import Answer
from worker.domain.timing import HOST_LEASE
from worker.ports.callbacks.store import CallbackStore, CallbackTransaction
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.deliver_callbacks import deliver_callbacks
from worker.usecases.callbacks.delivery_session import SenderPool
from worker.usecases.callbacks.outgoing import READ_AHEAD


class Killed(BaseException):
    """The process is gone."""


def test_a_host_that_does_not_answer_is_left_alone(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue, clock: FakeClock
) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(AWAY)

    deliver(sender)

    spared = [row for row in stored(store).values() if row.attempt == 0]
    assert len(sender.sent) == FIRST_CONCURRENCY
    assert {row.next_at for row in spared} == {NOON}
    assert len(spared) == READ_AHEAD - FIRST_CONCURRENCY
    assert queue.deliveries == due_hosts(store, clock) == []


def test_a_host_that_was_left_alone_is_tried_with_one_and_then_for_longer(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, READ_AHEAD)
    deliver(FakeSender(AWAY))
    again = FakeSender(AWAY)

    deliver(again)
    clock.wait(SHORTEST_PAUSE.total_seconds())
    asked = due_hosts(store, clock)
    deliver(again)
    clock.wait(SHORTEST_PAUSE.total_seconds())
    deliver(again)
    clock.wait(SHORTEST_PAUSE.total_seconds())
    deliver(again)

    assert asked == [HOST]
    assert len(again.sent) == 2


def test_nobody_asks_for_a_host_that_is_left_alone(store: SqlStore, deliver: Deliver, queue: FakeJobQueue) -> None:
    fill(store, READ_AHEAD)
    deliver(FakeSender(AWAY))
    again = FakeSender(HAD)

    deliver(again)

    assert (again.sent, queue.held) == ([], [HOST])


def test_a_host_that_is_back_gets_everything_at_once(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, READ_AHEAD)
    deliver(FakeSender(AWAY))
    clock.wait(LONGEST_PAUSE.total_seconds() * 1.2)

    deliver(FakeSender(HAD))

    assert states(store) == {"delivered": READ_AHEAD}


@pytest.mark.parametrize("answer", [Answer(429), Answer(503)])
def test_a_host_that_pleads_for_a_pause_is_left_as_well(store: SqlStore, deliver: Deliver, answer: Answer) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(answer)

    deliver(sender)

    assert len(sender.sent) == FIRST_CONCURRENCY


def test_failures_that_are_not_in_a_row_do_not_end_a_session(store: SqlStore, deliver: Deliver) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(*[AWAY, AWAY, HAD] * READ_AHEAD)

    deliver(sender)

    assert len(sender.sent) == READ_AHEAD


def test_a_receiver_that_answers_500_now_and_then_costs_only_its_own_attempts(
    store: SqlStore, deliver: Deliver
) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(*[*[Answer(500)] * 9, HAD] * (READ_AHEAD // 10))

    deliver(sender)

    assert states(store) == {"pending": READ_AHEAD * 9 // 10, "delivered": READ_AHEAD // 10}


def test_a_receiver_that_answers_nothing_but_500_is_left_alone(store: SqlStore, deliver: Deliver) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(Answer(500))

    deliver(sender)

    assert SHUT_AT <= len(sender.sent) < READ_AHEAD


def test_a_host_has_one_sender_at_a_time(store: SqlStore, deliver: Deliver) -> None:
    fill(store, CALLS)
    other = FakeSender(HAD)
    sender = FakeSender(HAD, meanwhile=lambda: deliver(other))

    deliver(sender)

    assert other.sent == []
    assert states(store) == {"delivered": CALLS}


def test_hosts_in_doubt_never_take_all_threads(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, 1)
    sender = FakeSender(HAD)

    deliver(sender, bulkhead=0)
    asked = due_hosts(store, clock)
    deliver(sender, bulkhead=1)

    assert asked == [HOST]
    assert len(sender.sent) == 1


def test_a_host_that_answers_needs_no_place_in_the_bulkhead(store: SqlStore, deliver: Deliver) -> None:
    fill(store, 1)
    deliver(FakeSender(HAD))
    add_deliveries(store, [a_delivery(2)])

    deliver(FakeSender(HAD), bulkhead=0)

    assert states(store) == {"delivered": 2}


def test_a_crash_while_sending_delays_for_seconds_and_loses_nothing(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    def die() -> None:
        raise Killed

    fill(store, READ_AHEAD)
    with pytest.raises(Killed):
        deliver(FakeSender(HAD, meanwhile=die))

    clock.wait(HOST_LEASE.total_seconds() - 1)
    too_early = FakeSender(HAD)
    deliver(too_early)
    clock.wait(1)
    asked = due_hosts(store, clock)
    deliver(FakeSender(HAD))

    assert too_early.sent == []
    assert asked == [HOST]
    assert states(store) == {"delivered": READ_AHEAD}


def test_a_lapsed_lease_is_another_s_and_its_results_still_count(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    other = FakeSender(AWAY)

    def stall() -> None:
        clock.wait(HOST_LEASE.total_seconds())
        deliver(other)

    fill(store, 1)

    deliver(FakeSender(HAD, meanwhile=stall))

    assert len(other.sent) == 1
    assert states(store) == {"delivered": 1}


def test_a_database_that_goes_away_while_sending_costs_a_repetition_and_no_place_in_the_bulkhead(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    broken = BrokenStore(store)
    fill(store, 1)
    first, second, bulkhead = FakeSender(HAD, meanwhile=broken.break_down), FakeSender(HAD), Semaphore(1)
    pool = SenderPool(first, threads=OneAfterTheOther(), bulkhead=bulkhead, chance=lambda: 0.5)

    with pytest.raises(Unavailable):
        deliver_callbacks(broken, queue=FakeJobQueue(), pool=pool, host=HOST, lease=uuid7(), clock=clock)
    clock.wait(HOST_LEASE.total_seconds())
    deliver(second)

    assert [sent.delivery for sent in (*first.sent, *second.sent)] == [a_delivery(), a_delivery()]
    assert states(store) == {"delivered": 1}
    assert bulkhead.acquire(blocking=False)


def test_a_slow_database_delays_and_does_not_stop(store: SqlStore, clock: FakeClock) -> None:
    fill(store, 2)
    pool = a_sender_pool(FakeSender(HAD))
    slow = BrokenStore(store, meanwhile=lambda: clock.wait(3))

    deliver_callbacks(slow, queue=FakeJobQueue(), pool=pool, host=HOST, lease=uuid7(), clock=clock)

    assert states(store) == {"delivered": 2}


class BrokenStore(CallbackStore):
    """A database that is there until it breaks down; ``meanwhile`` happens before each transaction."""

    def __init__(self, store: SqlStore, *, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._store = store
        self._meanwhile = meanwhile
        self._is_away = False

    def break_down(self) -> None:
        self._is_away = True

    @override
    def transaction(self) -> AbstractContextManager[CallbackTransaction]:
        if self._is_away:
            raise Unavailable("the database is away or too busy")
        self._meanwhile()
        return self._store.transaction()

    @override
    def reading(self) -> AbstractContextManager[CallbackTransaction]:
        return self._store.reading()
