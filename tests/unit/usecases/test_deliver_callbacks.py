import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from threading import Semaphore
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from typing_extensions import override
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT
from tests.fakes.callbacks import AWAY, HAD, FakeSender, OneAfterTheOther
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobQueue
from tests.outbox import HOST, a_delivery, add_deliveries, fill_with_calls, stored
from worker.domain.breaker import FIRST_LANES, LONGEST_PAUSE, SHORTEST_PAUSE
from worker.domain.errors import Unavailable
from worker.domain.event import Event
from worker.domain.ids import SubscriptionId
from worker.domain.retry import SCHEDULE, Answer
from worker.ports.dispatch import Store, Transaction
from worker.store.callback_tables import callback_hosts, callback_urls, delivery_attempts, event_subscriptions
from worker.store.engine import make_engine
from worker.store.tables import metadata
from worker.store.transaction import SqlStore
from worker.usecases.deliver_callbacks import LEASE, LONGEST_STAY, Post, deliver_callbacks
from worker.usecases.outgoing import IN_HAND

CALLS = 3 * IN_HAND
PLENTY = 8


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def store() -> Iterator[SqlStore]:
    engine = make_engine("sqlite://")
    metadata.create_all(engine)
    store = SqlStore(engine)
    fill_with_calls(store, CALLS)
    yield store
    engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def queue() -> FakeJobQueue:
    return FakeJobQueue()


Deliver = Callable[..., None]


@pytest.fixture
def deliver(store: SqlStore, queue: FakeJobQueue, clock: FakeClock) -> Deliver:
    def run(sender: FakeSender, *, host: str = HOST, seats: int = PLENTY) -> None:
        post = Post(sender, lanes=OneAfterTheOther(), seats=Semaphore(seats), chance=lambda: 0.5)
        deliver_callbacks(store, queue=queue, post=post, host=host, turn=uuid7(), clock=clock)

    return run


def fill(store: SqlStore, count: int, **changed: Any) -> None:
    add_deliveries(store, [a_delivery(number, **changed) for number in range(1, count + 1)])


def states(store: SqlStore) -> dict[str, int]:
    found = [row.state for row in stored(store).values()]
    return {state: found.count(state) for state in set(found)}


def due_hosts(store: SqlStore, clock: FakeClock) -> list[str]:
    with store.reading() as tx:
        return tx.deliveries.due_hosts(now=clock.now())


def test_what_the_receiver_takes_is_delivered(store: SqlStore, deliver: Deliver) -> None:
    fill(store, 2)
    sender = FakeSender(HAD)

    deliver(sender)

    assert {sent.delivery for sent in sender.sent} == {a_delivery(1), a_delivery(2)}
    assert states(store) == {"delivered": 2}


def test_a_delivered_callback_is_not_sent_again(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, 1)
    sender = FakeSender(HAD)

    deliver(sender)
    clock.wait(3600)
    deliver(sender)

    assert len(sender.sent) == 1


def test_each_is_signed_with_its_tenant_s_secret_at_the_moment_of_sending(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, 2)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(1))

    deliver(sender)

    assert [(sent.secrets, sent.at) for sent in sender.sent] == [
        (["whsec_AAAA"], NOON),
        (["whsec_AAAA"], NOON.add(seconds=1)),
    ]


