"""Ends that nobody heard: what is assumed of them, when, and what follows for the lead."""

from dataclasses import replace
from typing import Any

import pytest
from pendulum import DateTime
from sqlalchemy import Row

from tests.builders import NOON, add_leads, fill_store, stored_settings, viettel
from tests.fakes.telephony import SWITCH
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import call_row, lead_rows
from worker.domain.call import Answered, CallState, Outcome
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.domain.switch import Switch
from worker.domain.timing import CDR_GRACE, RESTART_NOTICED_WITHIN
from worker.usecases.dispatch.note_core import note_core

RECALLED = stored_settings(recall_times=3, recall_status=("failed", "answered"), limit_recall_duration=60)


def know_switch(world: World, **learnt: Any) -> None:
    row = Switch(name=SWITCH, url="esl://:x@10.0.0.1:8021", state_since=NOON, created_at=NOON, **learnt)
    with world.store.transaction() as tx:
        tx.switches.insert_missing([row])


def a_dialled_call(world: World) -> CallId:
    fill_store(world.store, RECALLED)
    add_leads(world.store, viettel(1))
    (call_id,) = world.dial()
    return call_id


def sweep_after(world: World, *seconds: float) -> None:
    for some in seconds:
        world.clock.wait(some)
        world.sweep()


def vanish(world: World, call_id: CallId, *, patience: float = 15) -> Row[Any]:
    """Remove the call from the switch, and sweep until its end is assumed."""
    world.telephony.calls_up.discard(call_id)
    sweep_after(world, 10, patience)
    return call_row(world, call_id)


def restart(world: World, *, at: DateTime) -> None:
    for core_id in ("before", "after"):
        note_core(world.store, switch=SWITCH, core_id=core_id, now=at)


def test_nobody_is_called_again_because_an_end_was_not_heard(world: World) -> None:
    know_switch(world)
    row = vanish(world, a_dialled_call(world))

    (lead,) = lead_rows(world)
    assert (row.outcome, row.cause, row.assumed_at) == (Outcome.FAILED, "UNKNOWN", world.clock.now())
    assert (lead.stage, lead.ending, lead.called_count) == (Stage.DONE, Ending.NOT_RECALLED, 1)


def test_an_answered_call_whose_end_was_not_heard_is_not_called_again_for_its_short_talk(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)
    world.hear(Answered(call_id, NOON.add(seconds=1)))

    vanish(world, call_id)

    (lead,) = lead_rows(world)
    assert (lead.stage, lead.ending, lead.last_outcome) == (Stage.DONE, Ending.ANSWERED, Outcome.ANSWERED)


def test_calls_of_a_switch_that_restarted_are_lost_and_called_again(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)

    restart(world, at=NOON + RESTART_NOTICED_WITHIN)
    row = vanish(world, call_id)

    assert (row.outcome, row.cause, row.assumed_at) == (Outcome.FAILED, "LOST", world.clock.now())
    assert lead_rows(world)[0].stage is Stage.RECALL


def test_a_call_that_may_have_been_dialled_on_the_restarted_switch_is_not_called_again(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)

    restart(world, at=(NOON + RESTART_NOTICED_WITHIN).subtract(microseconds=1))

    assert vanish(world, call_id).cause == "UNKNOWN"


def test_the_first_core_id_that_is_known_proves_no_restart(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)

    note_core(world.store, switch=SWITCH, core_id="first", now=NOON.add(minutes=1))

    assert vanish(world, call_id).cause == "UNKNOWN"


def test_a_core_id_that_is_told_again_is_no_restart(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)

    for minutes in (1, 2):
        note_core(world.store, switch=SWITCH, core_id="same", now=NOON.add(minutes=minutes))

    assert vanish(world, call_id).cause == "UNKNOWN"


def test_a_call_is_billed_to_when_its_switch_last_had_it_and_not_to_when_that_was_noticed(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)
    world.hear(Answered(call_id, NOON.add(seconds=2)))

    sweep_after(world, 6, 2, 2)  # at 6, 8 and 10 s the switch has it
    row = vanish(world, call_id)

    assert row.ended_at == NOON.add(seconds=10)


def test_a_listing_in_which_a_young_call_was_not_looked_for_does_not_lengthen_it(world: World) -> None:
    know_switch(world)
    fill_store(world.store, stored_settings(concurrent_call=2))
    add_leads(world.store, viettel(1))
    world.dial()
    world.clock.wait(8)
    add_leads(world.store, viettel(1, start=1))
    (young,) = world.dial()

    world.sweep()  # looks for the older call only
    row = vanish(world, young)

    assert row.ended_at == NOON.add(seconds=8)


def test_a_call_that_was_missing_and_was_found_again_is_billed_by_the_later_listing(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)
    sweep_after(world, 6)
    world.telephony.calls_up.clear()
    sweep_after(world, 2)
    world.telephony.calls_up.add(call_id)
    sweep_after(world, 2, 2)

    row = vanish(world, call_id)

    assert row.ended_at == NOON.add(seconds=12)


@pytest.mark.parametrize(
    ("learnt", "state"),
    [
        ({"cdr_secret_hash": "x", "cdr_heard_at": NOON}, CallState.DIALING),
        ({"cdr_secret_hash": "x"}, CallState.ENDED),
        ({"cdr_heard_at": NOON}, CallState.ENDED),
    ],
    ids=["heard", "never heard", "no secret any more"],
)
def test_an_end_is_not_assumed_while_the_switch_may_still_post_it(
    world: World, learnt: dict[str, Any], state: CallState
) -> None:
    know_switch(world, **learnt)
    call_id = a_dialled_call(world)

    early = vanish(world, call_id, patience=CDR_GRACE.total_seconds() - 1).state
    sweep_after(world, 1)

    assert (early, call_row(world, call_id).state) == (state, CallState.ENDED)


def test_a_restarted_switch_posts_nothing_more_so_its_calls_are_not_waited_for(world: World) -> None:
    know_switch(world, cdr_secret_hash="x", cdr_heard_at=NOON)
    call_id = a_dialled_call(world)

    restart(world, at=NOON.add(seconds=5))

    assert vanish(world, call_id).cause == "LOST"


def test_an_end_that_was_heard_is_not_assumed(world: World) -> None:
    know_switch(world)
    call_id = a_dialled_call(world)
    with world.store.transaction() as tx:
        switch = tx.switches.named(SWITCH)
        assert switch is not None
        tx.switches.save(replace(switch, listed_at=NOON.add(hours=1)))

    sweep_after(world, 6)

    with world.store.reading() as tx:
        kept = tx.switches.named(SWITCH)
    assert kept is not None
    assert kept.listed_at == NOON.add(hours=1), "an earlier listing does not replace a later one"
    assert call_row(world, call_id).assumed_at is None
