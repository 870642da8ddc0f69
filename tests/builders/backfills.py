"""What tests of backfills put, change and look at."""

from collections.abc import Sequence
from datetime import date

from pendulum import DateTime
from sqlalchemy import select, update

from tests.builders import (
    CAMPAIGN,
    HANOI,
    NOON,
    TENANT,
    list_of,
)
from worker.domain.backfill import Backfill, BackfillKind
from worker.domain.ids import LeadId
from worker.domain.network import Network
from worker.domain.number_plan import PrefixRule, Source
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import Tenant
from worker.store.base.tables import campaigns, leads
from worker.store.transaction import SqlStore
from worker.usecases.records.save_list import switch_list

WHO = Tenant(id=TENANT, name="default", timezone=HANOI)
LIST = list_of(CAMPAIGN)
TODAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 24)
MIDNIGHT = NOON.add(hours=12)


def backfills(store: SqlStore) -> list[Backfill]:
    with store.reading() as tx:
        return list(tx.backfills.due(now=NOON.add(years=1), limit=100))


def put(store: SqlStore, kind: BackfillKind, subject: object, *, at: DateTime = NOON) -> None:
    with store.transaction() as tx:
        tx.backfills.put(Backfill(TENANT, kind, str(subject), at))


def values(store: SqlStore, name: str) -> list[object]:
    with store.reading() as tx:
        return list(tx.connection.scalars(select(leads.c[name]).order_by(leads.c.phone)))


def set_leads(store: SqlStore, lead_ids: Sequence[LeadId], **changed: object) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(leads).where(leads.c.id.in_(lead_ids)).values(changed))


def switch(store: SqlStore, *, active: bool, queue: JobQueue) -> None:
    switch_list(store, queue=queue, tenant=WHO, list_id=LIST, active=active, now=NOON)


def expire(store: SqlStore, at: DateTime | None) -> None:
    with store.transaction() as tx:
        tx.connection.execute(update(campaigns).where(campaigns.c.id == CAMPAIGN).values(lead_expired_at=at))


def rules(*given: tuple[str, Network | None, date]) -> list[PrefixRule]:
    return [PrefixRule(*rule, Source.TENANT) for rule in given]