def test_while_secrets_are_rotated_it_is_signed_with_both(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    with store.transaction() as tx:
        tx.tenants.rotate_secret(TENANT, secret="whsec_BBBB", old_until=NOON.add(hours=1))
    fill(store, 1)
    during, after = FakeSender(AWAY), FakeSender(HAD)

    deliver(during)
    clock.wait(3600)
    deliver(after)

    assert [sent.secrets for sent in (*during.sent, *after.sent)] == [["whsec_BBBB", "whsec_AAAA"], ["whsec_BBBB"]]


def test_a_failed_attempt_waits_for_its_next_moment(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, 1)
    sender = FakeSender(Answer(500, "the receiver answered 500"), HAD)

    deliver(sender)
    clock.wait(SCHEDULE[0].total_seconds() - 1)
    deliver(sender)
    row = stored(store)[a_delivery().id]
    clock.wait(1)
    deliver(sender)

    assert (row.state, row.attempt, row.last_error) == ("pending", 1, "the receiver answered 500")
    assert len(sender.sent) == 2
    assert states(store) == {"delivered": 1}


def test_the_id_stays_the_same_over_retries(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, 1)
    sender = FakeSender(AWAY, AWAY, HAD)

    for pause in SCHEDULE[:3]:
        deliver(sender)
        clock.wait(pause.total_seconds())

    assert [(sent.delivery.id, sent.delivery.attempt) for sent in sender.sent] == [
        (a_delivery().id, attempt) for attempt in range(3)
    ]


def test_each_attempt_is_kept_with_what_came_of_it(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, 1)
    sender = FakeSender(Answer(500, "the receiver answered 500"), HAD, meanwhile=lambda: clock.wait(0.25))

    deliver(sender)
    clock.wait(SCHEDULE[0].total_seconds())
    deliver(sender)

    with store.reading() as tx:
        kept = tx.connection.execute(select(delivery_attempts).order_by(delivery_attempts.c.number)).all()
    assert [(row.number, row.milliseconds, row.status, row.error) for row in kept] == [
        (1, 250, 500, "the receiver answered 500"),
        (2, 250, 200, ""),
    ]
    assert [row.sent_at for row in kept] == [NOON, NOON.add(seconds=5.25)]


def test_410_is_a_dead_letter_at_once_and_nothing_more_goes_to_the_url(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, 1)
    gone, well = FakeSender(Answer(410, "the receiver answered 410")), FakeSender(HAD)

    deliver(gone)
    clock.wait(3600)
    add_deliveries(store, [a_delivery(2)])
    deliver(well)

    assert well.sent == []
    assert [row.last_error for row in stored(store).values()] == [
        "the receiver answered 410 Gone",
        "the URL is disabled: the receiver answered 410 Gone",
    ]
    with store.reading() as tx:
        (url,) = tx.connection.execute(select(callback_urls)).all()
    assert (url.disabled_at, url.reason) == (NOON, "the receiver answered 410 Gone")


def test_what_waits_in_hand_for_a_url_that_is_disabled_is_not_sent(store: SqlStore, deliver: Deliver) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(Answer(410, "the receiver answered 410"))

    deliver(sender)

    assert len(sender.sent) == FIRST_LANES
    assert states(store) == {"dead": IN_HAND}


def test_a_disabled_url_says_nothing_of_another_one(store: SqlStore, deliver: Deliver) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2, url=f"https://{HOST}/other")])
    sender = FakeSender(Answer(410), HAD)

    deliver(sender)

    assert [row.state for row in stored(store).values()] == ["dead", "delivered"]


def test_everything_due_is_sent_in_one_stay_when_the_receiver_is_quick(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue
) -> None:
    fill(store, CALLS)

    deliver(FakeSender(HAD))

    assert states(store) == {"delivered": CALLS}
    assert queue.deliveries == []


def test_a_task_leaves_after_a_while_and_asks_for_another(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue, clock: FakeClock
) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(1))

    deliver(sender)

    assert LONGEST_STAY.total_seconds() <= len(sender.sent) < IN_HAND
    assert queue.deliveries == [HOST]
    assert due_hosts(store, clock) == [HOST]


def test_what_a_task_has_not_sent_is_due_at_once_for_the_next(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(6))

    for _ in range(IN_HAND):
        deliver(sender)

    assert states(store) == {"delivered": IN_HAND}


def test_what_came_while_the_last_one_was_sent_is_asked_for_when_the_stay_is_over(
    store: SqlStore, deliver: Deliver, clock: FakeClock, queue: FakeJobQueue
) -> None:
    def a_call_ends() -> None:
        clock.wait(6)
        add_deliveries(store, [a_delivery(2)])

    fill(store, 1)

    deliver(FakeSender(HAD, meanwhile=a_call_ends))

    assert queue.deliveries == [HOST]


def test_a_host_that_does_not_answer_is_left_alone(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue, clock: FakeClock
) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(AWAY)

    deliver(sender)

    spared = [row for row in stored(store).values() if row.attempt == 0]
    assert len(sender.sent) == FIRST_LANES
    assert {row.next_at for row in spared} == {NOON}
    assert len(spared) == IN_HAND - FIRST_LANES
    assert queue.deliveries == due_hosts(store, clock) == []


