"""A switch whose clock is wrong: what is stored, posted and decided goes by our clock all the same."""

import json

import pytest
from pendulum import DateTime, Duration
from sqlalchemy import select

from tests.builders import NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import Answered, HungUp, Ringing
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.store.base.callback_tables import deliveries

BUSY = Hangup(cause="USER_BUSY", answered=False)
TALKED = Hangup(cause="NORMAL_CLEARING", answered=True)
RECALL = {"recall_times": 1, "recall_status": ("busy",), "schedule_recall": "minute", "schedule_recall_duration": 1}

pytestmark = pytest.mark.parametrize("skew", [Duration(minutes=-40), Duration(minutes=40), Duration()])


def a_whole_call(call_id: CallId, *, created_at: DateTime) -> tuple[Ringing, Answered, HungUp]:
    """Ring after one second, answer after two, hang up after five."""
    ringing_at, answered_at = created_at.add(seconds=1), created_at.add(seconds=2)
    ended_at = created_at.add(seconds=5)
    end = HungUp(
        call_id, TALKED, started_at=created_at, ringing_at=ringing_at, answered_at=answered_at, ended_at=ended_at
    )
    return Ringing(call_id, ringing_at, created_at), Answered(call_id, answered_at, created_at), end


@pytest.mark.parametrize("handled_after", [5, 3600])
def test_a_call_is_stored_by_our_clock_however_late_its_events_are_handled(
    world: World, skew: Duration, handled_after: int
) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr", answer_callback_url="http://a.b/a"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.clock.wait(handled_after)
    world.hear(*a_whole_call(call_id, created_at=NOON + skew))

    row = call_row(world, call_id)
    assert (row.started_at, row.ringing_at) == (NOON, NOON.add(seconds=1))
    assert (row.answered_at, row.ended_at) == (NOON.add(seconds=2), NOON.add(seconds=5))
    with world.store.reading() as tx:
        bodies = [json.loads(body) for body in tx.connection.scalars(select(deliveries.c.body))]
    assert {(body["state"], body["event_time"][11:19]) for body in bodies} == {
        ("answered", "12:00:02"),
        ("cdr", "12:00:05"),
    }
    assert {(body["time_answered"][11:], body["billsec"]) for body in bodies} == {("12:00:02", 0), ("12:00:02", 3)}


def test_steps_that_are_heard_one_by_one_are_stored_by_our_clock(world: World, skew: Duration) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    ringing, answered, _ = a_whole_call(call_id, created_at=NOON + skew)

    world.clock.wait(4)
    world.hear(ringing)
    world.hear(answered)

    row = call_row(world, call_id)
    assert (row.ringing_at, row.answered_at) == (NOON.add(seconds=1), NOON.add(seconds=2))


def test_a_recall_waits_its_minute(world: World, skew: Duration) -> None:
    fill_store(world.store, stored_settings(**RECALL))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.clock.wait(3)
    world.hear(HungUp(call_id, BUSY, started_at=NOON + skew, ended_at=(NOON + skew).add(seconds=3)))

    world.clock.wait(59)
    too_early = world.plan()
    world.clock.wait(1)

    assert too_early == []
    assert len(world.plan()) == 1


@pytest.mark.parametrize(("expires_after", "stage"), [(63, Stage.DONE), (64, Stage.RECALL)])
def test_expiry_is_by_our_clock(world: World, skew: Duration, expires_after: int, stage: Stage) -> None:
    fill_store(world.store, stored_settings(**RECALL, lead_expired_at=NOON.add(seconds=expires_after)))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.clock.wait(3)

    world.hear(HungUp(call_id, BUSY, started_at=NOON + skew, ended_at=(NOON + skew).add(seconds=3)))

    (lead,) = lead_rows(world)
    assert (lead.stage, lead.ending) == (stage, Ending.EXPIRED if stage is Stage.DONE else None)
