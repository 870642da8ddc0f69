"""Subscriptions are notified once when a trunk fails, and once when it replies again."""

import json
from typing import Any

from sqlalchemy import select
from uuid_utils.compat import uuid7

from tests.builders import CARRIER, NOON, TENANT, add_leads, fill_store, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.dispatch.test_unreached import DEAD, unreached
from worker.domain.call import Ringing
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import SubscriptionId
from worker.domain.trunk import RUN_OPENS, Trunk
from worker.ports.dispatch.outbox import FEW, Subscription
from worker.store.base.callback_tables import deliveries
from worker.usecases.callbacks.fan_out_callbacks import fan_out_callbacks

HOOK = "http://hooks.example/events"


def a_world(world: World, *events: CallbackEvent) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(RUN_OPENS))
    with world.store.transaction() as tx:
        for event in events:
            subscription = Subscription(
                id=SubscriptionId(uuid7()), tenant_id=TENANT, domain="default", event=event, url=HOOK
            )
            tx.subscriptions.add(subscription, now=NOON)


def posted(world: World) -> list[dict[str, Any]]:
    with world.store.reading() as tx:
        return [json.loads(row.body) for row in tx.connection.execute(select(deliveries).order_by(deliveries.c.id))]


def fail(world: World, *, dial: int = 1) -> None:
    """Dial what waits, and let each call fail by itself."""
    dialled = len(world.telephony.placed)
    world.place(world.plan() if dial == 1 else sorted({call.call_id for call in world.telephony.placed}))
    for call in world.telephony.placed[dialled:]:
        world.hear(unreached(call.call_id, dial=call.dial))


def test_a_failure_is_posted_once_with_its_facts(world: World) -> None:
    a_world(world, CallbackEvent.CARRIER_FAILING, CallbackEvent.CARRIER_RECOVERED, CallbackEvent.HANGUP)

    fail(world)

    (body,) = posted(world)
    assert body == {
        "state": "carrier_failing",
        "domain": "default",
        "carrier_uuid": str(CARRIER),
        "carrier_name": "main",
        "gateway_uuid": "g1",
        "cause": DEAD,
        "failures": RUN_OPENS,
        "failing_since": "2026-11-23T12:00:00.000000+07:00",
        "next_trial_at": "2026-11-23T12:00:01.000000+07:00",
        "event_time": "2026-11-23T12:00:00.000000+07:00",
    }
    assert world.queue.deliveries == ["hooks.example"]


def test_a_recovery_names_the_failure_that_is_over(world: World) -> None:
    a_world(world, CallbackEvent.CARRIER_RECOVERED)
    fail(world)
    world.clock.wait(1)
    world.place(world.queue.calls)
    trial = world.telephony.placed[-1]

    world.hear(Ringing(trial.call_id, world.clock.now()))

    (body,) = posted(world)
    assert (body["state"], body["cause"], body["next_trial_at"]) == ("carrier_recovered", DEAD, "")
    assert body["failing_since"] == "2026-11-23T12:00:00.000000+07:00"
    assert body["event_time"] == "2026-11-23T12:00:01.000000+07:00"


def test_a_breaker_that_opens_again_by_the_same_call_is_posted_again(world: World) -> None:
    a_world(world, CallbackEvent.CARRIER_FAILING)
    fail(world)
    with world.store.transaction() as tx:
        tx.trunks.lock(CARRIER)
        tx.trunks.save(CARRIER, Trunk(proven_at=world.clock.now()))
    fail(world, dial=2)

    with world.store.reading() as tx:
        calls = [row.call_id for row in tx.connection.execute(select(deliveries))]
    assert len(calls) == 2
    assert len(set(calls)) == 1


def test_nothing_is_posted_when_nobody_subscribed(world: World) -> None:
    a_world(world, CallbackEvent.RINGING)

    fail(world)

    assert posted(world) == []


def test_of_many_subscriptions_only_the_failure_is_written(world: World) -> None:
    a_world(world, *[CallbackEvent.CARRIER_FAILING] * (FEW + 1))

    fail(world)
    before = posted(world)
    fan_out_callbacks(world.store, queue=world.queue, tenant_id=TENANT, now=world.clock.now(), new_id=uuid7)

    bodies = posted(world)
    assert (before, len(bodies)) == ([], FEW + 1)
    assert {(body["state"], body["cause"], body["domain"]) for body in bodies} == {("carrier_failing", DEAD, "default")}