def test_a_host_that_was_left_alone_is_tried_with_one_and_then_for_longer(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, IN_HAND)
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


def test_a_host_that_is_back_gets_everything_at_once(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, IN_HAND)
    deliver(FakeSender(AWAY))
    clock.wait(LONGEST_PAUSE.total_seconds() * 1.2)

    deliver(FakeSender(HAD))

    assert states(store) == {"delivered": IN_HAND}


@pytest.mark.parametrize("answer", [Answer(429), Answer(503)])
def test_a_host_that_pleads_for_a_pause_is_left_as_well(store: SqlStore, deliver: Deliver, answer: Answer) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(answer)

    deliver(sender)

    assert len(sender.sent) == FIRST_LANES


def test_failures_that_are_not_in_a_row_do_not_end_a_stay(store: SqlStore, deliver: Deliver) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(*[AWAY, AWAY, HAD] * IN_HAND)

    deliver(sender)

    assert len(sender.sent) == IN_HAND


def test_a_receiver_that_answers_500_costs_only_its_own_attempts(store: SqlStore, deliver: Deliver) -> None:
    fill(store, IN_HAND)
    sender = FakeSender(*[Answer(500)] * (IN_HAND - 1), HAD)

    deliver(sender)

    assert states(store) == {"pending": IN_HAND - 1, "delivered": 1}


def test_a_host_has_one_sender_at_a_time(store: SqlStore, deliver: Deliver) -> None:
    fill(store, CALLS)
    other = FakeSender(HAD)
    sender = FakeSender(HAD, meanwhile=lambda: deliver(other))

    deliver(sender)

    assert other.sent == []
    assert states(store) == {"delivered": CALLS}


def test_what_another_task_was_asked_for_during_a_stay_is_sent_in_it(store: SqlStore, deliver: Deliver) -> None:
    def a_call_ends() -> None:
        add_deliveries(store, [a_delivery(2)])
        deliver(FakeSender(HAD))

    fill(store, 1)

    deliver(FakeSender(HAD, meanwhile=a_call_ends))

    assert states(store) == {"delivered": 2}


