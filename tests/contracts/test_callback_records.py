"""Callbacks as operators read and replay them, and subscriptions, on both databases."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT
from tests.builders.outbox import HOST, a_delivery, add_deliveries, fill_with_calls, stored
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding
from worker.domain.errors import NotFound
from worker.domain.ids import SubscriptionId, TenantId
from worker.domain.retry import Answer, Dead, DeliveryState
from worker.ports.callbacks.deliveries import Attempt
from worker.ports.callbacks.records import CallbackFilter, PastAttempt, Replayed
from worker.ports.dispatch.outbox import Subscription
from worker.ports.paging import Slice
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

LATER = NOON.add(hours=1)
URL = a_delivery().url


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_with_calls(store, 5)
    add_deliveries(store, [a_delivery(number) for number in range(1, 6)])
    with store.transaction() as tx:
        for number in (1, 2, 3):
            tx.deliveries.record([Attempt(a_delivery(number), NOON, 9, Answer(500, "no"), Dead("enough"))], now=NOON)
    yield store
    engine.dispose()


def replay(store: SqlStore, wanted: CallbackFilter, *, limit: int = 9) -> list[Replayed]:
    found: list[Replayed] = []
    with store.transaction() as tx:
        after = None
        while part := tx.callback_records.replay(TENANT, wanted=wanted, after=after, limit=limit, now=LATER):
            found.append(part)
            after = part.last_id
    return found


def test_callbacks_come_newest_first_with_their_attempts(store: SqlStore) -> None:
    with store.reading() as tx:
        page = tx.callback_records.page(TENANT, Slice(limit=2, offset=2), wanted=CallbackFilter())

    assert [row.id for row in page.rows] == [a_delivery(3).id, a_delivery(2).id]
    assert page.total == 5
    assert page.rows[0].attempts == [PastAttempt(number=1, sent_at=NOON, milliseconds=9, status=500, error="no")]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (CallbackFilter(state=DeliveryState.DEAD), 3),
        (CallbackFilter(campaign_id=CAMPAIGN, event=CallbackEvent.ANSWERED), 0),
        (CallbackFilter(call_id=a_delivery(4).call_id), 1),
        (CallbackFilter(call_ids=[id_ for n in (4, 2) if (id_ := a_delivery(n).call_id)]), 2),
        (CallbackFilter(call_ids=[]), 0),
        (CallbackFilter(delivery_id=a_delivery(4).id), 1),
        (CallbackFilter(created_from=NOON), 5),
        (CallbackFilter(created_before=NOON), 0),
    ],
)
def test_callbacks_are_found_by_what_they_are(store: SqlStore, wanted: CallbackFilter, count: int) -> None:
    with store.reading() as tx:
        assert tx.callback_records.page(TENANT, Slice(), wanted=wanted).total == count


def test_what_is_replayed_is_due_with_a_whole_schedule_before_it(store: SqlStore) -> None:
    replayed = replay(store, CallbackFilter(state=DeliveryState.DEAD), limit=2)

    assert replayed[0] == Replayed(a_delivery(2).id, 2, hosts=frozenset({HOST}), urls=frozenset({URL}))
    row = stored(store)[a_delivery(1).id]
    assert (row.state, row.next_at, row.replayed_at) == ("pending", LATER, LATER)
    assert (row.attempt, row.attempts_before) == (1, 1)
    assert {row.state for row in stored(store).values()} == {"pending"}


def test_every_piece_of_a_long_replay_is_another_one(store: SqlStore) -> None:
    replayed = replay(store, CallbackFilter(), limit=2)

    assert [part.count for part in replayed] == [2, 2, 1]


def test_nobody_s_callbacks_are_replayed_by_another_tenant(store: SqlStore) -> None:
    with store.transaction() as tx:
        other = TenantId(uuid7())
        assert tx.callback_records.replay(other, wanted=CallbackFilter(), after=None, limit=9, now=LATER) is None


def test_only_disabled_urls_are_enabled_and_those_that_fail_are_listed(store: SqlStore) -> None:
    failing, disabled = UrlStanding(NOON, NOON), UrlStanding(NOON, NOON, NOON, "gone")
    shut = UrlStanding(NOON, NOON, refusals=3, weight=21, shut_until=LATER, delivered_at=NOON)
    with store.transaction() as tx:
        tx.callback_urls.save({(TENANT, "http://a/"): failing, (TENANT, "http://b/"): disabled})
        tx.callback_urls.save({(TENANT, "http://c/"): UrlStanding(), (TENANT, "http://d/"): shut})
        before = tx.callback_records.urls(TENANT, Slice())
        enabled = tx.callback_records.enable(TENANT, frozenset({"http://a/", "http://b/", "http://c/", "http://d/"}))
        after = tx.callback_records.urls(TENANT, Slice())

    opened = replace(shut, weight=0, shut_until=None)
    assert (before.rows, before.total) == ([("http://a/", failing), ("http://b/", disabled), ("http://d/", shut)], 3)
    assert (enabled, after.rows) == (2, [("http://a/", failing), ("http://d/", opened)])


def test_subscriptions_are_a_tenant_s_until_they_are_taken_back(store: SqlStore) -> None:
    made = [
        Subscription(
            id=SubscriptionId(uuid7()), tenant_id=TENANT, domain="default", event=event, url=URL, apikey=event.value
        )
        for event in (CallbackEvent.CDR, CallbackEvent.ANSWERED)
    ]
    with store.transaction() as tx:
        for one in made:
            tx.subscriptions.add(one, now=NOON)
        listed = tx.subscriptions.of_tenant(TENANT)
        wanted = tx.subscriptions.of({TENANT}, events={CallbackEvent.CDR, CallbackEvent.HANGUP})
        tx.subscriptions.remove(TENANT, made[0].id, now=NOON)
        left = tx.subscriptions.apikeys({one.id for one in made})

    assert [one.id for one in listed] == [one.id for one in made]
    assert ([one.id for one in wanted.few], dict(wanted.many)) == ([made[0].id], {})
    assert left == {made[1].id: "answered"}
    with store.transaction() as tx, pytest.raises(NotFound):
        tx.subscriptions.remove(TENANT, made[0].id, now=NOON)
