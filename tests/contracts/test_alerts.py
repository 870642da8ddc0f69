"""Alerts of campaigns on each database: told once until they clear, whichever process looks."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, add_leads, fill_store, stored_settings
from tests.builders.stored_calls import store_call
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import RunId, SubscriptionId
from worker.domain.lead import Ending, Stage
from worker.ports.dispatch.outbox import FEW, Subscription
from worker.store.base.alert_tables import alerts
from worker.store.base.callback_tables import deliveries
from worker.store.base.engine import make_engine
from worker.store.base.tables import campaigns, leads
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.fan_out_callbacks import fan_out_callbacks
from worker.usecases.records.raise_alerts import STALLED_AFTER, raise_alerts

FINISHED, STALLED = CallbackEvent.CAMPAIGN_FINISHED, CallbackEvent.CAMPAIGN_STALLED
HOOK = "https://hooks.example/alerts"
PHONE = "0981000000"
RUN = RunId(UUID(int=9))
LATER = NOON.add(minutes=10)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[SqlStore, SqlStore]]:
    """Return one database as two processes see it."""
    url = request.getfixturevalue(f"{request.param}_url")
    engines = [make_engine(url) for _ in range(2)]
    first, second = (SqlStore(engine) for engine in engines)
    fill_store(first, stored_settings())
    add_leads(first, [PHONE])
    yield first, second
    for engine in engines:
        engine.dispose()


@pytest.fixture
def store(stores: tuple[SqlStore, SqlStore]) -> SqlStore:
    return stores[0]


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


def test_a_finished_run_is_told_once_by_two_processes(stores: tuple[SqlStore, SqlStore]) -> None:
    first, second = stores
    subscribe(first, FINISHED)
    called(first)
    end_lead(first)
    queue = FakeJobQueue()

    for store in (first, second, first):
        look(store, at=LATER, queue=queue)

    (body,) = told(first)
    assert body == {
        "state": "campaign_finished",
        "domain": "default",
        "campaign_uuid": str(CAMPAIGN),
        "campaign_name": "reminders",
        "run_id": str(RUN),
        "cleared": False,
        "why": ["nothing_left"],
        "since": "2026-11-23T12:00:30.000000+07:00",
        "last_dialled_at": "2026-11-23T12:00:00.000000+07:00",
        "event_time": "2026-11-23T12:10:00.000000+07:00",
    }
    assert queue.deliveries == ["hooks.example"]


def test_the_next_run_is_told_again(store: SqlStore) -> None:
    subscribe(store, FINISHED)
    called(store)
    end_lead(store)
    look(store, at=LATER)

    change(store, run_id=UUID(int=10))
    look(store, at=LATER)
    before_its_first_call = len(told(store))
    called(store, run_id=RunId(UUID(int=10)), at=LATER)
    look(store, at=LATER.add(minutes=1))

    assert before_its_first_call == 1
    assert [body["run_id"] for body in told(store)] == [str(RUN), str(UUID(int=10))]


def test_a_standstill_is_told_once_with_its_why_and_once_when_it_is_over(stores: tuple[SqlStore, SqlStore]) -> None:
    first, second = stores
    subscribe(first, STALLED)
    look(first, at=NOON)
    look(second, at=NOON + STALLED_AFTER - STALLED_AFTER / 5)
    too_early = told(first)

    for store in (first, second, first):
        look(store, at=NOON + STALLED_AFTER)
    called(first, at=LATER)
    for store in (first, second, first):
        look(store, at=LATER)

    assert too_early == []
    raised, cleared = told(first)
    assert (raised["cleared"], raised["since"]) == (False, "2026-11-23T12:00:00.000000+07:00")
    assert raised["why"]
    assert (cleared["cleared"], cleared["why"]) == (True, [])
    assert cleared["last_dialled_at"] == "2026-11-23T12:10:00.000000+07:00"
    with first.reading() as tx:
        assert tx.connection.execute(select(alerts)).all() == []


def test_calls_that_only_wait_do_not_end_a_standstill(store: SqlStore) -> None:
    subscribe(store, STALLED)
    add_leads(store, ["0981000001"])
    store_call(store, phone=PHONE, state=CallState.QUEUED, ended_at=None, outcome=None, switch="")

    for minutes in (0, 6):
        look(store, at=NOON.add(minutes=minutes))

    (body,) = told(store)
    assert "no_switch" in body["why"]


def test_of_many_subscriptions_the_alert_is_expanded_later(store: SqlStore) -> None:
    subscribe(store, *[FINISHED] * (FEW + 1))
    called(store)
    end_lead(store)

    look(store, at=LATER)
    fan_out_callbacks(store, queue=FakeJobQueue(), tenant_id=TENANT, now=LATER, new_id=uuid7)

    assert [body["state"] for body in told(store)] == ["campaign_finished"] * (FEW + 1)


def test_two_processes_at_the_same_time_look_one_after_the_other(stores: tuple[SqlStore, SqlStore]) -> None:
    first, second = stores
    if first._engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    subscribe(first, FINISHED)
    look(first, at=NOON)  # the row that is locked is there from then on
    called(first)
    end_lead(first)
    with first.transaction() as tx:
        assert tx.alerts.lock() is not None

        look(second, at=LATER)

        assert told(second) == []
    look(second, at=LATER)
    assert len(told(second)) == 1
