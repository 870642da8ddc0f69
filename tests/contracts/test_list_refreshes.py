"""Leads of a list are called anew: the right ones, once, while calls that are up are left alone."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests.builders import (
    CAMPAIGN,
    CARRIER,
    HANOI,
    NOON,
    TENANT,
    add_leads,
    fill_store,
    list_of,
    stored_settings,
    viettel,
)
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState, HungUp, Outcome
from worker.domain.errors import Conflict
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId, LeadId
from worker.domain.lead import Ending, Stage
from worker.domain.list_refresh import Which
from worker.domain.unheard import LastKnown, assume_end
from worker.ports.dispatch.call_rows import Dial
from worker.ports.records.entities import Tenant
from worker.store.base.tables import calls, leads
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.handle_events import apply_events
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records import refresh_list as refreshing
from worker.usecases.records.refresh_list import refresh_list, run_refreshes

WHO = Tenant(id=TENANT, name="default", timezone=HANOI)
HOME = list_of(CAMPAIGN)
LATER = NOON.add(minutes=1)
LIVES: dict[str, dict[str, Any]] = {
    "new": {"stage": Stage.NEW},
    "calling": {"stage": Stage.CALLING},
    "answered": {"stage": Stage.DONE, "ending": Ending.ANSWERED, "last_outcome": Outcome.ANSWERED, "called_count": 1},
    "busy": {"stage": Stage.DONE, "ending": Ending.ATTEMPTS_USED, "last_outcome": Outcome.BUSY, "called_count": 2},
    "failed": {"stage": Stage.RECALL, "last_outcome": Outcome.FAILED, "called_count": 1, "due_at": NOON.add(hours=1)},
    "expired": {"stage": Stage.DONE, "ending": Ending.EXPIRED},
    "barred": {"stage": Stage.DONE, "ending": Ending.DO_NOT_CALL, "last_outcome": Outcome.BUSY, "called_count": 1},
    "removed": {"stage": Stage.DONE, "last_outcome": Outcome.BUSY, "called_count": 1, "removed_at": NOON},
    "single": {"stage": Stage.DONE, "last_outcome": Outcome.BUSY, "called_count": 1, "call_id": uuid4()},
}


def fill(store: SqlStore, **settings: Any) -> dict[str, LeadId]:
    """Store one lead of each life; give their ids by name."""
    fill_store(store, stored_settings(recall_times=3, recall_status=("busy", "failed"), **settings))
    phones = viettel(len(LIVES))
    return {
        name: add_leads(store, [phone], **life)[0] for phone, (name, life) in zip(phones, LIVES.items(), strict=True)
    }


def refresh(store: SqlStore, which: Which, *only: Outcome) -> int:
    refresh_list(store, tenant=WHO, list_id=HOME, which=which, only=only, now=LATER)
    return run_refreshes(store, queue=FakeJobQueue(), now=LATER)


def renewed(store: SqlStore, ids: dict[str, LeadId]) -> set[str]:
    with store.reading() as tx:
        found = set(tx.connection.scalars(select(leads.c.id).where(leads.c.refreshed_at == LATER)))
    return {name for name, lead_id in ids.items() if lead_id in found}


@pytest.mark.parametrize(
    ("which", "only", "expected"),
    [
        (Which.ALL, (), {"answered", "busy", "failed", "expired"}),
        (Which.ALL, (Outcome.BUSY,), {"busy"}),
        (Which.SUCCESS, (), {"answered"}),
        (Which.FAIL, (), {"busy", "failed"}),
        (Which.FAIL, (Outcome.ANSWERED, Outcome.FAILED), {"failed"}),
        (Which.SUCCESS, (Outcome.BUSY,), set()),
    ],
    ids=lambda value: getattr(value, "value", None),
)
def test_the_leads_that_were_asked_for_are_called_anew(
    store: SqlStore, which: Which, only: tuple[Outcome, ...], expected: set[str]
) -> None:
    ids = fill(store)

    count = refresh(store, which, *only)

    assert (count, renewed(store, ids)) == (len(expected), expected)


def test_attempts_start_anew_and_a_recall_keeps_its_time(store: SqlStore) -> None:
    ids = fill(store)

    refresh(store, Which.ALL)

    with store.reading() as tx:
        rows = {row.id: row for row in tx.connection.execute(select(leads))}
    busy, failed = rows[ids["busy"]], rows[ids["failed"]]
    assert (busy.stage, busy.ending, busy.called_count, busy.last_outcome, busy.due_at) == (
        Stage.NEW, None, 0, None, LATER,
    )  # fmt: skip
    assert (failed.stage, failed.called_count, failed.due_at) == (Stage.NEW, 0, NOON.add(hours=1))


def test_batches_go_on_where_they_stopped_and_no_lead_is_refreshed_twice(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "BATCH", 2)
    monkeypatch.setattr("worker.domain.list_refresh.BATCH", 2)
    monkeypatch.setattr(refreshing, "BATCHES", 1)
    fill_store(store)
    first, *_ = add_leads(store, viettel(5), stage=Stage.DONE, last_outcome=Outcome.BUSY, called_count=1)
    refresh_list(store, tenant=WHO, list_id=HOME, which=Which.FAIL, only=(), now=NOON)
    queue = FakeJobQueue()

    counts = [run_refreshes(store, queue=queue, now=LATER)]
    with store.transaction() as tx:  # the first lead is called, and busy again, before the refresh has ended
        tx.connection.execute(
            update(leads).where(leads.c.id == first).values(stage=Stage.DONE, last_outcome=Outcome.BUSY)
        )
    counts += [run_refreshes(store, queue=queue, now=LATER) for _ in range(4)]

    assert counts == [2, 2, 1, 0, 0]
    assert CARRIER in queue.plans


def test_expired_leads_are_not_called_anew(store: SqlStore) -> None:
    fill(store, lead_expired_at=NOON)

    with pytest.raises(Conflict, match="lead_expired_at has passed"):
        refresh(store, Which.ALL)


def test_a_late_report_of_a_call_before_the_refresh_leaves_the_lead_alone(store: SqlStore, queue: FakeJobQueue) -> None:
    old = _ended_by_assumption(store, queue)
    refresh(store, Which.ALL)
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)
    _finish(store, queue, queue.calls[-1], Hangup(cause="USER_BUSY", answered=False, replied=True))
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)  # its recall is queued

    answered = Hangup(cause="NORMAL_CLEARING", answered=True)
    end = HungUp(old, answered, started_at=NOON, ended_at=NOON.add(seconds=9), answered_at=NOON.add(seconds=3))
    with store.transaction() as tx:
        apply_events(tx, queue=queue, events=[end], now=LATER, new_id=uuid4)

    with store.reading() as tx:
        lead = tx.connection.execute(select(leads)).one()
        states = tx.connection.execute(select(calls.c.id, calls.c.state)).all()
    assert (lead.stage, lead.called_count) == (Stage.CALLING, 1)
    assert {row.id: row.state for row in states} == {
        old: CallState.ENDED, queue.calls[-2]: CallState.ENDED, queue.calls[-1]: CallState.QUEUED,
    }  # fmt: skip


def _ended_by_assumption(store: SqlStore, queue: FakeJobQueue) -> CallId:
    fill_store(store, stored_settings(recall_times=1, recall_status=("busy",), schedule_recall="after"))
    add_leads(store, viettel(1))
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=NOON, new_id=uuid4)
    (call_id,) = queue.calls
    _finish(store, queue, call_id, None)
    return call_id


def _finish(store: SqlStore, queue: FakeJobQueue, call_id: CallId, end: Hangup | None) -> None:
    """Dial a call, and end it; without an end, by an assumption."""
    with store.transaction() as tx:
        tx.calls.move_to_dialing([Dial(call_id, "s1", "", 1, over_by=LATER)], now=NOON)
        (call,) = tx.calls.lock([call_id], states=[CallState.DIALING])
        assumed = assume_end(LastKnown(call_id=call_id, dialled_at=NOON), has_restarted=True)
        told = assumed if end is None else HungUp(call_id, end, started_at=NOON, ended_at=NOON.add(seconds=5))
        finish_calls(tx, queue=queue, ended=[(call, told)], now=LATER, new_id=uuid4)
