"""What is due is sent, recorded and decided on."""

import logging

import pytest
from sqlalchemy import insert, select, update
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT
from tests.builders.outbox import HOST, a_delivery, add_deliveries, stored
from tests.fakes.callbacks import AWAY, HAD, FakeSender
from tests.fakes.clock import FakeClock
from tests.fakes.jobs import FakeJobQueue
from tests.unit.usecases.callbacks.conftest import CALLS, Deliver
from tests.unit.usecases.callbacks.look import due_hosts, fill, states
from worker.domain.breaker import FIRST_CONCURRENCY
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import SubscriptionId
from worker.domain.retry import SCHEDULE, Answer
from worker.domain.timing import DELIVERY_SESSION
from worker.store.base.callback_tables import callback_hosts, callback_urls, delivery_attempts, event_subscriptions
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.outgoing import READ_AHEAD


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
    fill(store, READ_AHEAD)
    sender = FakeSender(Answer(410, "the receiver answered 410"))

    deliver(sender)

    assert len(sender.sent) == FIRST_CONCURRENCY
    assert states(store) == {"dead": READ_AHEAD}


def test_a_disabled_url_says_nothing_of_another_one(store: SqlStore, deliver: Deliver) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2, url=f"https://{HOST}/other")])
    sender = FakeSender(Answer(410), HAD)

    deliver(sender)

    assert [row.state for row in stored(store).values()] == ["dead", "delivered"]


def test_everything_due_is_sent_in_one_session_when_the_receiver_is_quick(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue
) -> None:
    fill(store, CALLS)

    deliver(FakeSender(HAD))

    assert states(store) == {"delivered": CALLS}
    assert queue.deliveries == []


def test_a_task_leaves_after_a_while_and_asks_for_another(
    store: SqlStore, deliver: Deliver, queue: FakeJobQueue, clock: FakeClock
) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(1))

    deliver(sender)

    assert DELIVERY_SESSION.total_seconds() <= len(sender.sent) < READ_AHEAD
    assert queue.deliveries == [HOST]
    assert due_hosts(store, clock) == [HOST]


def test_what_a_task_has_not_sent_is_due_at_once_for_the_next(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    fill(store, READ_AHEAD)
    sender = FakeSender(HAD, meanwhile=lambda: clock.wait(6))

    for _ in range(READ_AHEAD):
        deliver(sender)

    assert states(store) == {"delivered": READ_AHEAD}


def test_what_came_while_the_last_one_was_sent_is_asked_for_when_the_session_is_over(
    store: SqlStore, deliver: Deliver, clock: FakeClock, queue: FakeJobQueue
) -> None:
    def a_call_ends() -> None:
        clock.wait(6)
        add_deliveries(store, [a_delivery(2)])

    fill(store, 1)

    deliver(FakeSender(HAD, meanwhile=a_call_ends))

    assert queue.deliveries == [HOST]


def test_what_another_task_was_asked_for_during_a_session_is_sent_in_it(store: SqlStore, deliver: Deliver) -> None:
    def a_call_ends() -> None:
        add_deliveries(store, [a_delivery(2)])
        deliver(FakeSender(HAD))

    fill(store, 1)

    deliver(FakeSender(HAD, meanwhile=a_call_ends))

    assert states(store) == {"delivered": 2}


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
    assert (sender.sent, queue.deliveries, host.lease_until) == ([], [], None)


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
    row = {
        "id": subscription_id,
        "tenant_id": TENANT,
        "event": CallbackEvent.CDR,
        "url": a_delivery().url,
        "apikey": apikey,
    }
    with store.transaction() as tx:
        tx.connection.execute(insert(event_subscriptions).values(row | {"created_at": NOON}))
    return subscription_id
