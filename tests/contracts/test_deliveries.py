from collections.abc import Iterator
from uuid import UUID

import pytest
from pendulum import DateTime

from tests.builders import NOON, TENANT
from tests.outbox import HOST, a_delivery, add_deliveries, fill_with_calls, stored
from worker.domain.ids import DeliveryId
from worker.domain.retry import Answer, DeliveryState
from worker.ports.dispatch import Delivery
from worker.store.deliveries import DUE_HOSTS, LEASE
from worker.store.engine import make_engine
from worker.store.transaction import SqlStore

HAD = Answer(200)
AWAY = Answer(None, "no connection")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_with_calls(store, 30)
    yield store
    engine.dispose()


def claim(store: SqlStore, *, now: DateTime = NOON, limit: int = 20) -> list[Delivery]:
    with store.transaction() as tx:
        return tx.deliveries.claim(HOST, now=now, limit=limit)


def record(store: SqlStore, delivery: Delivery, answer: Answer, state: DeliveryState) -> None:
    with store.transaction() as tx:
        tx.deliveries.record(delivery, answer=answer, state=state, next_at=NOON.add(minutes=5), now=NOON)


def test_what_is_put_in_can_be_taken_out_as_it_was(store: SqlStore) -> None:
    delivery = a_delivery(body='{"name":"Nguyễn \\"Ánh\\" 😀"}', url="https://cdr.example/hook?a=1&b=%20")
    add_deliveries(store, [delivery])

    assert claim(store) == [delivery]


def test_the_same_call_and_event_is_taken_in_once(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1)])
    add_deliveries(store, [a_delivery(1, id=DeliveryId(UUID(int=7)), body="{}"), a_delivery(2)])

    assert set(claim(store)) == {a_delivery(1), a_delivery(2)}


def test_one_call_may_have_two_events(store: SqlStore) -> None:
    answered = a_delivery(1, id=DeliveryId(UUID(int=7)), state="answered")
    add_deliveries(store, [a_delivery(1), answered])

    assert {delivery.state for delivery in claim(store)} == {"cdr", "answered"}


def test_nothing_to_put_in_is_no_error(store: SqlStore) -> None:
    add_deliveries(store, [])

    assert stored(store) == {}


def test_a_claimed_delivery_is_left_alone_for_a_minute(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])

    first = claim(store)
    during = claim(store, now=NOON.add(seconds=59))
    after = claim(store, now=NOON + LEASE)

    assert (first, during, after) == ([a_delivery()], [], [a_delivery()])


def test_a_claim_takes_at_most_what_it_asks_for_and_the_longest_due_first(store: SqlStore) -> None:
    with store.transaction() as tx:
        for number in (3, 1, 2):
            tx.deliveries.insert([a_delivery(number)], now=NOON.add(seconds=number))

    assert claim(store, now=NOON.add(minutes=1), limit=2) == [a_delivery(1), a_delivery(2)]


def test_only_the_host_s_due_deliveries_are_claimed(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2, host="other.example")])

    assert claim(store, now=NOON.subtract(seconds=1)) == []
    assert claim(store) == [a_delivery(1)]


def test_two_claims_at_the_same_time_never_take_the_same_row(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(number) for number in range(1, 31)])

    taken = [delivery.id for _ in range(3) for delivery in claim(store, limit=12)]

    assert len(taken) == len(set(taken)) == 30


def test_what_is_given_back_is_due_at_once_and_keeps_its_attempts(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery(1), a_delivery(2)])
    claimed = claim(store)

    with store.transaction() as tx:
        tx.deliveries.give_back(claimed[1:], now=NOON)
        tx.deliveries.give_back([], now=NOON)

    assert claim(store) == claimed[1:]


def test_a_failed_attempt_is_counted_and_waits(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, claim(store)[0], Answer(503, "the receiver answered 503"), DeliveryState.PENDING)

    row = stored(store)[a_delivery().id]

    assert (row.state, row.attempt, row.last_status, row.last_error) == ("pending", 1, 503, "the receiver answered 503")
    assert row.next_at == NOON.add(minutes=5)
    assert claim(store, now=NOON.add(minutes=4)) == []
    assert claim(store, now=NOON.add(minutes=5)) == [a_delivery(attempt=1)]