def test_hosts_in_doubt_never_take_all_threads(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    fill(store, 1)
    sender = FakeSender(HAD)

    deliver(sender, seats=0)
    asked = due_hosts(store, clock)
    deliver(sender, seats=1)

    assert asked == [HOST]
    assert len(sender.sent) == 1


def test_a_host_that_answers_needs_no_seat(store: SqlStore, deliver: Deliver) -> None:
    fill(store, 1)
    deliver(FakeSender(HAD))
    add_deliveries(store, [a_delivery(2)])

    deliver(FakeSender(HAD), seats=0)

    assert states(store) == {"delivered": 2}


def test_a_crash_while_sending_delays_for_seconds_and_loses_nothing(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    def die() -> None:
        raise Killed

    fill(store, IN_HAND)
    with pytest.raises(Killed):
        deliver(FakeSender(HAD, meanwhile=die))

    clock.wait(LEASE.total_seconds() - 1)
    too_early = FakeSender(HAD)
    deliver(too_early)
    clock.wait(1)
    asked = due_hosts(store, clock)
    deliver(FakeSender(HAD))

    assert too_early.sent == []
    assert asked == [HOST]
    assert states(store) == {"delivered": IN_HAND}


def test_a_turn_that_lapsed_is_another_s_and_what_it_brought_still_counts(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    other = FakeSender(AWAY)

    def stall() -> None:
        clock.wait(LEASE.total_seconds())
        deliver(other)

    fill(store, 1)

    deliver(FakeSender(HAD, meanwhile=stall))

    assert len(other.sent) == 1
    assert states(store) == {"delivered": 1}


def test_the_subscription_s_key_goes_with_its_deliveries(store: SqlStore, deliver: Deliver) -> None:
    subscribed = subscribe(store, apikey="key 1")
    add_deliveries(store, [a_delivery(subscription_id=subscribed)])
    sender = FakeSender(HAD)

    deliver(sender)

    assert [sent.apikey for sent in sender.sent] == ["key 1"]


def test_nothing_goes_to_a_subscription_that_was_taken_back(store: SqlStore, deliver: Deliver) -> None:
    subscribed = subscribe(store)
    add_deliveries(store, [a_delivery(subscription_id=subscribed)])
    with store.transaction() as tx:
        tx.connection.execute(update(event_subscriptions).values(deleted_at=NOON))
    sender = FakeSender(HAD)

    deliver(sender)

    assert sender.sent == []
    assert [row.last_error for row in stored(store).values()] == ["the subscription was taken back"]


def test_nothing_due_is_no_work(store: SqlStore, deliver: Deliver, queue: FakeJobQueue) -> None:
    sender = FakeSender(HAD)

    deliver(sender)

    with store.reading() as tx:
        (host,) = tx.connection.execute(select(callback_hosts)).all()
    assert (sender.sent, queue.deliveries, host.turn_until) == ([], [], None)


@pytest.mark.parametrize(
    ("answer", "actions"),
    [
        (HAD, ["callback_delivered"]),
        (AWAY, ["callback_retried"]),
        (Answer(410), ["callback_url_disabled", "callback_dead"]),
    ],
)
def test_each_attempt_is_logged_by_ids_alone(
    store: SqlStore, deliver: Deliver, caplog: pytest.LogCaptureFixture, answer: Answer, actions: list[str]
) -> None:
    add_deliveries(store, [a_delivery(url="https://cdr.example/hook?token=secret", body='{"to_number":"0981000000"}')])

    with caplog.at_level(logging.INFO):
        deliver(FakeSender(answer))

    said = [vars(record) for record in caplog.records if record.name.startswith("worker.usecases")]
    assert [line["action"] for line in said] == actions
    assert said[-1]["call_id"] == a_delivery().call_id
    assert not any(word in str(said) for word in ("token", "0981000000", "/hook"))


def subscribe(store: SqlStore, *, apikey: str = "") -> SubscriptionId:
    subscription_id = SubscriptionId(uuid7())
    row = {"id": subscription_id, "tenant_id": TENANT, "event": Event.CDR, "url": a_delivery().url, "apikey": apikey}
    with store.transaction() as tx:
        tx.connection.execute(insert(event_subscriptions).values(row | {"created_at": NOON}))
    return subscription_id


def test_a_database_that_goes_away_while_sending_costs_a_repetition_and_no_seat(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    broken = BrokenStore(store)
    fill(store, 1)
    first, second, seats = FakeSender(HAD, meanwhile=broken.break_down), FakeSender(HAD), Semaphore(1)
    post = Post(first, lanes=OneAfterTheOther(), seats=seats, chance=lambda: 0.5)

    with pytest.raises(Unavailable):
        deliver_callbacks(broken, queue=FakeJobQueue(), post=post, host=HOST, turn=uuid7(), clock=clock)
    clock.wait(LEASE.total_seconds())
    deliver(second)

    assert [sent.delivery for sent in (*first.sent, *second.sent)] == [a_delivery(), a_delivery()]
    assert states(store) == {"delivered": 1}
    assert seats.acquire(blocking=False)


def test_a_slow_database_delays_and_does_not_stop(store: SqlStore, clock: FakeClock) -> None:
    fill(store, 2)
    post = Post(FakeSender(HAD), lanes=OneAfterTheOther(), seats=Semaphore(1), chance=lambda: 0.5)
    slow = BrokenStore(store, meanwhile=lambda: clock.wait(3))

    deliver_callbacks(slow, queue=FakeJobQueue(), post=post, host=HOST, turn=uuid7(), clock=clock)

    assert states(store) == {"delivered": 2}


class BrokenStore(Store):
    """A database that is there until it breaks down; ``meanwhile`` happens before each transaction."""

    def __init__(self, store: SqlStore, *, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._store = store
        self._meanwhile = meanwhile
        self._is_away = False

    def break_down(self) -> None:
        self._is_away = True

    @override
    def transaction(self) -> AbstractContextManager[Transaction]:
        if self._is_away:
            raise Unavailable("the database is away or too busy")
        self._meanwhile()
        return self._store.transaction()

    @override
    def reading(self) -> AbstractContextManager[Transaction]:
        return self._store.reading()
