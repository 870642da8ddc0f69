import logging
from collections.abc import Callable, Iterator

import pytest
from pendulum import Duration

from tests.builders import NOON
from tests.fakes.callbacks import AWAY, HAD, FakeSender
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobQueue
from tests.outbox import HOST, a_delivery, add_deliveries, fill_with_calls, stored
from worker.domain.retry import SCHEDULE, Answer
from worker.store.deliveries import LEASE
from worker.store.engine import make_engine
from worker.store.tables import metadata
from worker.store.transaction import SqlStore
from worker.usecases.deliver_callbacks import BATCH, FAILURES_IN_A_ROW, LONGEST_STAY, deliver_callbacks

CALLS = 3 * BATCH


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


Deliver = Callable[[FakeSender], None]


@pytest.fixture
def deliver(store: SqlStore, queue: FakeJobQueue, clock: FakeClock) -> Deliver:
    def run(sender: FakeSender) -> None:
        deliver_callbacks(store, queue=queue, sender=sender, host=HOST, clock=clock, chance=lambda: 0.5)

    return run


def fill(store: SqlStore, count: int) -> None:
    add_deliveries(store, [a_delivery(number) for number in range(1, count + 1)])


def states(store: SqlStore) -> dict[str, int]:
    found = [row.state for row in stored(store).values()]
    return {state: found.count(state) for state in set(found)}


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

    assert [(sent.secret, sent.at) for sent in sender.sent] == [
        ("whsec_AAAA", NOON),
        ("whsec_AAAA", NOON.add(seconds=1)),
    ]


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


def test_a_receiver_that_never_answers_leaves_a_dead_letter_that_says_why(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, 1)
    sender = FakeSender(AWAY)

    for pause in (*SCHEDULE, Duration(days=30)):
        deliver(sender)
        clock.wait(pause.total_seconds())
    deliver(sender)

    row = stored(store)[a_delivery().id]
    assert len(sender.sent) == len(SCHEDULE) + 1
    assert (row.state, row.last_error) == ("dead", "gave up after 13 attempts: no connection")


def test_410_is_a_dead_letter_at_once(store: SqlStore, deliver: Deliver) -> None:
    fill(store, 1)

    deliver(FakeSender(Answer(410, "the receiver answered 410")))

    assert states(store) == {"dead": 1}


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
    fill(store, BATCH)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(1))

    deliver(sender)

    assert len(sender.sent) == LONGEST_STAY.total_seconds()
    assert queue.deliveries == [HOST]


def test_what_a_task_has_not_sent_is_due_at_once_for_the_next(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, BATCH)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(10))

    for _ in range(BATCH):
        deliver(sender)

    assert states(store) == {"delivered": BATCH}


def test_a_host_that_does_not_answer_is_left_after_three_attempts(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue
) -> None:
    fill(store, BATCH)
    sender = FakeSender(AWAY)

    deliver(sender)

    spared = [row for row in stored(store).values() if row.attempt == 0]
    assert len(sender.sent) == FAILURES_IN_A_ROW
    assert {row.next_at for row in spared} == {NOON}
    assert len(spared) == BATCH - FAILURES_IN_A_ROW
    assert queue.deliveries == []


@pytest.mark.parametrize("answer", [Answer(429), Answer(503)])
def test_a_host_that_pleads_for_a_pause_is_left_as_well(store: SqlStore, deliver: Deliver, answer: Answer) -> None:
    fill(store, BATCH)
    sender = FakeSender(answer)

    deliver(sender)

    assert len(sender.sent) == FAILURES_IN_A_ROW


def test_failures_that_are_not_in_a_row_do_not_end_a_stay(store: SqlStore, deliver: Deliver) -> None:
    fill(store, BATCH)
    sender = FakeSender(AWAY, AWAY, HAD, AWAY, AWAY, HAD)

    deliver(sender)

    assert len(sender.sent) == BATCH


def test_a_receiver_that_answers_500_costs_only_its_own_attempts(store: SqlStore, deliver: Deliver) -> None:
    fill(store, BATCH)
    sender = FakeSender(*[Answer(500)] * (BATCH - 1), HAD)

    deliver(sender)

    assert states(store) == {"pending": BATCH - 1, "delivered": 1}


def test_two_tasks_never_send_the_same_callback(store: SqlStore, deliver: Deliver) -> None:
    fill(store, CALLS)
    other = FakeSender(HAD)
    sender = FakeSender(HAD, meanwhile=lambda: deliver(other))

    deliver(sender)

    ids = [sent.delivery.id for sent in (*sender.sent, *other.sent)]
    assert len(ids) == len(set(ids)) == CALLS
    assert other.sent


def test_a_crash_while_sending_delays_and_loses_nothing(store: SqlStore, deliver: Deliver, clock: FakeClock) -> None:
    def die() -> None:
        raise Killed

    fill(store, BATCH)
    with pytest.raises(Killed):
        deliver(FakeSender(HAD, meanwhile=die))

    clock.wait(LEASE.total_seconds() - 1)
    too_early = FakeSender(HAD)
    deliver(too_early)
    clock.wait(1)
    deliver(FakeSender(HAD))

    assert too_early.sent == []
    assert states(store) == {"delivered": BATCH}


def test_nothing_due_is_no_work(deliver: Deliver, queue: FakeJobQueue) -> None:
    sender = FakeSender(HAD)

    deliver(sender)

    assert (sender.sent, queue.deliveries) == ([], [])


@pytest.mark.parametrize(
    ("answer", "action"),
    [(HAD, "callback_delivered"), (AWAY, "callback_retried"), (Answer(410), "callback_dead")],
)
def test_each_attempt_is_logged_by_ids_alone(
    store: SqlStore, deliver: Deliver, caplog: pytest.LogCaptureFixture, answer: Answer, action: str
) -> None:
    add_deliveries(store, [a_delivery(url="https://cdr.example/hook?token=secret", body='{"to_number":"0981000000"}')])

    with caplog.at_level(logging.INFO):
        deliver(FakeSender(answer))

    said = [vars(record) for record in caplog.records if record.name == "worker.usecases.deliver_callbacks"]
    assert [line["action"] for line in said] == [action]
    assert said[0]["call_id"] == a_delivery().call_id
    assert not any(word in str(said) for word in ("token", "0981000000", "/hook"))
