"""Calls that tests store directly, as dispatching would have left them."""

from typing import Any
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from tests.builders import NOON
from worker.domain.call import CallState, Outcome
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, DeliveryId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.dispatch.outbox import Delivery
from worker.store.base.hidden_columns import forms_of
from worker.store.base.tables import calls, leads
from worker.store.transaction import SqlStore

URL = "https://crm.example/cdr"


def store_call(store: SqlStore, *, phone: str, started_at: DateTime = NOON, **changed: Any) -> UUID:
    """Store a call to a lead, by default one that nobody answered within 30 seconds; give its id."""
    call_id = uuid7()
    with store.transaction() as tx:
        lead = tx.connection.execute(select(leads).where(leads.c.phone.in_(forms_of(tx.connection, [phone])))).one()
        carrier = tx.carriers.only_one(lead.tenant_id)
        given = {
            "id": call_id, "tenant_id": lead.tenant_id, "campaign_id": lead.campaign_id, "carrier_id": carrier,
            "list_id": lead.list_id, "lead_id": lead.id, "revision": 1, "attempt": 1, "stage_before": Stage.NEW,
            "phone": phone, "network": Network.VIETTEL, "ref_id": "", "state": CallState.ENDED, "queued_at": started_at,
            "resend_at": started_at, "refusals": 0, "switch": "s1", "caller_id": "02873003586",
            "started_at": started_at, "ringing_at": started_at.add(seconds=3), "ended_at": started_at.add(seconds=30),
            "outcome": Outcome.NO_ANSWERED, "cause": "NO_ANSWER", "sip_call_id": f"sip-{phone}",
            "hangup_disposition": "send_cancel",
        }  # fmt: skip
        tx.connection.execute(insert(calls).values(given | changed))
    return call_id


def store_delivery(store: SqlStore, *, call_id: UUID, at: DateTime) -> Delivery:
    """Store the callback of a call that was stored before; give it."""
    with store.transaction() as tx:
        call = tx.connection.execute(select(calls).where(calls.c.id == call_id)).one()
        delivery = Delivery(
            id=DeliveryId(uuid7()),
            tenant_id=call.tenant_id,
            campaign_id=call.campaign_id,
            call_id=CallId(call_id),
            event=CallbackEvent.CDR,
            url=URL,
            host="crm.example",
            body='{"note":""}',
        )
        tx.deliveries.insert([delivery], now=at)
    return delivery
