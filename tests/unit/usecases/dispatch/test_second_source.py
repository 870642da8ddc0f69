"""Two sources report each end, in any order and as often as they like: the call is settled once, and rightly."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime
from sqlalchemy import Row, select

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.fakes.database import empty_database
from tests.fakes.telephony import SWITCH
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import Answered, CallState, HungUp, Outcome, Refused
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.domain.switch import Switch
from worker.ports.dispatch.second_source import PostedCdr, PostedCdrId
from worker.store.base.callback_tables import deliveries
from worker.store.transaction import SqlStore
from worker.telephony.posted_cdr import JsonCdr
from worker.usecases.dispatch.note_core import note_core
from worker.usecases.dispatch.settle_posted_cdrs import AT_ONCE, settle_posted_cdrs

IDS = (UUID(int=number) for number in count(0xF000))
RECALLED = {"recall_times": 3, "recall_status": ("failed", "busy"), "schedule_recall": "after"}
FORMAT = JsonCdr()
Step = Callable[[World, CallId], None]


def micros(moment: DateTime | None) -> str:
    return "0" if moment is None else str(round(moment.timestamp() * 1_000_000))


def posted(call_id: CallId, end: HungUp, *, dial: int = 1) -> PostedCdr:
    facts = {
        "Unique-ID": str(call_id),
        "Hangup-Cause": end.cause,
        "variable_origination_uuid": str(call_id),
        "variable_callbeat_lead": "x",
        "variable_callbeat_dial": str(dial),
        "variable_sip_hangup_disposition": end.hangup_disposition,
        "Caller-Channel-Created-Time": micros(end.started_at),
        "Caller-Channel-Progress-Time": micros(end.ringing_at),
        "Caller-Channel-Answered-Time": micros(end.answered_at),
        "Caller-Channel-Hangup-Time": micros(end.ended_at),
        "Event-Date-Timestamp": micros(end.ended_at),
    }
    return PostedCdr(id=PostedCdrId(next(IDS)), switch=SWITCH, call_id=call_id, facts=facts, received_at=NOON)


def post(world: World, *cdrs: PostedCdr) -> None:
    with world.store.transaction() as tx:
        tx.posted_cdrs.add(cdrs)


def settle(world: World) -> None:
    settle_posted_cdrs(
        world.store, queue=world.queue, cdr_format=FORMAT, now=world.clock.now(), new_id=lambda: next(IDS)
    )


def an_end(call_id: CallId, *, answered: bool, dial: int | None = None) -> HungUp:
    """Return what really became of a call: three seconds of talk, or a busy line."""
    return HungUp(
        call_id,
        Hangup(cause="NORMAL_CLEARING" if answered else "USER_BUSY", answered=answered),
        started_at=NOON,
        ringing_at=NOON.add(seconds=1) if answered else None,
        answered_at=NOON.add(seconds=2) if answered else None,
        ended_at=NOON.add(seconds=5),
        hangup_disposition="recv_bye" if answered else "recv_refuse",
        dial=dial,
    )


def a_dialled_call(world: World, **settings: Any) -> CallId:
    fill_store(world.store, stored_settings(**(RECALLED | settings)))
    add_leads(world.store, viettel(1))
    with world.store.transaction() as tx:
        tx.switches.insert_missing([Switch(name=SWITCH, url="esl://:x@s", state_since=NOON, created_at=NOON)])
    (call_id,) = world.dial()
    return call_id


def assume(world: World, call_id: CallId) -> None:
    """Remove the call from the switch, and sweep until its end is assumed."""
    world.telephony.calls_up.discard(call_id)
    for _ in range(2):
        world.clock.wait(15)
        world.sweep()


def restart(world: World) -> None:
    for core_id in ("before", "after"):
        note_core(world.store, switch=SWITCH, core_id=core_id, now=NOON.add(seconds=10))


def end_columns(row: Row[Any]) -> tuple[Any, ...]:
    return (row.state, row.outcome, row.cause, row.started_at, row.answered_at, row.ended_at, row.assumed_at)


def lead_columns(world: World) -> tuple[Any, ...]:
    (lead,) = lead_rows(world)
    return (lead.stage, lead.ending, lead.called_count, lead.last_outcome, lead.last_call_at)


def bodies(world: World) -> list[dict[str, Any]]:
    with world.store.reading() as tx:
        texts = tx.connection.scalars(select(deliveries.c.body).order_by(deliveries.c.corrected, deliveries.c.id)).all()
    return [orjson.loads(text) for text in texts]


def hear_it(world: World, call_id: CallId, *, answered: bool) -> None:
    world.hear(an_end(call_id, answered=answered))


def post_it(world: World, call_id: CallId, *, answered: bool) -> None:
    post(world, posted(call_id, an_end(call_id, answered=answered)))
    settle(world)


def post_it_twice(world: World, call_id: CallId, *, answered: bool) -> None:
    post(world, *(posted(call_id, an_end(call_id, answered=answered)) for _ in range(2)))
    settle(world)


SOURCES = (hear_it, post_it, post_it_twice)


@given(
    reports=st.lists(st.sampled_from(SOURCES), min_size=1, max_size=4),
    assumed_after=st.none() | st.integers(0, 4),
    restarted=st.booleans(),
    answered=st.booleans(),
)
def test_whatever_comes_first_or_twice_the_call_is_settled_once_and_as_it_was(
    *, reports: Sequence[Callable[..., None]], assumed_after: int | None, restarted: bool, answered: bool
) -> None:
    engine = empty_database()
    world = World(SqlStore(engine))
    call_id = a_dialled_call(world)
    if restarted:
        restart(world)
    for number, report in enumerate(reports):
        if number == assumed_after:
            assume(world, call_id)
        world.clock.wait(10)
        report(world, call_id, answered=answered)

    outcome = Outcome.ANSWERED if answered else Outcome.BUSY
    row = call_row(world, call_id)
    assert (row.state, row.outcome, row.assumed_at) == (CallState.ENDED, outcome, None)
    assert (row.ended_at - row.started_at).total_seconds() == 5
    assert row.answered_at == (NOON.add(seconds=2) if answered else None)
    stage, ending, called, last, _ = lead_columns(world)
    assert (stage, ending) == ((Stage.DONE, Ending.ANSWERED) if answered else (Stage.RECALL, None))
    assert (called, last) == (1, outcome)
    engine.dispose()


def test_a_cdr_settles_a_call_whose_events_nobody_heard(world: World) -> None:
    hooks = {"callback_url": "http://crm.example/cdr", "answer_callback_url": "http://crm.example/answered"}
    call_id = a_dialled_call(world, **hooks)
    world.clock.wait(10)

    post_it(world, call_id, answered=True)

    told = [(body["state"], body["status"], body["billsec"], body["corrected"]) for body in bodies(world)]
    assert told == [("answered", "answered", 3, False), ("cdr", "answered", 3, False)]
    assert set(world.queue.plans) == {CARRIER}


def test_an_answer_that_was_heard_is_not_told_again_by_the_cdr(world: World) -> None:
    call_id = a_dialled_call(world, answer_callback_url="http://crm.example/answered")
    world.hear(Answered(call_id, NOON.add(seconds=2)))
    world.clock.wait(10)

    post_it(world, call_id, answered=True)

    assert [body["state"] for body in bodies(world)] == ["answered"]


def test_a_correction_is_told_after_what_it_corrects(world: World) -> None:
    call_id = a_dialled_call(world, callback_url="http://crm.example/cdr")
    assume(world, call_id)

    post_it(world, call_id, answered=True)
    post_it(world, call_id, answered=True)

    first, second = bodies(world)
    assert (first["status"], first["cause"], first["corrected"]) == ("failed", "UNKNOWN", False)
    assert (second["status"], second["cause"], second["corrected"]) == ("answered", "NORMAL_CLEARING", True)
    assert (second["billsec"], second["call_id"]) == (3, first["call_id"])
    assert second["sequence"] > first["sequence"]


def test_a_recall_for_a_lost_call_is_withdrawn_when_the_callee_had_answered(world: World) -> None:
    call_id = a_dialled_call(world)
    restart(world)
    assume(world, call_id)
    waiting = lead_columns(world)[0]

    post_it(world, call_id, answered=True)

    assert waiting is Stage.RECALL
    assert lead_columns(world)[:3] == (Stage.DONE, Ending.ANSWERED, 1)
    assert world.plan() == []


def test_a_lead_that_has_been_called_again_keeps_what_came_of_that(world: World) -> None:
    call_id = a_dialled_call(world)
    restart(world)
    assume(world, call_id)
    (second,) = world.dial()
    world.hear(an_end(second, answered=False))
    before = lead_columns(world)

    post_it(world, call_id, answered=False)

    assert call_row(world, call_id).outcome is Outcome.BUSY
    assert lead_columns(world) == before


def test_a_lead_that_has_been_called_again_is_called_no_more_when_it_had_answered(world: World) -> None:
    call_id = a_dialled_call(world)
    restart(world)
    assume(world, call_id)
    (second,) = world.dial()
    world.hear(an_end(second, answered=False))

    post_it(world, call_id, answered=True)

    assert call_row(world, call_id).outcome is Outcome.ANSWERED
    assert lead_columns(world)[:3] == (Stage.DONE, Ending.ANSWERED, 2)


def test_a_heard_end_is_never_changed_by_a_copy_that_differs(world: World) -> None:
    call_id = a_dialled_call(world)
    world.clock.wait(10)
    hear_it(world, call_id, answered=False)
    before = end_columns(call_row(world, call_id))

    post_it(world, call_id, answered=True)

    assert end_columns(call_row(world, call_id)) == before


def test_the_cdr_of_a_dial_that_was_refused_does_not_touch_the_next(world: World) -> None:
    call_id = a_dialled_call(world)
    world.hear(Refused(call_id, "DESTINATION_OUT_OF_ORDER", listening_since=NOON.subtract(hours=1), dial=1))
    world.place([call_id])

    post(world, posted(call_id, an_end(call_id, answered=False), dial=1))
    settle(world)
    untouched = call_row(world, call_id).state
    post(world, posted(call_id, an_end(call_id, answered=False), dial=2))
    settle(world)

    assert (untouched, call_row(world, call_id).state) == (CallState.DIALING, CallState.ENDED)


def test_cdrs_of_calls_that_nobody_knows_are_forgotten(world: World) -> None:
    fill_store(world.store)
    post(world, *(posted(CallId(next(IDS)), an_end(CallId(next(IDS)), answered=True)) for _ in range(AT_ONCE + 3)))

    settle(world)

    with world.store.reading() as tx:
        assert not tx.posted_cdrs.are_waiting()


def test_a_cdr_of_a_call_that_waits_in_the_queue_changes_nothing(world: World) -> None:
    fill_store(world.store)
    add_leads(world.store, viettel(1))
    (call_id,) = world.plan()

    post_it(world, call_id, answered=True)

    assert call_row(world, call_id).state is CallState.QUEUED


@pytest.mark.parametrize("facts", [{}, {"Unique-ID": "x"}], ids=["empty", "no id"])
def test_facts_that_say_nothing_of_a_call_of_ours_are_forgotten(world: World, facts: dict[str, str]) -> None:
    call_id = CallId(next(IDS))
    post(world, replace(posted(call_id, an_end(call_id, answered=True)), facts=facts))

    settle(world)

    with world.store.reading() as tx:
        assert not tx.posted_cdrs.are_waiting()