@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.DEAD])
def test_an_ended_delivery_is_kept_and_never_claimed_again(store: SqlStore, state: DeliveryState) -> None:
    add_deliveries(store, [a_delivery()])
    record(store, claim(store)[0], HAD, state)

    assert claim(store, now=NOON.add(years=1)) == []
    assert stored(store)[a_delivery().id].state == state


def test_of_two_tasks_that_sent_the_same_row_the_late_failure_changes_nothing(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    slow, quick = claim(store)[0], claim(store, now=NOON.add(minutes=1))[0]
    record(store, quick, HAD, DeliveryState.DELIVERED)
    record(store, slow, AWAY, DeliveryState.PENDING)

    row = stored(store)[a_delivery().id]

    assert (row.state, row.attempt, row.last_status) == ("delivered", 1, 200)


def test_of_two_tasks_that_sent_the_same_row_the_late_success_counts(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    slow, quick = claim(store)[0], claim(store, now=NOON.add(minutes=1))[0]
    record(store, quick, AWAY, DeliveryState.PENDING)
    record(store, slow, HAD, DeliveryState.DELIVERED)

    assert stored(store)[a_delivery().id].state == "delivered"


def test_what_has_been_delivered_is_not_written_again(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    slow, quick = claim(store)[0], claim(store, now=NOON.add(minutes=1))[0]
    record(store, quick, AWAY, DeliveryState.PENDING)
    record(store, claim(store, now=NOON.add(minutes=5))[0], Answer(202), DeliveryState.DELIVERED)
    record(store, slow, HAD, DeliveryState.DELIVERED)

    row = stored(store)[a_delivery().id]

    assert (row.attempt, row.last_status) == (2, 202)


def test_two_failures_of_the_same_attempt_count_once(store: SqlStore) -> None:
    add_deliveries(store, [a_delivery()])
    slow, quick = claim(store)[0], claim(store, now=NOON.add(minutes=1))[0]
    record(store, quick, AWAY, DeliveryState.PENDING)
    record(store, slow, AWAY, DeliveryState.PENDING)

    assert stored(store)[a_delivery().id].attempt == 1


def test_each_host_with_something_due_is_named_once(store: SqlStore) -> None:
    hosts = {1: "a.example", 2: "b.example", 3: "a.example", 4: "c.example:8080", 5: ""}
    add_deliveries(store, [a_delivery(number, host=host) for number, host in hosts.items()])
    with store.transaction() as tx:
        tx.deliveries.insert([a_delivery(6, host="later.example")], now=NOON.add(seconds=1))

    with store.reading() as tx:
        assert sorted(tx.deliveries.due_hosts(now=NOON)) == ["", "a.example", "b.example", "c.example:8080"]
        assert tx.deliveries.due_hosts(now=NOON.subtract(seconds=1)) == []


def test_the_secret_is_the_tenant_s(store: SqlStore) -> None:
    with store.reading() as tx:
        assert tx.deliveries.secret(TENANT) == "whsec_AAAA"


def test_hosts_are_found_through_the_index_of_what_is_pending(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    with engine.connect() as connection:
        sql = str(DUE_HOSTS.compile(engine, compile_kwargs={"literal_binds": False}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1, 0, 1, 0, "2026-11-23 05:00:00.000000"))
        steps = [row[3] for row in plan if "deliveries" in row[3]]
    engine.dispose()

    assert steps
    assert all("INDEX ix_deliveries_pending" in step for step in steps)


@pytest.mark.parametrize("held", [1, 5])
def test_a_row_that_another_transaction_is_claiming_is_passed_over(postgres_url: str, held: int) -> None:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)
    fill_with_calls(store, 10)
    add_deliveries(store, [a_delivery(number) for number in range(1, 11)])

    with store.transaction() as first:
        mine = first.deliveries.claim(HOST, now=NOON, limit=held)
        with store.transaction() as second:
            theirs = second.deliveries.claim(HOST, now=NOON, limit=20)
    engine.dispose()

    assert len(mine) == held
    assert {d.id for d in mine} | {d.id for d in theirs} == {a_delivery(number).id for number in range(1, 11)}
    assert len(mine) + len(theirs) == 10
