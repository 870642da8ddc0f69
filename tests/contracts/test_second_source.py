"""The second source in the store: CDRs wait until they are settled, and correct only ends that were assumed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, select, update

from tests.builders import NOON, fill_store
from tests.builders.call_rows import insert_calls
from worker.domain.call import CallState, HungUp, Outcome
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId
from worker.domain.lead import Ending, Stage
from worker.ports.dispatch.call_rows import Ended
from worker.ports.dispatch.second_source import PostedCdr, PostedCdrId
from worker.store.base.tables import calls, leads
from worker.store.transaction import SqlStore

LATER = NOON.add(minutes=5)


def a_posted_cdr(number: int) -> PostedCdr:
    return PostedCdr(
        id=PostedCdrId(UUID(int=number)),
        switch="s1",
        call_id=CallId(UUID(int=0xC000 + number)),
        facts={"Hangup-Cause": "USER_BUSY", "variable_name": "Nguyễn"},
        received_at=NOON.add(seconds=number),
    )


def test_posted_cdrs_wait_in_the_order_of_their_arrival_until_they_are_deleted(store: SqlStore) -> None:
    cdrs = [a_posted_cdr(number) for number in (1, 2, 3)]
    with store.transaction() as tx:
        empty = tx.posted_cdrs.are_waiting()
        tx.posted_cdrs.add(cdrs[::-1])

    with store.transaction() as tx:
        some = tx.posted_cdrs.take(limit=2)
        tx.posted_cdrs.delete([cdr.id for cdr in some])
    with store.transaction() as tx:
        rest = tx.posted_cdrs.take(limit=2)
        tx.posted_cdrs.delete([cdr.id for cdr in rest])
        left = tx.posted_cdrs.are_waiting()

    assert (empty, some, rest, left) == (False, cdrs[:2], cdrs[2:], False)


def test_two_sweeps_do_not_take_the_same_cdrs(store: SqlStore) -> None:
    if not store.has_own_clock:
        pytest.skip("SQLite has one writer")
    with store.transaction() as tx:
        tx.posted_cdrs.add([a_posted_cdr(number) for number in (1, 2)])
    taken, go_on = Event(), Event()

    def first() -> list[PostedCdr]:
        with store.transaction() as tx:
            found = tx.posted_cdrs.take(limit=1)
            taken.set()
            go_on.wait(10)
            return found

    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(first)
        taken.wait(10)
        with store.transaction() as tx:
            other = tx.posted_cdrs.take(limit=1)
        go_on.set()
        found = one.result()

    assert (found, other) == ([a_posted_cdr(1)], [a_posted_cdr(2)])


def an_ended_call(store: SqlStore, *, assumed: bool, **lead: Any) -> CallId:
    """Store a call that has ended, and its lead as that end left it."""
    fill_store(store)
    (call_id,) = insert_calls(store, CallState.ENDED)
    after = {"stage": Stage.DONE, "ending": Ending.NOT_RECALLED, "called_count": 1} | lead
    with store.transaction() as tx:
        tx.connection.execute(update(calls).values(assumed_at=NOON if assumed else None, cause="UNKNOWN"))
        tx.connection.execute(update(leads).values(after))
    return call_id


def correct(store: SqlStore, *call_ids: CallId) -> list[CallId]:
    """Report that the callees were busy, which is recalled."""
    hangup = Hangup(cause="USER_BUSY", answered=False)
    with store.transaction() as tx:
        locked = tx.corrections.lock_assumed(call_ids)
        ends = [
            Ended(
                call,
                HungUp(call.id, hangup, started_at=NOON, ended_at=NOON.add(seconds=4)),
                Outcome.BUSY,
                lead_stage=Stage.RECALL,
                lead_due_at=LATER,
                lead_ending=None,
            )
            for call in locked
        ]
        tx.corrections.write(ends, now=LATER)
    return [call.id for call in locked]


def rows(store: SqlStore) -> tuple[Row[Any], Row[Any]]:
    with store.reading() as tx:
        return tx.connection.execute(select(calls)).one(), tx.connection.execute(select(leads)).one()


def test_a_report_replaces_an_assumed_end_and_counts_no_second_attempt(store: SqlStore) -> None:
    call_id = an_ended_call(store, assumed=True)

    corrected = correct(store, call_id)

    call, lead = rows(store)
    assert corrected == [call_id]
    assert (call.outcome, call.cause, call.ended_at) == (Outcome.BUSY, "USER_BUSY", NOON.add(seconds=4))
    assert (call.state, call.assumed_at) == (CallState.ENDED, None)
    assert (lead.stage, lead.ending, lead.due_at, lead.called_count) == (Stage.RECALL, None, LATER, 1)
    assert lead.last_outcome is Outcome.BUSY


def test_several_assumed_ends_are_replaced_at_once(store: SqlStore) -> None:
    fill_store(store)
    ids = insert_calls(store, CallState.ENDED, CallState.ENDED)
    with store.transaction() as tx:
        tx.connection.execute(update(calls).values(assumed_at=NOON, cause="UNKNOWN"))

    corrected = correct(store, *ids)

    with store.reading() as tx:
        assert (sorted(corrected), set(tx.connection.scalars(select(calls.c.cause)))) == (sorted(ids), {"USER_BUSY"})


def test_an_end_that_was_reported_is_never_corrected(store: SqlStore) -> None:
    call_id = an_ended_call(store, assumed=False)

    corrected = correct(store, call_id)

    call, lead = rows(store)
    assert (corrected, call.cause, lead.stage) == ([], "UNKNOWN", Stage.DONE)


@pytest.mark.parametrize(
    "lead",
    [
        {"called_count": 2},
        {"stage": Stage.CALLING, "ending": None},
        {"ending": Ending.DO_NOT_CALL},
    ],
    ids=["called again", "being called again", "on do-not-call"],
)
def test_a_lead_that_went_on_keeps_its_next_step(store: SqlStore, lead: dict[str, Any]) -> None:
    call_id = an_ended_call(store, assumed=True, **lead)

    correct(store, call_id)

    call, found = rows(store)
    assert call.cause == "USER_BUSY"
    assert {name: getattr(found, name) for name in lead} == lead


def test_a_recall_that_waits_is_withdrawn_by_a_report(store: SqlStore) -> None:
    call_id = an_ended_call(store, assumed=True, stage=Stage.RECALL, ending=None)

    correct(store, call_id)

    assert rows(store)[1].due_at == LATER
