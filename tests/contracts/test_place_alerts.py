"""Alerts of callback URLs and switches on each database: told once until they clear, and only to those concerned."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import delete, select, update
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT, a_switch, fill_store, let_be_heard
from tests.fakes.jobs import FakeJobQueue
from worker.domain.breaker import SHUT_AT
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import SubscriptionId, TenantId
from worker.domain.switch import SwitchState
from worker.ports.dispatch.outbox import FEW, Subscription
from worker.ports.records.entities import Tenant
from worker.store.base.alert_tables import alerts
from worker.store.base.callback_tables import deliveries
from worker.store.base.engine import make_engine
from worker.store.base.switch_tables import switches
from worker.store.base.tables import leader_leases
from worker.store.transaction import SqlStore
from worker.usecases.callbacks.fan_out_callbacks import fan_out_callbacks
from worker.usecases.callbacks.replay_callbacks import enable_url
from worker.usecases.records.raise_alerts import raise_alerts

FAILING, GONE = CallbackEvent.CALLBACK_URL_FAILING, CallbackEvent.SWITCH_GONE
HOOK, BROKEN = "https://hooks.example/alerts", "https://crm.example/cdr"
LATER = NOON.add(minutes=10)
BETA = Tenant(id=TenantId(UUID(int=21)), name="beta", timezone="UTC")
SHUT = UrlStanding(failing_since=NOON, failed_at=NOON, refusals=3, weight=SHUT_AT, shut_until=LATER.add(seconds=5))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[SqlStore, SqlStore]]:
    """Return one database as two processes see it, with two tenants."""
    url = request.getfixturevalue(f"{request.param}_url")
    engines = [make_engine(url) for _ in range(2)]
    first, second = (SqlStore(engine) for engine in engines)
    fill_store(first)
    with first.transaction() as tx:
        tx.tenants.add(BETA, callback_secret="", now=NOON)
    yield first, second
    for engine in engines:
        engine.dispose()


def subscribe(store: SqlStore, *urls: str, event: CallbackEvent = FAILING, tenant_id: TenantId = TENANT) -> None:
    with store.transaction() as tx:
        for url in urls:
            one = Subscription(id=SubscriptionId(uuid7()), tenant_id=tenant_id, domain="", event=event, url=url)
            tx.subscriptions.add(one, now=NOON)


def look(*stores: SqlStore, at: DateTime) -> None:
    for store in stores:
        raise_alerts(store, queue=FakeJobQueue(), now=at, new_id=uuid7)


def stand(store: SqlStore, standing: UrlStanding, *, url: str = BROKEN) -> None:
    with store.transaction() as tx:
        tx.callback_urls.save({(TENANT, url): standing})


def told(store: SqlStore) -> list[tuple[str, dict[str, Any]]]:
    with store.reading() as tx:
        rows = tx.connection.execute(select(deliveries).order_by(deliveries.c.id))
        return [(row.url, json.loads(row.body)) for row in rows]


def test_a_failing_url_is_told_once_to_other_urls_and_once_when_it_is_well(stores: tuple[SqlStore, SqlStore]) -> None:
    first, second = stores
    subscribe(first, HOOK, BROKEN)
    subscribe(first, "https://beta.example/", tenant_id=BETA.id)
    stand(first, SHUT)

    look(first, second, at=NOON.add(seconds=59))
    too_early = told(first)
    look(first, second, first, at=LATER)
    stand(first, UrlStanding(delivered_at=LATER))
    look(second, first, at=LATER.add(minutes=1))

    assert too_early == []
    raised, cleared = told(first)
    assert raised == (
        HOOK,
        {
            "state": "callback_url_failing",
            "domain": "default",
            "url": BROKEN,
            "cleared": False,
            "why": ["shut"],
            "reason": "",
            "refusals": 3,
            "since": "2026-11-23T12:00:00.000000+07:00",
            "next_trial_at": "2026-11-23T12:10:05.000000+07:00",
            "event_time": "2026-11-23T12:10:00.000000+07:00",
        },
    )
    assert (cleared[0], cleared[1]["cleared"], cleared[1]["why"]) == (HOOK, True, [])


def test_a_disabled_url_is_told_at_once_and_clears_when_it_is_enabled(stores: tuple[SqlStore, SqlStore]) -> None:
    first, second = stores
    subscribe(first, HOOK)
    stand(first, UrlStanding(failing_since=NOON, failed_at=NOON, disabled_at=NOON, reason="410"))
    look(first, second, at=NOON)

    enable_url(first, tenant_id=TENANT, url=BROKEN)
    look(second, first, at=LATER)

    bodies = [body for _, body in told(first)]
    assert [(body["cleared"], body["why"], body["reason"]) for body in bodies] == [
        (False, ["disabled"], "410"),
        (True, [], ""),
    ]


def test_of_many_subscriptions_the_failing_url_is_left_out(stores: tuple[SqlStore, SqlStore]) -> None:
    first, _ = stores
    others = [f"{HOOK}/{number}" for number in range(FEW + 1)]
    subscribe(first, *others, BROKEN)
    stand(first, SHUT)

    look(first, at=LATER)
    fan_out_callbacks(first, queue=FakeJobQueue(), tenant_id=TENANT, now=LATER, new_id=uuid7)

    assert sorted(url for url, _ in told(first)) == sorted(others)


def test_a_switch_that_nobody_hears_is_told_once_to_the_operator_alone(stores: tuple[SqlStore, SqlStore]) -> None:
    first, second = stores
    subscribe(first, HOOK, event=GONE)
    subscribe(first, "https://beta.example/", event=GONE, tenant_id=BETA.id)
    let_be_heard(first, "s1")
    look(first, second, at=NOON)
    with first.transaction() as tx:
        tx.connection.execute(delete(leader_leases))

    look(first, second, at=NOON)
    look(second, first, at=NOON.add(seconds=29))
    too_early = told(first)
    look(first, second, at=NOON.add(seconds=30))
    let_be_heard(first, "s1")
    look(first, second, at=LATER)

    assert too_early == []
    raised, cleared = told(first)
    assert raised == (
        HOOK,
        {
            "state": "switch_gone",
            "domain": "default",
            "switch": "s1",
            "cleared": False,
            "why": ["switch_away"],
            "since": "2026-11-23T12:00:00.000000+07:00",
            "event_time": "2026-11-23T12:00:30.000000+07:00",
        },
    )
    assert (cleared[0], cleared[1]["cleared"], cleared[1]["why"]) == (HOOK, True, [])
    with first.reading() as tx:
        assert tx.connection.execute(select(alerts)).all() == []


def test_a_removed_switch_is_not_missed(stores: tuple[SqlStore, SqlStore]) -> None:
    first, _ = stores
    subscribe(first, HOOK, event=GONE)
    with first.transaction() as tx:
        tx.switches.insert_missing([a_switch("s1")])
        tx.connection.execute(update(switches).values(state=SwitchState.GONE))

    look(first, at=NOON)
    look(first, at=LATER)

    assert told(first) == []
