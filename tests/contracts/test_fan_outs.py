"""Events for many subscriptions, on each database: who has many, which tenant comes first, and two tasks at once."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, add_leads, fill_store
from tests.builders.stored_calls import store_call
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, SubscriptionId, TenantId
from worker.ports.dispatch.outbox import FanOut, Subscription
from worker.ports.records.entities import Tenant
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore

BETA = Tenant(id=TenantId(UUID(int=21)), name="beta", timezone="UTC")
CDR, HANGUP, RINGING = CallbackEvent.CDR, CallbackEvent.HANGUP, CallbackEvent.RINGING


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    """Return a store with two tenants."""
    engine = make_engine(request.getfixturevalue(f"{request.param}_url"))
    store = SqlStore(engine)
    fill_store(store)
    with store.transaction() as tx:
        tx.tenants.add(BETA, callback_secret="", now=NOON)
    yield store
    engine.dispose()


def subscribe(store: SqlStore, tenant_id: TenantId, *events: CallbackEvent) -> list[SubscriptionId]:
    made = [
        Subscription(id=SubscriptionId(uuid7()), tenant_id=tenant_id, domain="", event=one, url=f"http://a.example/{n}")
        for n, one in enumerate(events)
    ]
    with store.transaction() as tx:
        for one in made:
            tx.subscriptions.add(one, now=NOON)
    return [one.id for one in made]


def keep(store: SqlStore, *tenant_ids: TenantId) -> list[UUID]:
    """Write an event of one call for each of the tenants."""
    add_leads(store, ["0981000000"])
    call_id = CallId(store_call(store, phone="0981000000"))
    kept = [
        FanOut(id=uuid7(), tenant_id=one, campaign_id=CAMPAIGN, call_id=call_id, event=CDR, body="{}")
        for one in tenant_ids
    ]
    with store.transaction() as tx:
        tx.fan_outs.insert(kept, now=NOON)
    return [one.id for one in kept]


def test_who_has_many_is_known_without_reading_them(store: SqlStore) -> None:
    subscribe(store, TENANT, CDR, CDR, HANGUP)
    of_beta = subscribe(store, BETA.id, HANGUP, CDR)

    with store.reading() as tx:
        found = tx.subscriptions.of([TENANT, BETA.id], events=[CDR, RINGING], few=2)

    assert [one.id for one in found.few] == of_beta[1:]
    assert dict(found.many) == {(TENANT, CDR): "default"}


def test_a_subscription_that_was_taken_back_is_none(store: SqlStore) -> None:
    made = subscribe(store, TENANT, CDR, CDR, CDR)
    with store.transaction() as tx:
        tx.subscriptions.remove(TENANT, made[0], now=NOON)

    with store.reading() as tx:
        found = tx.subscriptions.of([TENANT], events=[CDR], few=2)
        recipients = tx.fan_outs.recipients(TENANT, CDR, after=None, limit=9)
        rest = tx.fan_outs.recipients(TENANT, CDR, after=made[1], limit=9)

    assert ([one.id for one in found.few], dict(found.many)) == (made[1:], {})
    assert ([one.id for one in recipients], [one.id for one in rest]) == (made[1:], made[2:])


def test_the_tenant_that_has_waited_longest_comes_first(store: SqlStore) -> None:
    kept = keep(store, BETA.id, TENANT, BETA.id)

    with store.transaction() as tx:
        before = tx.fan_outs.tenants(limit=9), tx.fan_outs.tenants(limit=1)
        tx.fan_outs.remove(kept[:1])
        after = tx.fan_outs.tenants(limit=9)

    assert (before, after) == (([BETA.id, TENANT], [BETA.id]), [TENANT, BETA.id])


def test_an_event_goes_on_where_its_last_run_ended(store: SqlStore) -> None:
    made = subscribe(store, TENANT, CDR, CDR)
    kept = keep(store, TENANT, TENANT)

    with store.transaction() as tx:
        tx.fan_outs.go_on_after(kept[0], last=made[0])
        found = tx.fan_outs.lock(TENANT, limit=9)

    assert [(one.what.id, one.what.after, one.happened_at) for one in found] == [
        (kept[0], made[0], NOON),
        (kept[1], None, NOON),
    ]


@pytest.mark.postgres
def test_two_tasks_take_different_events(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)
    fill_store(store)
    kept = keep(store, TENANT, TENANT, TENANT)

    with store.transaction() as one, store.transaction() as other:
        found = [[each.what.id for each in tx.fan_outs.lock(TENANT, limit=2)] for tx in (one, other)]

    assert found == [kept[:2], kept[2:]]
    engine.dispose()
