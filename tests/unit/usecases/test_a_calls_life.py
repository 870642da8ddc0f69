"""Plan, place, hear, settle, repair: what becomes of calls and leads."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from pendulum import DateTime
from sqlalchemy import Row, insert, select, update

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from worker.domain.call import Answered, CallState, HungUp, Outcome, Refused, Ringing
from worker.domain.campaign import Status
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.domain.reason import Reason
from worker.store.campaign_rows import to_row
from worker.store.tables import calls, campaigns, carriers, deliveries, do_not_call, leads

LONG_BEFORE = NOON.subtract(hours=1)


def call_row(world: World, call_id: CallId) -> Row[Any]:
    with world.store.reading() as tx:
        return tx.connection.execute(select(calls).where(calls.c.id == call_id)).one()


def lead_rows(world: World) -> list[Row[Any]]:
    with world.store.reading() as tx:
        return list(tx.connection.execute(select(leads).order_by(leads.c.phone)))


def states(world: World) -> Mapping[CallState, int]:
    with world.store.reading() as tx:
        return Counter(tx.connection.scalars(select(calls.c.state)))


def put(world: World, **changed: Any) -> None:
    row = to_row(stored_settings(revision=2, **changed))
    with world.store.transaction() as tx:
        tx.connection.execute(update(campaigns).where(campaigns.c.id == CAMPAIGN).values(**row))


def an_end(call_id: CallId, outcome: Outcome = Outcome.BUSY, *, seconds: int = 3) -> HungUp:
    answered_at = NOON if outcome is Outcome.ANSWERED else None
    return HungUp(
        call_id, outcome, "CAUSE", started_at=NOON, ended_at=NOON.add(seconds=seconds), answered_at=answered_at
    )


def next_plan(world: World) -> DateTime | None:
    with world.store.reading() as tx:
        return tx.connection.scalar(select(carriers.c.next_plan_at))


# --- planning --------------------------------------------------------------------------------------------------------


def test_a_plan_fills_the_free_channels_and_no_more(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=3))
    add_leads(world.store, viettel(5))

    first, second = world.plan(), world.plan()

    assert (len(first), second) == (3, [])
    assert [lead.stage for lead in lead_rows(world)] == [Stage.CALLING] * 3 + [Stage.NEW] * 2


def test_a_carrier_that_is_gone_is_no_error(world: World) -> None:
    assert world.plan() == []


def test_leads_on_the_do_not_call_list_end_without_a_call_and_give_up_their_place(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=1))
    listed, other = viettel(2)
    add_leads(world.store, [listed, other])
    with world.store.transaction() as tx:
        tx.connection.execute(
            insert(do_not_call).values(tenant_id=TENANT, phone=listed, description="", created_at=NOON)
        )

    assert world.plan() == []
    assert world.queue.plans == [CARRIER]
    assert next_plan(world) == NOON
    assert len(world.plan()) == 1
    assert [(lead.stage, lead.ending) for lead in lead_rows(world)] == [
        (Stage.DONE, Ending.DO_NOT_CALL),
        (Stage.CALLING, None),
    ]


def test_a_lead_whose_attempts_a_put_has_taken_away_is_closed(world: World) -> None:
    fill_store(world.store, stored_settings(recall_times=1))
    add_leads(world.store, viettel(1), stage=Stage.RECALL, called_count=2)

    assert world.plan() == []
    assert lead_rows(world)[0].ending is Ending.ATTEMPTS_USED


def test_a_pause_ends_when_its_window_opens(world: World) -> None:
    fill_store(world.store, stored_settings(status=Status.PAUSE, resume_at=NOON.add(hours=1)))
    add_leads(world.store, viettel(1))

    assert world.plan() == []
    assert next_plan(world) == NOON.add(hours=1)
    world.clock.wait(3600)
    assert len(world.plan()) == 1


# --- placing ---------------------------------------------------------------------------------------------------------


def test_a_message_that_comes_twice_dials_once(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    call_ids = world.plan()

    assert (world.place(call_ids), world.place(call_ids)) == (2, 0)
    assert [o.call_id for o in world.telephony.placed] == call_ids


def test_a_dial_says_what_the_settings_say(world: World) -> None:
    fill_store(world.store, stored_settings(call_timeout=25))
    add_leads(world.store, viettel(1))

    world.dial()

    (placed,) = world.telephony.placed
    assert (placed.destination, placed.caller_id, placed.timeout_seconds, placed.gateway) == (
        viettel(1)[0],
        "02873003586",
        25,
        "g1",
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": Status.STOP, "run_id": None}, Reason.STOPPED),
        ({"status": Status.PAUSE}, Reason.PAUSED),
        ({"active": False}, Reason.INACTIVE),
        ({"carrier_uuid": None}, Reason.NO_CARRIER),
        ({"local_start_time": "13:00:00", "local_end_time": "14:00:00"}, Reason.WINDOW_SHUT),
    ],
)
def test_a_put_governs_the_very_next_dial(world: World, changed: dict[str, Any], reason: Reason) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.plan()

    put(world, **changed)
    world.place([call_id])

    assert world.telephony.placed == []
    assert (call_row(world, call_id).state, call_row(world, call_id).reason) == (CallState.CANCELLED, reason)
    assert [(lead.stage, lead.called_count) for lead in lead_rows(world)] == [(Stage.NEW, 0)]
    assert CARRIER in world.queue.plans


def test_a_lowered_limit_cancels_what_is_queued_beyond_it(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=5))
    add_leads(world.store, viettel(5))
    call_ids = world.plan()
    world.place(call_ids[:1])

    put(world, concurrent_call=2)
    world.place(call_ids[1:])

    assert len(world.telephony.placed) == 2
    assert states(world) == {CallState.DIALING: 2, CallState.CANCELLED: 3}


def test_a_number_that_went_on_the_do_not_call_list_is_not_dialled_and_its_lead_ends(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    call_ids = world.plan()
    with world.store.transaction() as tx:
        tx.connection.execute(
            insert(do_not_call).values(tenant_id=TENANT, phone=viettel(1)[0], description="", created_at=NOON)
        )

    world.place(call_ids)

    assert world.telephony.placed == []
    assert lead_rows(world)[0].ending is Ending.DO_NOT_CALL


def test_without_a_switch_calls_stay_queued_and_are_sent_again(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    world.telephony.reachable = False
    call_ids = world.dial()

    world.clock.wait(4)
    world.queue.calls.clear()
    world.sweep()

    assert states(world) == {CallState.QUEUED: 1}
    assert world.queue.calls == call_ids


def test_a_call_that_was_certainly_not_dialled_goes_back(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(2))
    call_ids = world.plan()
    world.telephony.refused = {call_ids[0]}

    world.place(call_ids)

    assert states(world) == {CallState.QUEUED: 1, CallState.DIALING: 1}
    assert call_row(world, call_ids[0]).resend_at == NOON.add(seconds=1)


# --- hearing and settling --------------------------------------------------------------------------------------------


def test_events_move_a_call_on_and_its_end_frees_the_channel(world: World) -> None:
    fill_store(world.store, stored_settings(concurrent_call=1, callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(2))
    (call_id,) = world.dial()

    world.hear(Ringing(call_id, NOON))
    ringing = call_row(world, call_id).state
    world.hear(Answered(call_id, NOON))
    answered = call_row(world, call_id).state
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
    world.hear(an_end(first))

    too_early = world.plan()
    look_again = next_plan(world)
    world.clock.wait(303)
    (second,) = world.dial()
    world.hear(an_end(second))

    assert too_early == []
    assert look_again == NOON.add(minutes=5, seconds=3)
    assert call_row(world, second).attempt == 2
    assert [(lead.stage, lead.ending, lead.called_count) for lead in lead_rows(world)] == [
        (Stage.DONE, Ending.ATTEMPTS_USED, 2)
    ]


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


def test_a_refusal_heard_by_a_listener_that_came_later_proves_nothing(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()

    world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=NOON.subtract(seconds=1)))

    assert call_row(world, call_id).state is CallState.DIALING


# --- repair ----------------------------------------------------------------------------------------------------------


def test_a_call_that_the_switch_does_not_have_for_long_is_lost_and_counts(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()

    for seconds in (10, 10, 10):
        world.clock.wait(seconds)
        world.sweep()

    row = call_row(world, call_id)
    assert (row.state, row.outcome, row.cause) == (CallState.ENDED, Outcome.FAILED, "LOST")
    assert lead_rows(world)[0].called_count == 1
    assert world.queue.deliveries == ["crm.example"]


def test_an_answered_call_that_was_lost_stays_answered(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.hear(Answered(call_id, NOON.add(seconds=2)))
    world.telephony.calls_up.clear()

    for seconds in (10, 20):
        world.clock.wait(seconds)
        world.sweep()

    row = call_row(world, call_id)
    assert (row.outcome, row.cause, row.ended_at) == (Outcome.ANSWERED, "LOST", NOON.add(seconds=10))


def test_a_call_that_the_switch_has_is_left_alone_however_long(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.clock.wait(10)
    world.sweep()
    world.telephony.calls_up.add(call_id)

    for seconds in (10, 3600):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING
    assert call_row(world, call_id).missing_since is None


def test_nothing_is_given_up_while_the_switch_cannot_be_asked(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    world.telephony.calls_up.clear()
    world.telephony.reachable = False

    for seconds in (10, 600, 600):
        world.clock.wait(seconds)
        world.sweep()

    assert call_row(world, call_id).state is CallState.DIALING
