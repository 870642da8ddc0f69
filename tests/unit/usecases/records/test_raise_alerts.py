"""Which campaigns stand still or have finished, and which do not."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT, add_leads, fill_store, stored_settings
from tests.builders.stored_calls import store_call
from tests.fakes.database import empty_database
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState
from worker.domain.callback_event import CallbackEvent
from worker.domain.campaign import Status
from worker.domain.ids import RunId, SubscriptionId
from worker.domain.lead import Ending, Stage
from worker.ports.dispatch.outbox import Subscription
from worker.store.base.alert_tables import alerts
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import campaigns, leads
from worker.store.transaction import SqlStore
from worker.usecases.records.raise_alerts import STALLED_AFTER, raise_alerts

FINISHED, STALLED = CallbackEvent.CAMPAIGN_FINISHED, CallbackEvent.CAMPAIGN_STALLED
HOOK = "https://hooks.example/alerts"
PHONE = "0981000000"
RUN = RunId(UUID(int=9))
LATER = NOON.add(minutes=10)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """Return a database in memory with a started campaign and one lead."""
    engine = empty_database()
    store = SqlStore(engine)
    fill_store(store, stored_settings())
    add_leads(store, [PHONE])
    yield store
    engine.dispose()


def subscribe(store: SqlStore, *events: CallbackEvent, at: DateTime = NOON) -> None:
    with store.transaction() as tx:
        for event in events:
            one = Subscription(id=SubscriptionId(uuid7()), tenant_id=TENANT, domain="default", event=event, url=HOOK)
            tx.subscriptions.add(one, now=at)


def look(store: SqlStore, *, at: DateTime, queue: FakeJobQueue | None = None) -> None:
    raise_alerts(store, queue=queue or FakeJobQueue(), now=at, new_id=uuid7)


def told(store: SqlStore) -> list[dict[str, Any]]:
    with store.reading() as tx:
        return [json.loads(row.body) for row in tx.connection.execute(select(deliveries).order_by(deliveries.c.id))]


def end_lead(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(stage=Stage.DONE, ending=Ending.NOT_RECALLED))


def called(store: SqlStore, *, run_id: RunId = RUN, at: DateTime = NOON) -> None:
    store_call(store, phone=PHONE, started_at=at, dialing_at=at, run_id=run_id)


def change(store: SqlStore, **values: Any) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(**values))


def test_a_run_that_ended_before_the_subscription_is_not_told(store: SqlStore) -> None:
    called(store)
    end_lead(store)
    subscribe(store, FINISHED, at=LATER)

    look(store, at=LATER)
    look(store, at=LATER)

    assert told(store) == []


@pytest.mark.parametrize("left", ["a waiting lead", "a live call", "a stopped campaign"])
def test_a_run_with_something_left_has_not_finished(store: SqlStore, left: str) -> None:
    subscribe(store, FINISHED)
    called(store)
    if left != "a waiting lead":
        end_lead(store)
    if left == "a live call":
        store_call(store, phone=PHONE, state=CallState.ANSWERED, ended_at=None, outcome=None, run_id=RUN)
    if left == "a stopped campaign":
        change(store, status=Status.STOP, run_id=None)

    look(store, at=LATER)

    assert told(store) == []


def test_an_expired_campaign_has_finished_although_leads_wait(store: SqlStore) -> None:
    subscribe(store, FINISHED)
    called(store)
    change(store, lead_expired_at=LATER)

    look(store, at=LATER)

    assert [body["why"] for body in told(store)] == [["expired"]]


def test_a_standstill_that_returns_is_told_again(store: SqlStore) -> None:
    subscribe(store, STALLED)
    for at in (NOON, NOON + STALLED_AFTER):
        look(store, at=at)
    called(store, at=LATER)
    look(store, at=LATER)

    for minutes in (2, 6, 7):
        look(store, at=LATER.add(minutes=minutes))

    assert [body["cleared"] for body in told(store)] == [False, True, False]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": Status.STOP, "run_id": None}, ["stopped"]),
        ({"active": False}, ["inactive"]),
        ({"deleted_at": LATER}, ["deleted"]),
        ({"local_start_time": "01:00:00", "local_end_time": "02:00:00"}, ["window_shut"]),
    ],
)
def test_a_campaign_that_need_not_dial_any_more_clears_with_the_reason(
    store: SqlStore, changed: dict[str, Any], why: list[str]
) -> None:
    subscribe(store, STALLED)
    for at in (NOON, NOON + STALLED_AFTER):
        look(store, at=at)

    change(store, **changed)
    look(store, at=LATER)

    assert [(body["cleared"], body["why"]) for body in told(store)][1:] == [(True, why)]


@pytest.mark.parametrize("reason", ["nobody is due", "a call is up", "a window is shut", "it is paused"])
def test_what_need_not_dial_or_does_is_no_standstill(store: SqlStore, reason: str) -> None:
    subscribe(store, STALLED)
    if reason == "nobody is due":
        with store.transaction() as tx:
            tx.connection.execute(update(leads).values(due_at=NOON.add(days=1)))
    if reason == "a call is up":
        store_call(store, phone=PHONE, state=CallState.RINGING, ended_at=None, outcome=None, dialing_at=NOON)
    if reason == "a window is shut":
        change(store, local_start_time="01:00:00", local_end_time="02:00:00")
    if reason == "it is paused":
        change(store, status=Status.PAUSE)

    for minutes in (0, 6, 12):
        look(store, at=NOON.add(minutes=minutes))

    assert told(store) == []


def test_nothing_is_stored_without_a_subscription(store: SqlStore) -> None:
    subscribe(store, CallbackEvent.CDR)

    for minutes in (0, 6, 12):
        look(store, at=NOON.add(minutes=minutes))

    with store.reading() as tx:
        assert tx.connection.execute(select(alerts)).all() == []
