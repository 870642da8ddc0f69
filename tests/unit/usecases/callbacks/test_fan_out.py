"""A tenant with thousands of subscriptions costs the batch that settles everybody's calls no more than one with few."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Row, event, func, insert, select
from uuid_utils.compat import uuid7

from tests.builders import CAMPAIGN, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end
from worker.domain.call import Answered, Outcome, Ringing
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, SubscriptionId
from worker.ports.dispatch.outbox import FEW
from worker.store.base.callback_tables import deliveries, event_subscriptions, fan_outs
from worker.usecases.callbacks.ask_for_callbacks import ask_for_callbacks
from worker.usecases.callbacks.fan_out_callbacks import EVENTS_AT_ONCE, WRITTEN_AT_ONCE, fan_out_callbacks

MANY = 3_000


def subscribe(world: World, count: int, *, what: CallbackEvent = CallbackEvent.CDR) -> list[SubscriptionId]:
    """Subscribe so many URLs, of a few hosts, at the world's time."""
    made = [SubscriptionId(uuid7()) for _ in range(count)]
    rows = [
        {"id": one, "tenant_id": TENANT, "event": what, "url": f"http://crm{number % 7}.example/{number}"}
        for number, one in enumerate(made)
    ]
    with world.store.transaction() as tx:
        tx.connection.execute(insert(event_subscriptions).values(apikey="", created_at=world.clock.now()), rows)
    return made


def expand(world: World, *, runs: int = 1) -> None:
    for _ in range(runs):
        fan_out_callbacks(world.store, queue=world.queue, tenant_id=TENANT, now=world.clock.now(), new_id=uuid7)


def waiting(world: World) -> int:
    with world.store.reading() as tx:
        return tx.connection.scalar(select(func.count()).select_from(fan_outs)) or 0


def written(world: World) -> list[Row[Any]]:
    with world.store.reading() as tx:
        return list(tx.connection.execute(select(deliveries)))


@pytest.fixture
def dialled(world: World) -> list[CallId]:
    """Dial five calls."""
    fill_store(world.store)
    add_leads(world.store, viettel(5))
    return world.dial()


def rows_written_by(world: World, act: Callable[[], None]) -> tuple[int, int]:
    """Return how many statements something takes, and how many rows they carry."""
    counted: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_: Any) -> None:
        counted["statements"] += 1
        counted["rows"] += len(parameters) if isinstance(parameters, list) else 1

    with world.store.reading() as tx:
        engine = tx.connection.engine
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return counted["statements"], counted["rows"]


def test_settling_costs_the_same_with_thousands_of_subscriptions(world: World, dialled: list[CallId]) -> None:
    subscribe(world, FEW + 1)
    first, second, third, *_ = dialled
    world.hear(an_end(first))  # its statements are compiled
    crowd = rows_written_by(world, lambda: world.hear(an_end(second)))
    subscribe(world, MANY)
    thousands = rows_written_by(world, lambda: world.hear(an_end(third)))

    assert thousands == crowd
    assert (len(written(world)), waiting(world)) == (0, 3)


def test_every_subscription_gets_the_event_once_it_is_expanded(world: World, dialled: list[CallId]) -> None:
    made = subscribe(world, MANY)
    world.hear(an_end(dialled[0]))

    asked = list(world.queue.fan_outs)
    expand(world, runs=MANY // WRITTEN_AT_ONCE + 1)

    rows = written(world)
    assert asked == [TENANT]
    assert sorted(row.subscription_id for row in rows) == sorted(made)
    assert {(row.call_id, row.event, row.campaign_id) for row in rows} == {(dialled[0], CallbackEvent.CDR, CAMPAIGN)}
    assert waiting(world) == 0
    assert set(world.queue.deliveries) == {f"crm{number}.example" for number in range(7)}


def test_one_run_writes_a_bounded_part_and_asks_for_the_next(world: World, dialled: list[CallId]) -> None:
    subscribe(world, MANY)
    world.hear(an_end(dialled[0]), an_end(dialled[1]))
    world.queue.fan_outs.clear()

    expand(world)

    assert len(written(world)) == WRITTEN_AT_ONCE
    assert world.queue.fan_outs == [TENANT]


def test_events_of_more_calls_than_one_run_takes_are_all_expanded(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=EVENTS_AT_ONCE + 20), carrier_calls=EVENTS_AT_ONCE + 20)
    add_leads(world.store, viettel(EVENTS_AT_ONCE + 20))
    call_ids = world.dial()
    subscribe(world, FEW + 1)
    world.hear(*(an_end(call_id) for call_id in call_ids))

    world.queue.fan_outs.clear()
    while waiting(world):
        asked = len(world.queue.fan_outs)
        expand(world)
        assert not waiting(world) or len(world.queue.fan_outs) > asked, "what is left is asked for"

    assert Counter(row.call_id for row in written(world)) == dict.fromkeys(call_ids, FEW + 1)


def test_the_body_is_that_of_the_event_whatever_happens_meanwhile(world: World, dialled: list[CallId]) -> None:
    subscribe(world, FEW + 1, what=CallbackEvent.RINGING)
    world.hear(Ringing(dialled[0], NOON.add(seconds=1)))
    world.hear(Answered(dialled[0], NOON.add(seconds=2)), an_end(dialled[0], Outcome.ANSWERED))

    expand(world)

    (body,) = {row.body for row in written(world)}
    told = json.loads(body)
    assert (told["state"], told["status"], told["domain"]) == ("ringing", "", "default")


def test_a_body_for_many_is_the_one_for_few(world: World, dialled: list[CallId]) -> None:
    subscribe(world, 1)
    world.hear(an_end(dialled[0]))
    (few,) = (json.loads(row.body) for row in written(world))
    subscribe(world, FEW)
    world.hear(an_end(dialled[1]))

    expand(world)

    many = next(json.loads(row.body) for row in written(world) if row.call_id == dialled[1])
    of_the_call = {"id", "call_id", "parent_id", "lead_uuid", "customer_id", "phone_number", "to_number", "reference"}
    assert {name for name in few if few[name] != many[name]} <= of_the_call
    assert set(few) == set(many)


def test_a_subscription_gets_nothing_of_before_it_was_made(world: World, dialled: list[CallId]) -> None:
    made = subscribe(world, FEW + 1)
    world.hear(an_end(dialled[0]))
    world.clock.wait(1)
    subscribe(world, 2)

    expand(world)

    assert sorted(row.subscription_id for row in written(world)) == sorted(made)


def test_only_events_that_somebody_subscribed_to_are_kept(world: World, dialled: list[CallId]) -> None:
    subscribe(world, FEW + 1, what=CallbackEvent.HANGUP)

    world.hear(Ringing(dialled[0], NOON.add(seconds=1)), an_end(dialled[0]))

    assert waiting(world) == 1


def test_a_lost_message_is_asked_for_again(world: World, dialled: list[CallId]) -> None:
    subscribe(world, FEW + 1)
    world.hear(an_end(dialled[0]))
    world.queue.fan_outs.clear()

    ask_for_callbacks(world.store, queue=world.queue, now=world.clock.now())

    assert world.queue.fan_outs == [TENANT]
