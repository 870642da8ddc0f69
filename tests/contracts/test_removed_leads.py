"""A removed lead is dialled by nobody, and the call that was up when it was removed ends as any other."""

import json
from uuid import UUID, uuid4

from sqlalchemy import select, update

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, list_of, stored_settings, viettel
from tests.fakes.jobs import FakeJobQueue
from worker.domain.call import CallState, HungUp
from worker.domain.hangup import Hangup
from worker.domain.ids import CallId, LeadId
from worker.domain.lead import Stage
from worker.ports.dispatch.call_rows import Dial
from worker.ports.records.entities import DuplicateScope
from worker.store.base.callback_tables import deliveries
from worker.store.base.tables import leads, lists
from worker.store.transaction import SqlStore
from worker.usecases.dispatch.finish_calls import finish_calls
from worker.usecases.dispatch.plan_carrier import plan_carrier
from worker.usecases.records.delete_list import clear_deleted_lists

BUSY = Hangup(cause="USER_BUSY", answered=False, replied=True)
LATER = NOON.add(seconds=30)
HOME = list_of(CAMPAIGN)


def dialled(store: SqlStore, queue: FakeJobQueue) -> CallId:
    """Dial the first lead of a campaign that calls busy ones again."""
    recalled = {"recall_times": 3, "recall_status": ("busy",), "callback_url": "http://crm.example/cdr"}
    fill_store(store, stored_settings(concurrent_call=1, **recalled))
    add_leads(store, viettel(3), additional={"amount": 5})
    plan_carrier(store, queue=queue, carrier_id=CARRIER, now=NOON, new_id=uuid4)
    (call_id,) = queue.calls
    with store.transaction() as tx:
        tx.calls.move_to_dialing([Dial(call_id, "s1", "", 1, over_by=LATER)], now=NOON)
    return call_id


def test_the_call_that_is_up_ends_with_cdr_and_callback_and_without_a_recall(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    call_id = dialled(store, queue)
    with store.transaction() as tx:
        (call,) = tx.calls.lock([call_id], states=[CallState.DIALING])
        assert tx.lead_edits.remove([call.lead_id], now=NOON) == 1

    with store.transaction() as tx:
        (call,) = tx.calls.lock([call_id], states=[CallState.DIALING])
        end = HungUp(call_id, BUSY, started_at=NOON, ended_at=NOON.add(seconds=5))
        finish_calls(tx, queue=queue, ended=[(call, end)], now=LATER, new_id=uuid4)

    with store.reading() as tx:
        cdr = tx.cdrs.get(TENANT, str(call_id))
        lead = tx.connection.execute(select(leads).where(leads.c.id == call.lead_id)).one()
        told = tx.connection.execute(select(deliveries.c.event, deliveries.c.call_id, deliveries.c.body)).all()
    assert (cdr.phone, cdr.additional) == (call.phone, {"amount": 5})
    assert [(one.event, one.call_id) for one in told] == [("cdr", call_id)]
    body = json.loads(told[0].body)
    assert (body["domain"], body["application"], body["customer_id"]) == ("default", "autocall", str(call.lead_id))
    assert (lead.stage, lead.parked, lead.phone) == (Stage.DONE, True, f"removed {_stored(store, lead.id)}")


def test_leads_of_a_deleted_list_are_not_planned_and_those_without_a_call_are_deleted(
    store: SqlStore, queue: FakeJobQueue
) -> None:
    dialled(store, queue)
    with store.transaction() as tx:
        tx.lists.lock(TENANT, HOME, scope=DuplicateScope.LIST)
        tx.lists.delete(HOME, now=NOON)

    planned = plan_carrier(store, queue=queue, carrier_id=CARRIER, now=LATER, new_id=uuid4)
    removed = [clear_deleted_lists(store, now=LATER) for _ in range(2)]

    assert (planned, removed) == (0, [3, 0])
    with store.reading() as tx:
        left = tx.connection.execute(select(leads.c.stage, leads.c.removed_at)).all()
        cleared = tx.connection.scalars(select(lists.c.cleared_at)).all()
    assert [tuple(row) for row in left] == [(Stage.CALLING, LATER)]
    assert cleared == [LATER]


def test_a_lead_is_removed_once(store: SqlStore) -> None:
    fill_store(store)
    first, second = add_leads(store, viettel(2))

    with store.transaction() as tx:
        assert tx.lead_edits.remove([first, first], now=NOON) == 1
        assert tx.lead_edits.remove([first, second, LeadId(UUID(int=9))], now=NOON) == 1


def test_a_list_that_is_switched_on_does_not_show_removed_leads_again(store: SqlStore, queue: FakeJobQueue) -> None:
    call_id = dialled(store, queue)
    with store.transaction() as tx:
        (call,) = tx.calls.lock([call_id], states=[CallState.DIALING])
        tx.lead_edits.remove([call.lead_id], now=NOON)
        tx.connection.execute(update(leads).where(leads.c.id == call.lead_id).values(stage=Stage.RECALL))

    with store.reading() as tx:
        seen = tx.backfill_leads.of_list(HOME, after=None, limit=10)

    assert call.lead_id not in {lead.id for lead in seen}


def _stored(store: SqlStore, lead_id: UUID) -> str:
    """Return the id as this database writes it."""
    with store.reading() as tx:
        return str(lead_id) if tx.connection.dialect.name == "postgresql" else lead_id.hex
