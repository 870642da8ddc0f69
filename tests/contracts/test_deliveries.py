from collections.abc import Iterator
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import select
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT
from tests.builders.outbox import HOST, a_delivery, add_deliveries, due_deliveries, due_hosts, fill_with_calls, stored
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import DeliveryId, SubscriptionId
from worker.domain.retry import Answer, Dead, Delivered, RetryAt
from worker.ports.callbacks.deliveries import Attempt
from worker.ports.dispatch.outbox import Delivery, Subscription
from worker.store.base.callback_tables import delivery_attempts
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

HAD = Answer(200)
AWAY = Answer(None, "no connection")
LATER = RetryAt(NOON.add(minutes=5))


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_with_calls(store, 30)
    yield store
    engine.dispose()


def due(store: SqlStore, *, now: DateTime = NOON, limit: int = 20) -> list[Delivery]:
    return due_deliveries(store, now=now, limit=limit)


def attempted(delivery: Delivery, answer: Answer, decision: Delivered | RetryAt | Dead) -> Attempt:
    return Attempt(delivery, NOON, 12, answer, decision)


def record(store: SqlStore, *attempts: Attempt) -> None:
    with store.transaction() as tx:
        tx.deliveries.record(attempts, now=NOON)


def attempts_of(store: SqlStore) -> list[tuple[int, int | None]]:
    with store.reading() as tx:
        rows = tx.connection.execute(select(delivery_attempts).order_by(delivery_attempts.c.number))
        return [(row.number, row.status) for row in rows]


def test_what_is_put_in_can_be_taken_out_as_it_was(store: SqlStore) -> None:
    delivery = a_delivery(body='{"name":"Nguyễn \\"Ánh\\" 😀"}', url="https://cdr.example/hook?a=1&b=%20")
    add_deliveries(store, [delivery])

    assert due(store) == [delivery]


def test_the_same_call_and_event_is_taken_in_once(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1)])
    add_deliveries(store, [a_delivery(1, id=DeliveryId(UUID(int=7)), body="{}"), a_delivery(2)])

    assert set(due(store)) == {a_delivery(1), a_delivery(2)}


def test_each_subscription_is_told_once_beside_the_campaign(store: SqlStore) -> None:
    first, second = (subscribe(store) for _ in range(2))
    told = [a_delivery(1), *(a_delivery(1, id=DeliveryId(uuid7()), subscription_id=one) for one in (first, second))]
    add_deliveries(store, told)
    add_deliveries(store, [a_delivery(1, id=DeliveryId(uuid7()), subscription_id=first)])

    assert set(due(store)) == set(told)


def test_one_call_may_have_two_events(store: SqlStore) -> None:
    answered = a_delivery(1, id=DeliveryId(UUID(int=7)), event=CallbackEvent.ANSWERED)
    add_deliveries(store, [a_delivery(1), answered])

    assert {delivery.event for delivery in due(store)} == {"cdr", "answered"}


def test_nothing_to_put_in_is_no_error(store: SqlStore) -> None:
    add_deliveries(store, [])

    assert stored(store) == {}


def test_what_is_due_is_given_up_to_a_limit_and_the_longest_due_first(store: SqlStore) -> None:
    with store.transaction() as tx:
        for number in (3, 1, 2):
            tx.deliveries.insert([a_delivery(number)], now=NOON.add(seconds=number))

    assert due(store, now=NOON.add(minutes=1), limit=2) == [a_delivery(1), a_delivery(2)]


def test_only_the_host_s_due_deliveries_are_given(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2, host="other.example")])

    assert due(store, now=NOON.subtract(seconds=1)) == []
    assert due(store) == [a_delivery(1)]


def test_what_is_in_hand_is_not_given_again(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2)])

    wanted = {a_delivery().address: 20}

    with store.reading() as tx:
        assert tx.deliveries.due(HOST, wanted=wanted, now=NOON, besides=[a_delivery(1).id]) == [a_delivery(2)]


def test_a_failed_attempt_is_counted_and_waits(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, attempted(a_delivery(), Answer(503, "the receiver answered 503"), LATER))

    row = stored(store)[a_delivery().id]

    assert (row.state, row.attempt, row.last_status, row.last_error) == ("pending", 1, 503, "the receiver answered 503")
    assert row.next_at == NOON.add(minutes=5)
    assert due(store, now=NOON.add(minutes=4)) == []
    assert due(store, now=NOON.add(minutes=5)) == [a_delivery(attempt=1)]
    assert attempts_of(store) == [(1, 503)]


@pytest.mark.parametrize(("decision", "state"), [(Delivered(), "delivered"), (Dead("enough"), "dead")])
def test_an_ended_delivery_is_kept_and_never_due_again(store: SqlStore, decision: Delivered | Dead, state: str) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, attempted(a_delivery(), HAD, decision))

    assert due(store, now=NOON.add(years=1)) == []
    assert stored(store)[a_delivery().id].state == state


def test_several_attempts_are_recorded_together(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(number) for number in (1, 2, 3)])

    record(
        store,
        attempted(a_delivery(1), HAD, Delivered()),
        attempted(a_delivery(2), AWAY, LATER),
        attempted(a_delivery(3), Answer(410), Dead("gone")),
    )

    rows = [stored(store)[a_delivery(number).id] for number in (1, 2, 3)]
    assert [(row.state, row.last_status, row.last_error) for row in rows] == [
        ("delivered", 200, ""),
        ("pending", None, "no connection"),
        ("dead", 410, "gone"),
    ]


