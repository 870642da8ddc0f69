"""Who is told of what in a call's life, and what they are told."""

import json
from typing import Any

from sqlalchemy import select
from uuid_utils.compat import uuid7

from tests.builders import NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end
from worker.domain.call import Answered, Outcome, Ringing
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, SubscriptionId
from worker.ports.dispatch.outbox import Subscription
from worker.store.base.callback_tables import deliveries

HOOK = "http://hooks.example/events"


def subscribe(world: World, *events: CallbackEvent) -> None:
    with world.store.transaction() as tx:
        for event in events:
            subscription = Subscription(
                id=SubscriptionId(uuid7()), tenant_id=TENANT, domain="default", event=event, url=HOOK
            )
            tx.subscriptions.add(subscription, now=NOON)


def a_whole_call(world: World, *, outcome: Outcome = Outcome.ANSWERED) -> CallId:
    (call_id,) = world.dial()
    world.clock.wait(1)
    world.hear(Ringing(call_id, NOON.add(seconds=1)))
    world.clock.wait(1)
    if outcome is Outcome.ANSWERED:
        world.hear(Answered(call_id, NOON.add(seconds=2)))
    world.clock.wait(1)
    world.hear(an_end(call_id, outcome))
    return call_id


def told(world: World) -> list[Any]:
    with world.store.reading() as tx:
        return list(tx.connection.execute(select(deliveries).order_by(deliveries.c.id)))


def test_a_subscription_is_told_of_its_event_alone(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    subscribe(world, CallbackEvent.HANGUP)

    a_whole_call(world)

    assert [(row.event, row.url) for row in told(world)] == [(CallbackEvent.HANGUP, HOOK)]


def test_all_of_a_call_s_events_are_told_in_the_order_of_their_sequence(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    subscribe(world, *CallbackEvent)

    call_id = a_whole_call(world)

    bodies = [json.loads(row.body) for row in told(world)]
    assert [body["state"] for body in bodies] == ["ringing", "answered", "hangup", "cdr", "cdr_autocall"]
    assert [body["sequence"] for body in bodies] == [11, 12, 13, 14, 15]
    assert {body["call_id"] for body in bodies} == {str(call_id)}
    assert [body["status"] for body in bodies] == ["", "answered", "answered", "answered", "answered"]
    assert [body["event_time"][:19] for body in bodies] == [
        "2026-11-23T12:00:01",
        "2026-11-23T12:00:02",
        *["2026-11-23T12:00:03"] * 3,
    ]


def test_a_batch_that_holds_a_whole_life_tells_all_of_it(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    subscribe(world, CallbackEvent.RINGING, CallbackEvent.ANSWERED, CallbackEvent.CDR)
    (call_id,) = world.dial()

    world.hear(Ringing(call_id, NOON), Answered(call_id, NOON), an_end(call_id, Outcome.ANSWERED))

    assert [row.event for row in told(world)] == [CallbackEvent.RINGING, CallbackEvent.ANSWERED, CallbackEvent.CDR]


def test_the_next_call_of_a_lead_has_greater_numbers(world: World) -> None:
    fill_store(
        world.store, stored_settings(recall_times=1, recall_status=("busy",), callback_url="http://crm.example/")
    )
    add_leads(world.store, viettel(1))

    a_whole_call(world, outcome=Outcome.BUSY)
    world.clock.wait(10)
    a_whole_call(world, outcome=Outcome.BUSY)

    assert [json.loads(row.body)["sequence"] for row in told(world)] == [14, 24]


def test_the_campaign_s_urls_and_subscriptions_go_the_same_way(world: World) -> None:
    own = {"callback_url": "http://crm.example/cdr", "answer_callback_url": "http://crm.example/answered"}
    fill_store(world.store, stored_settings(**own))
    add_leads(world.store, viettel(1))
    subscribe(world, CallbackEvent.ANSWERED, CallbackEvent.CDR)

    a_whole_call(world)

    assert sorted((row.event, row.url) for row in told(world)) == [
        (CallbackEvent.ANSWERED, "http://crm.example/answered"),
        (CallbackEvent.ANSWERED, HOOK),
        (CallbackEvent.CDR, "http://crm.example/cdr"),
        (CallbackEvent.CDR, HOOK),
    ]
    assert set(world.queue.deliveries) == {"crm.example", "hooks.example"}


def test_nobody_is_told_when_nobody_wants_to_hear(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))

    a_whole_call(world)

    assert (told(world), world.queue.deliveries) == ([], [])


def test_what_leaves_is_what_was_imported_in_any_writing(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    additional = {"name": "Nguyễn Thị Ánh 😀", "empty": "", "zero": 0, "none": None, "list": [1, "hai"], "no": False}
    add_leads(world.store, viettel(1), additional=additional)

    a_whole_call(world)

    (row,) = told(world)
    assert json.loads(row.body)["additional"] == additional
    assert "Nguyễn Thị Ánh 😀" in row.body
