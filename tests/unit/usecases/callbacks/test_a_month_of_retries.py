"""A month of callbacks to receivers in trouble, played from due moment to due moment."""

from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from random import Random
from threading import Semaphore

import pytest
from pendulum import DateTime, Duration
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from tests.builders import NOON
from tests.builders.outbox import a_delivery, add_deliveries, due_hosts, fill_with_calls, stored
from tests.fakes.callbacks import AWAY, HAD, FakeSender, OneAfterTheOther
from tests.fakes.clock import FakeClock
from tests.fakes.database import empty_database
from tests.fakes.jobs import FakeJobQueue
from worker.domain.callback_url import LONGEST_FAILURE
from worker.domain.retry import JITTER, KEPT, LONGEST_WAIT, SCHEDULE, Answer
from worker.store.base.callback_tables import PENDING_ROWS, callback_hosts, callback_urls, deliveries
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.clear_callbacks import clear_callbacks
from worker.usecases.callbacks.deliver_callbacks import deliver_callbacks
from worker.usecases.callbacks.delivery_session import SenderPool

CALLS = 60
MONTH = Duration(days=31)
AN_HOUR = Duration(hours=1)
MIDDLE = 0.5
"""The chance that leaves a pause as the schedule has it."""


class Month:
    """The outbox of one tenant, and the sweep at every moment at which something falls due."""

    def __init__(self, store: SqlStore, *, chance: Callable[[], float]) -> None:
        self.store = store
        self.clock = FakeClock(NOON)
        self.sender = FakeSender(AWAY)
        self._chance = chance

    def play(self, *, until: DateTime) -> None:
        self._sweep()
        while (moment := self._next_moment()) is not None and moment < until:
            self.clock.wait((moment - self.clock.now()).total_seconds())
            self._sweep()
        self.clock.wait((until - self.clock.now()).total_seconds())
        self._sweep()

    def call_ends(self, number: int) -> None:
        with self.store.transaction() as tx:
            tx.deliveries.insert([a_delivery(number)], now=self.clock.now())

    def moments(self) -> list[DateTime]:
        return [sent.at for sent in self.sender.sent]

    def _sweep(self) -> None:
        clear_callbacks(self.store, now=self.clock.now())
        hosts = due_hosts(self.store, now=self.clock.now())
        pool = SenderPool(self.sender, threads=OneAfterTheOther(), bulkhead=Semaphore(1), chance=self._chance)
        for host in hosts:
            deliver_callbacks(self.store, queue=FakeJobQueue(), pool=pool, host=host, lease=uuid7(), clock=self.clock)

    def _next_moment(self) -> DateTime | None:
        with self.store.reading() as tx:
            due = tx.connection.scalar(select(func.min(deliveries.c.next_at)).where(PENDING_ROWS))
            shut = [
                tx.connection.scalar(select(func.max(table.c.shut_until))) for table in (callback_hosts, callback_urls)
            ]
        return None if due is None else max([due, *(moment for moment in shut if moment is not None)])


@pytest.fixture
def store() -> Iterator[SqlStore]:
    engine = empty_database()
    store = SqlStore(engine)
    fill_with_calls(store, CALLS)
    yield store
    engine.dispose()


@pytest.fixture
def month(store: SqlStore) -> Month:
    return Month(store, chance=lambda: MIDDLE)


def test_a_callback_is_tried_as_the_schedule_says_then_a_dead_letter_is_kept_for_thirty_days(month: Month) -> None:
    add_deliveries(month.store, [a_delivery()])
    last = NOON + sum(SCHEDULE, Duration())

    month.play(until=last + KEPT)
    row = stored(month.store)[a_delivery().id]
    month.play(until=last + KEPT + Duration(seconds=1))

    assert [moment - NOON for moment in month.moments()] == [Duration(), *accumulate(SCHEDULE)]
    assert (row.state, row.attempt, row.last_error) == ("dead", 13, "gave up after 13 attempts: no connection")
    assert row.updated_at == last
    assert stored(month.store) == {}


def test_chance_spreads_every_pause_by_up_to_a_fifth(store: SqlStore) -> None:
    spread = Month(store, chance=Random(7).random)
    add_deliveries(store, [a_delivery()])

    spread.play(until=NOON + MONTH)

    pauses = [
        (later - earlier) / pause for (earlier, later), pause in zip(pairwise(spread.moments()), SCHEDULE, strict=True)
    ]
    assert all(1 - JITTER <= ratio <= 1 + JITTER for ratio in pauses)
    assert min(pauses) < 1 - JITTER / 2 < 1 + JITTER / 2 < max(pauses)


@pytest.mark.thorough
def test_a_receiver_that_is_back_after_two_days_gets_all_that_it_missed_soon(month: Month) -> None:
    for number in range(1, 49):
        month.call_ends(number)
        month.play(until=month.clock.now() + AN_HOUR)
    month.sender = FakeSender(HAD)

    month.play(until=NOON + Duration(days=4))

    assert {row.state for row in stored(month.store).values()} == {"delivered"}
    assert sorted(sent.delivery.id for sent in month.sender.sent) == sorted(stored(month.store))


@pytest.mark.thorough
def test_a_url_that_fails_for_five_days_is_disabled_and_is_sent_nothing_for_the_rest_of_the_month(month: Month) -> None:
    for number in range(1, CALLS + 1):
        month.call_ends(number)
        month.play(until=month.clock.now() + 3 * AN_HOUR)

    month.play(until=NOON + Duration(days=29))

    with month.store.reading() as tx:
        (url,) = tx.connection.execute(select(callback_urls)).all()
    disabled_after = url.disabled_at - NOON
    assert LONGEST_FAILURE <= disabled_after < LONGEST_FAILURE + 3 * AN_HOUR
    assert url.reason == "nothing was delivered for 5 days; last: no connection"
    assert max(month.moments()) == url.disabled_at
    rows = list(stored(month.store).values())
    assert {row.state for row in rows} == {"dead"}
    assert rows[-1].last_error == "the URL is disabled: nothing was delivered for 5 days; last: no connection"
    assert rows[-1].attempt == 0


def test_a_receiver_that_fails_now_and_then_is_never_disabled(month: Month) -> None:
    for number in range(1, 61):
        month.sender = FakeSender(AWAY, HAD)
        month.call_ends(number)
        month.play(until=month.clock.now() + Duration(hours=12))

    with month.store.reading() as tx:
        assert [row.disabled_at for row in tx.connection.execute(select(callback_urls))] == [None]
    assert {row.state for row in stored(month.store).values()} == {"delivered"}


def test_a_receiver_that_asks_for_a_day_each_time_is_given_up_after_four(month: Month) -> None:
    month.sender = FakeSender(Answer(429, "the receiver answered 429", Duration(days=1)))
    month.call_ends(1)

    month.play(until=NOON + LONGEST_WAIT + AN_HOUR)

    assert [moment - NOON for moment in month.moments()] == [Duration(days=days) for days in range(5)]
    row = stored(month.store)[a_delivery().id]
    assert (row.state, row.last_error) == (
        "dead",
        "gave up after 4 days: the host was away or asked for patience",
    )
