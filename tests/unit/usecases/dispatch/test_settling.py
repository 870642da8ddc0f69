"""Settling: events move calls on; an end leaves a CDR, a next step and a callback."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.builders import CAMPAIGN, CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import LONG_BEFORE, World
from tests.unit.usecases.look import an_end, call_row, lead_rows, next_plan, put
from worker.domain.call import Answered, CallState, HungUp, Outcome, Refused, Ringing
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.store.base.callback_tables import deliveries

CALL = CallId(UUID(int=1))
BUSY = Hangup(cause="USER_BUSY", answered=False)


def test_events_move_a_call_on_and_its_end_frees_the_channel(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=1, callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(2))
    (call_id,) = world.dial()

    world.hear(Ringing(call_id, NOON))
    ringing = call_row(world, call_id).state
    world.hear(Answered(call_id, NOON))
    answered = call_row(world, call_id).state
    world.queue.plans.clear()
    world.hear(an_end(call_id, Outcome.ANSWERED))

    assert (ringing, answered, call_row(world, call_id).state) == (
        CallState.RINGING,
        CallState.ANSWERED,
        CallState.ENDED,
    )
    assert world.queue.plans == [CARRIER]
    assert world.queue.deliveries == ["crm.example"]
    assert len(world.plan()) == 1


def test_a_batch_may_hold_a_whole_life(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(Ringing(call_id, NOON), Answered(call_id, NOON), an_end(call_id, Outcome.ANSWERED))

    row = call_row(world, call_id)
    assert (row.state, row.outcome, row.ringing_at) == (CallState.ENDED, Outcome.ANSWERED, NOON)


def test_repeated_and_foreign_events_change_nothing(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(an_end(call_id, Outcome.BUSY))

    world.hear(an_end(call_id, Outcome.ANSWERED), Ringing(call_id, NOON), an_end(CallId(CAMPAIGN), Outcome.BUSY))

    assert call_row(world, call_id).outcome is Outcome.BUSY
    assert lead_rows(world)[0].called_count == 1
    with world.store.reading() as tx:
        assert len(tx.connection.execute(select(deliveries)).all()) == 1


def test_a_busy_lead_is_recalled_after_the_pause_and_then_given_up(world: World) -> None:
    recall = {"recall_times": 1, "recall_status": ("busy",), "schedule_recall": "minute", "schedule_recall_duration": 5}
    fill_store(world.store, stored_settings(**recall))
    add_leads(world.store, viettel(1))
    (first,) = world.dial()
    world.clock.wait(3)
    world.hear(an_end(first))

    too_early = world.plan()
    look_again = next_plan(world)
    world.clock.wait(300)
    (second,) = world.dial()
    world.hear(an_end(second))

    assert too_early == []
    assert look_again == NOON.add(minutes=5, seconds=3)
    assert call_row(world, second).attempt == 2
    assert [(lead.stage, lead.ending, lead.called_count) for lead in lead_rows(world)] == [
        (Stage.DONE, Ending.ATTEMPTS_USED, 2)
    ]


def test_the_sip_status_of_an_end_counts_for_the_recall(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=1, recall_status=("busy",)))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    end = Hangup(cause="NORMAL_CLEARING", answered=False, sip_status=486)
    world.hear(HungUp(call_id, end, started_at=NOON, ended_at=NOON))

    assert call_row(world, call_id).outcome is Outcome.BUSY
    assert lead_rows(world)[0].stage is Stage.RECALL


def test_an_answer_is_told_to_the_answer_callback_url_once(world: World) -> None:
    fill_store(world.store, stored_settings(answer_callback_url="http://crm.example/answered"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(Answered(call_id, NOON))
    world.hear(Answered(call_id, NOON))

    with world.store.reading() as tx:
        (row,) = tx.connection.execute(select(deliveries)).all()
    assert (row.event, row.url) == ("answered", "http://crm.example/answered")


def test_a_call_that_the_switch_refused_is_queued_again_with_a_growing_pause(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    refusal = Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE)

    world.hear(refusal)
    first = call_row(world, call_id)
    world.place([call_id])
    world.hear(refusal)
    second = call_row(world, call_id)

    assert (first.state, first.resend_at) == (CallState.QUEUED, NOON.add(seconds=1))
    assert (second.state, second.resend_at, second.refusals) == (CallState.QUEUED, NOON.add(seconds=2), 2)
    assert lead_rows(world)[0].called_count == 0


@pytest.mark.parametrize(
    "told_again",
    [
        Refused(CALL, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE, dial=1),
        HungUp(CALL, BUSY, started_at=NOON, ended_at=NOON, dial=1),
    ],
)
def test_what_is_told_again_of_a_refused_dial_does_not_touch_the_next(
    world: World, told_again: Refused | HungUp
) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE, dial=1))
    world.place([call_id])

    world.hear(replace(told_again, call_id=call_id))

    assert [placed.dial for placed in world.telephony.placed] == [1, 2]
    assert call_row(world, call_id).state is CallState.DIALING


def test_two_refusals_of_one_dial_in_a_batch_are_one(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(*[Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE, dial=1)] * 2)

    assert call_row(world, call_id).refusals == 1


def test_a_refusal_heard_by_a_listener_that_came_later_proves_nothing(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=NOON.subtract(microseconds=900_000)))

    assert call_row(world, call_id).state is CallState.DIALING


def test_the_pause_after_refusals_stops_growing_before_channels_idle(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    for _ in range(6):
        world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE))
        world.place([call_id])
    world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=LONG_BEFORE))

    assert call_row(world, call_id).resend_at == NOON.add(seconds=4)


def test_the_last_calls_start_and_the_number_of_calls_are_the_leads_own(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=2, recall_status=("busy",)))
    add_leads(world.store, viettel(1))
    for _ in range(2):
        (call_id,) = world.dial()
        world.clock.wait(40)
        world.hear(HungUp(call_id, BUSY, started_at=NOON, ended_at=NOON.add(seconds=9)))

    (lead,) = lead_rows(world)
    assert (lead.called_count, lead.last_call_at, lead.last_outcome) == (2, NOON.add(seconds=40), Outcome.BUSY)


@pytest.mark.parametrize(
    ("expires_after", "expected"), [(303, (Stage.DONE, Ending.EXPIRED)), (304, (Stage.RECALL, None))]
)
def test_a_recall_that_would_come_too_late_is_not_waited_for(
    world: World, expires_after: int, expected: tuple[Stage, Ending | None]
) -> None:
    recall = {"recall_times": 1, "recall_status": ("busy",), "schedule_recall": "minute", "schedule_recall_duration": 5}
    fill_store(world.store, stored_settings(**recall, lead_expired_at=NOON.add(seconds=expires_after)))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.clock.wait(3)
    world.hear(an_end(call_id, seconds=3))

    assert [(lead.stage, lead.ending) for lead in lead_rows(world)] == [expected]


def test_a_call_that_is_up_during_a_put_ends_by_the_new_settings(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=1, recall_status=("busy",)))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    put(world, recall_times=1, recall_status=("no-answered",))
    world.hear(an_end(call_id))

    assert call_row(world, call_id).revision == 1
    assert lead_rows(world)[0].ending is Ending.NOT_RECALLED
