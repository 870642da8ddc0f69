"""Stored callbacks for tests: an ended call each, so that every row stands where it would in life."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import select

from tests.builders import CAMPAIGN, CARRIER, NOON, TENANT, add_leads, fill_store, list_of, viettel
from worker.domain.call import CallState
from worker.domain.callback_event import CallbackEvent
from worker.domain.ids import CallId, DeliveryId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.outbox import Delivery
from worker.store.base.callback_tables import deliveries
from worker.store.transaction import SqlStore

HOST = "cdr.example"


def a_delivery(number: int = 1, **changed: Any) -> Delivery:
    """Make the CDR callback of call number so-and-so."""
    given: dict[str, Any] = {
        "id": DeliveryId(UUID(int=0xD000 + number)),
        "tenant_id": TENANT,
        "campaign_id": CAMPAIGN,
        "call_id": CallId(UUID(int=0xCA00 + number)),
        "event": CallbackEvent.CDR,
        "url": f"https://{HOST}/hook",
        "host": HOST,
        "body": f'{{"call":{number}}}',
    }
    return Delivery(**(given | changed))


def fill_with_calls(store: SqlStore, count: int) -> None:
    """Store a campaign and that many ended calls of it."""
    fill_store(store)
    leads = add_leads(store, viettel(count))
    ended = [
        Call(
            id=CallId(UUID(int=0xCA00 + number)),
            tenant_id=TENANT,
            campaign_id=CAMPAIGN,
            carrier_id=CARRIER,
            lead_id=lead_id,
            list_id=list_of(CAMPAIGN),
            run_id=None,
            revision=1,
            attempt=1,
            stage_before=Stage.NEW,
            phone=phone,
            network=Network.VIETTEL,
            state=CallState.ENDED,
            queued_at=NOON,
            resend_at=NOON,
        )
        for number, (lead_id, phone) in enumerate(zip(leads, viettel(count), strict=True), start=1)
    ]
    with store.transaction() as tx:
        tx.calls.insert(ended)


def add_deliveries(store: SqlStore, wanted: Sequence[Delivery]) -> None:
    """Put callbacks in the outbox, due at noon."""
    with store.transaction() as tx:
        tx.deliveries.insert(wanted, now=NOON)


def stored(store: SqlStore) -> dict[DeliveryId, Any]:
    """Read the outbox: rows by id."""
    with store.reading() as tx:
        return {DeliveryId(row.id): row for row in tx.connection.execute(select(deliveries).order_by(deliveries.c.id))}


def due_hosts(store: SqlStore, *, now: DateTime) -> list[str]:
    """Return all hosts to which something is to be sent."""
    with store.reading() as tx:
        return list(tx.deliveries.due_hosts(after=None, urls=1000, hosts=1000, now=now).hosts)


def due_deliveries(store: SqlStore, *, now: DateTime, limit: int = 20) -> list[Delivery]:
    """Return the first due deliveries of the host."""
    with store.reading() as tx:
        urls = [one.address for one in tx.deliveries.waiting_urls(HOST, after=None, limit=100)]
        return tx.deliveries.due(HOST, wanted=dict.fromkeys(urls, limit), now=now, besides=())
