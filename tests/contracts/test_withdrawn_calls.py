"""A call that was queued because of an assumed end is withdrawn when a report says that it must not be."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, select, update

from tests.builders import CARRIER, NOON, add_leads, fill_store, stored_settings, viettel
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallEvent, CallState, HungUp, Outcome, Refused, Unreached
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.domain.reason import Reason
from worker.domain.unheard import LastKnown, assume_end
from worker.ports.dispatch.call_rows import Dial
from worker.store.base.tables import calls, campaigns, leads
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.handle_events import apply_events
from worker.usecases.dispatch.plan_carrier import plan_carrier

LATER = NOON.add(seconds=30)
IDS = (UUID(int=number) for number in count(0xE000))
ANSWERED = Hangup(cause="NORMAL_CLEARING", answered=True)
BUSY = Hangup(cause="USER_BUSY", answered=False, replied=True)
UNKNOWN_NUMBER = Hangup(cause="UNALLOCATED_NUMBER", answered=False, sip_status=404, replied=True)
SILENT = Hangup(cause="NORMAL_TEMPORARY_FAILURE", answered=False, sip_status=503, replied=False)


def plan(store: SqlStore, queue: FakeJobQueue) -> list[CallId]:
    before = len(queue.calls)
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=lambda: next(IDS))
    return queue.calls[before:]


def a_call_with_an_assumed_end(store: SqlStore, queue: FakeJobQueue, **settings: Any) -> CallId:
    """Dial a lead, and assume that its call ended because the switch restarted; the lead is called again."""
    recalled = {"recall_times": 3, "recall_status": ("failed", "busy"), "schedule_recall": "after"}
    fill_store(store, stored_settings(**(recalled | settings)))
    add_leads(store, viettel(1))
    (call_id,) = plan(store, queue)
    with store.transaction() as tx:
        tx.calls.move_to_dialing([Dial(call_id, "s1", "", 1, over_by=LATER)], now=NOON)
        locked = tx.calls.lock([call_id], states=[CallState.DIALING])
        end = assume_end(LastKnown(call_id=call_id, dialled_at=NOON), has_restarted=True)
        finish_calls(tx, queue=queue, ended=[(locked[0], end)], now=NOON, new_id=lambda: next(IDS))
    return call_id


def report(store: SqlStore, queue: FakeJobQueue, *events: CallEvent) -> None:
    with store.transaction() as tx:
        apply_events(tx, queue=queue, events=events, now=LATER, new_id=lambda: next(IDS))


def an_end(call_id: CallId, end: Hangup) -> HungUp:
    answered_at = NOON.add(seconds=2) if end.answered else None
    return HungUp(call_id, end, started_at=NOON, ended_at=NOON.add(seconds=5), answered_at=answered_at)


def rows(store: SqlStore) -> tuple[Sequence[Row[Any]], Row[Any]]:
    with store.reading() as tx:
        return tx.connection.execute(select(calls).order_by(calls.c.id)).all(), tx.connection.execute(
            select(leads)
        ).one()


@pytest.mark.parametrize(
    ("end", "reason", "ending"),
    [(ANSWERED, Reason.ANSWERED, Ending.ANSWERED), (UNKNOWN_NUMBER, Reason.NOT_RECALLED, Ending.NOT_RECALLED)],
    ids=["answered", "unknown number"],
)
def test_a_queued_recall_of_somebody_who_must_not_be_recalled_is_cancelled(
    store: SqlStore, queue: FakeJobQueue, end: Hangup, reason: Reason, ending: Ending
) -> None:
    call_id = a_call_with_an_assumed_end(store, queue)
    (recall,) = plan(store, queue)

    report(store, queue, an_end(call_id, end))

    (first, second), lead = rows(store)
    assert (first.id, first.cause, first.assumed_at) == (call_id, end.cause, None)
    assert (second.id, second.state, second.reason) == (recall, CallState.CANCELLED, reason)
    assert (lead.stage, lead.ending, lead.called_count) == (Stage.DONE, ending, 1)
    assert plan(store, queue) == []


def test_a_queued_recall_waits_for_its_time_when_the_true_end_is_to_be_recalled_later(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    call_id = a_call_with_an_assumed_end(store, queue)
    plan(store, queue)
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).values(schedule_recall="minute", schedule_recall_duration=5))

    report(store, queue, an_end(call_id, BUSY))

    (_, second), lead = rows(store)
    assert (second.state, second.reason) == (CallState.CANCELLED, Reason.NOT_DUE)
    assert (lead.stage, lead.due_at, lead.last_outcome) == (Stage.RECALL, NOON.add(minutes=5, seconds=5), Outcome.BUSY)


def test_a_queued_recall_that_the_true_end_permits_now_stays(store: SqlStore, queue: FakeJobQueue) -> None:
    call_id = a_call_with_an_assumed_end(store, queue)
    plan(store, queue)

    report(store, queue, an_end(call_id, BUSY))

    (first, second), lead = rows(store)
    assert (first.cause, second.state, lead.stage) == ("USER_BUSY", CallState.QUEUED, Stage.CALLING)


def test_a_call_that_reached_nobody_gives_its_attempt_back(store: SqlStore, queue: FakeJobQueue) -> None:
    call_id = a_call_with_an_assumed_end(store, queue)
    plan(store, queue)

    report(store, queue, Unreached(an_end(call_id, SILENT)))

    (first, second), lead = rows(store)
    assert (first.cause, first.counted) == (SILENT.cause, False)
    assert (second.state, second.reason) == (CallState.CANCELLED, Reason.NOT_DUE)
    assert (lead.stage, lead.ending, lead.called_count, lead.uncounted) == (Stage.NEW, None, 0, 1)
    assert lead.due_at == NOON.add(minutes=1, seconds=5)


def a_recall_being_dialled(store: SqlStore, queue: FakeJobQueue, **settings: Any) -> tuple[CallId, CallId]:
    call_id = a_call_with_an_assumed_end(store, queue, **settings)
    (recall,) = plan(store, queue)
    with store.transaction() as tx:
        tx.calls.move_to_dialing([Dial(recall, "s1", "", 1, over_by=LATER)], now=LATER)
    return call_id, recall


def test_a_call_that_reached_nobody_gives_its_attempt_back_while_the_next_one_is_dialled(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    call_id, recall = a_recall_being_dialled(store, queue)

    report(store, queue, Unreached(an_end(call_id, SILENT)))

    (first, second), lead = rows(store)
    assert (first.counted, second.id, second.attempt, second.uncounted) == (False, recall, 1, 1)
    assert (lead.stage, lead.called_count, lead.uncounted) == (Stage.CALLING, 0, 1)


def test_a_lead_whose_attempts_were_used_is_called_again_when_one_reached_nobody(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    call_id, recall = a_recall_being_dialled(store, queue, recall_times=1)
    report(store, queue, an_end(recall, BUSY))
    used_up = rows(store)[1]

    report(store, queue, Unreached(an_end(call_id, SILENT)))

    lead = rows(store)[1]
    assert (used_up.stage, used_up.ending, used_up.called_count) == (Stage.DONE, Ending.ATTEMPTS_USED, 2)
    assert (lead.stage, lead.ending, lead.called_count, lead.uncounted) == (Stage.RECALL, None, 1, 1)
    assert len(plan(store, queue)) == 1


@pytest.mark.parametrize(
    ("settings", "lead"),
    [
        ({"recall_times": 1}, {"ending": Ending.DO_NOT_CALL}),
        ({}, {"called_count": 0, "uncounted": 0, "refreshed_at": LATER.add(seconds=1)}),
    ],
    ids=["on do-not-call", "refreshed"],
)
def test_a_lead_that_ended_otherwise_or_was_refreshed_is_not_called_again(
    store: SqlStore, queue: FakeJobQueue, settings: dict[str, Any], lead: dict[str, Any]
) -> None:
    call_id, recall = a_recall_being_dialled(store, queue, **settings)
    report(store, queue, an_end(recall, BUSY))
    with store.transaction() as tx:
        tx.connection.execute(update(leads).values(**lead))
    before = rows(store)[1]

    report(store, queue, Unreached(an_end(call_id, SILENT)))

    after = rows(store)[1]
    assert (after.stage, after.ending, after.due_at) == (before.stage, before.ending, before.due_at)
    assert min(after.called_count, after.uncounted) >= 0


@pytest.mark.parametrize("end", [BUSY, SILENT, None], ids=["busy", "reached nobody", "refused by the switch"])
def test_whoever_answered_is_not_called_again_after_the_recall_that_was_being_dialled(
    store: SqlStore, queue: FakeJobQueue, end: Hangup | None
) -> None:
    call_id, recall = a_recall_being_dialled(store, queue)
    report(store, queue, an_end(call_id, ANSWERED))

    match end:
        case None:
            report(store, queue, Refused(recall, "DESTINATION_OUT_OF_ORDER", listening_since=NOON))
        case Hangup(replied=False):
            report(store, queue, Unreached(an_end(recall, end)))
        case Hangup():
            report(store, queue, an_end(recall, end))

    (_, second), lead = rows(store)
    assert second.state in {CallState.ENDED, CallState.CANCELLED}
    assert (lead.stage, lead.ending) == (Stage.DONE, Ending.ANSWERED)
    assert plan(store, queue) == []


def test_a_recall_that_is_being_dialled_goes_on(store: SqlStore, queue: FakeJobQueue) -> None:
    call_id = a_call_with_an_assumed_end(store, queue)
    (recall,) = plan(store, queue)
    with store.transaction() as tx:
        tx.calls.move_to_dialing([Dial(recall, "s1", "", 1, over_by=LATER)], now=LATER)

    report(store, queue, an_end(call_id, ANSWERED))

    (first, second), lead = rows(store)
    assert (first.outcome, second.state, lead.stage) == (Outcome.ANSWERED, CallState.DIALING, Stage.CALLING)


def test_a_report_waits_for_a_plan_that_is_about_to_queue_the_recall(store: SqlStore, queue: FakeJobQueue) -> None:
    if not store.has_own_clock:
        pytest.skip("SQLite has one writer")
    call_id = a_call_with_an_assumed_end(store, queue)
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as tx:
            assert tx.plans.lock_situation(CARRIER, now=LATER) is not None
            reported = pool.submit(report, store, queue, an_end(call_id, ANSWERED))
            assert not wait_for([reported], timeout=0.3).done
            tx.connection.execute(update(leads).values(stage=Stage.CALLING))
            (ended,) = tx.corrections.lock_assumed([call_id])
            recall = replace(ended, id=CallId(next(IDS)), state=CallState.QUEUED, attempt=2, stage_before=Stage.RECALL)
            tx.calls.insert([recall])
        reported.result(10)

    (_, second), lead = rows(store)
    assert (second.id, second.state, second.reason) == (recall.id, CallState.CANCELLED, Reason.ANSWERED)
    assert (lead.stage, lead.ending) == (Stage.DONE, Ending.ANSWERED)