def test_of_two_tasks_that_sent_the_same_row_the_late_failure_changes_nothing(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, attempted(a_delivery(), HAD, Delivered()))
    record(store, attempted(a_delivery(), AWAY, LATER))

    row = stored(store)[a_delivery().id]

    assert (row.state, row.attempt, row.last_status) == ("delivered", 1, 200)


def test_of_two_tasks_that_sent_the_same_row_the_late_success_counts(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, attempted(a_delivery(), AWAY, LATER))
    record(store, attempted(a_delivery(), HAD, Delivered()))

    assert stored(store)[a_delivery().id].state == "delivered"


def test_what_has_been_delivered_is_not_written_again(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, attempted(a_delivery(), AWAY, LATER))
    record(store, attempted(a_delivery(attempt=1), Answer(202), Delivered()))
    record(store, attempted(a_delivery(), HAD, Delivered()))

    row = stored(store)[a_delivery().id]

    assert (row.attempt, row.last_status) == (2, 202)


def test_two_failures_of_the_same_attempt_count_once(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, attempted(a_delivery(), AWAY, LATER))
    record(store, attempted(a_delivery(), AWAY, LATER))

    assert stored(store)[a_delivery().id].attempt == 1


def test_what_is_not_to_be_sent_is_a_dead_letter_that_says_why(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2)])
    record(store, attempted(a_delivery(2), HAD, Delivered()))

    with store.transaction() as tx:
        tx.deliveries.mark_dead({a_delivery(1).id: "disabled", a_delivery(2).id: "disabled"}, now=NOON)

    assert [(row.state, row.last_error) for row in stored(store).values()] == [("dead", "disabled"), ("delivered", "")]


def test_what_has_waited_too_long_is_given_up(store: SqlStore) -> None:
    with store.transaction() as tx:
        for number in (1, 2, 3):
            tx.deliveries.insert([a_delivery(number)], now=NOON.add(minutes=number))

    with store.transaction() as tx:
        given_up = tx.deliveries.give_up(waiting_since=NOON.add(minutes=3), reason="old", limit=1, now=NOON)
        given_up += tx.deliveries.give_up(waiting_since=NOON.add(minutes=3), reason="old", limit=9, now=NOON)

    assert given_up == 2
    assert due(store, now=NOON.add(hours=1)) == [a_delivery(3)]


def test_what_ended_long_ago_is_taken_away_with_its_attempts(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2)])
    record(store, attempted(a_delivery(1), HAD, Delivered()))

    with store.transaction() as tx:
        early = tx.deliveries.forget(ended_before=NOON, limit=9)
        forgotten = tx.deliveries.forget(ended_before=NOON.add(seconds=1), limit=9)

    assert (early, forgotten) == (0, 1)
    assert (list(stored(store)), attempts_of(store)) == ([a_delivery(2).id], [])


def test_each_host_with_something_due_is_named_once(store: SqlStore) -> None:
    hosts = {1: "a.example", 2: "b.example", 3: "a.example", 4: "c.example:8080", 5: ""}
    add_deliveries(store, [a_delivery(number, host=host) for number, host in hosts.items()])
    with store.transaction() as tx:
        tx.deliveries.insert([a_delivery(6, host="later.example")], now=NOON.add(seconds=1))

    assert due_hosts(store, now=NOON) == ["", "a.example", "b.example", "c.example:8080"]
    assert due_hosts(store, now=NOON.subtract(seconds=1)) == []


def test_the_present_secret_comes_first_and_the_one_before_while_it_is_valid(store: SqlStore) -> None:
    hour = NOON.add(hours=1)
    with store.transaction() as tx:
        before = tx.deliveries.secrets(TENANT, now=NOON)
        tx.tenants.rotate_secret(TENANT, secret="whsec_BBBB", old_until=hour)
        once = tx.deliveries.secrets(TENANT, now=NOON)
        tx.tenants.rotate_secret(TENANT, secret="whsec_CCCC", old_until=hour)
        twice = tx.deliveries.secrets(TENANT, now=NOON)
        after = tx.deliveries.secrets(TENANT, now=hour)

    assert before == ["whsec_AAAA"]
    assert once == ["whsec_BBBB", "whsec_AAAA"]
    assert twice == ["whsec_CCCC", "whsec_BBBB"]
    assert after == ["whsec_CCCC"]


def test_the_standing_of_a_url_is_its_tenant_s(store: SqlStore) -> None:
    failing, disabled = UrlStanding(NOON, NOON), UrlStanding(NOON, NOON, NOON, "gone")
    addresses = (TENANT, "https://a.example/"), (TENANT, "https://b.example/")

    with store.transaction() as tx:
        tx.callback_urls.save({addresses[0]: failing, addresses[1]: failing})
        tx.callback_urls.save({addresses[1]: disabled})
        tx.callback_urls.save({})
        found = tx.callback_urls.of({*addresses, (TENANT, "https://c.example/")})

    assert found == {addresses[0]: failing, addresses[1]: disabled}


def subscribe(store: SqlStore) -> SubscriptionId:
    subscription_id = SubscriptionId(uuid7())
    with store.transaction() as tx:
        tx.subscriptions.add(
            Subscription(
                id=subscription_id,
                tenant_id=TENANT,
                domain="",
                event=CallbackEvent.CDR,
                url="https://crm.example/",
                apikey="",
            ),
            now=NOON,
        )
    return subscription_id
