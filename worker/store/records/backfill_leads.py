"""Leads as backfills read them: in batches along an index, locked with SKIP LOCKED."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, update
from typing_extensions import override

from worker.domain.backfill import BackfillLead, Cursor
from worker.domain.ids import CampaignId, LeadId, ListId, TenantId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.ports.records.backfills import BackfillLeads
from worker.store.base.hidden_columns import SEALED_RANGE, forms_of
from worker.store.base.hidden_tables import number_sealings
from worker.store.base.tables import LIVE_ROWS, calls, leads

_READ: Final = [leads.c[name] for name in BackfillLead.__dataclass_fields__]
_WAITING: Final = (Stage.OTP, Stage.SINGLE, Stage.NEW, Stage.RECALL)


class SqlBackfillLeads(BackfillLeads):
    """Leads of a backfill, in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def of_list(self, list_id: ListId, *, after: Cursor | None, limit: int) -> Sequence[BackfillLead]:
        return self._read(batch(*imported_into(list_id), after=after, limit=limit))

    @override
    def of_campaign(self, campaign_id: CampaignId, *, after: Cursor | None, limit: int) -> Sequence[BackfillLead]:
        return self._read(batch(leads.c.campaign_id == campaign_id, after=after, limit=limit))

    @override
    def under_prefix(
        self, tenant_id: TenantId, prefix: str, *, after: Cursor | None, limit: int
    ) -> Sequence[BackfillLead]:
        these = and_(*under(prefix))
        if self._connection.scalar(_hiding(tenant_id)) is not None:  # the prefix of a sealed number cannot be compared
            these = or_(these, and_(leads.c.phone >= SEALED_RANGE[0], leads.c.phone < SEALED_RANGE[1]))
        return self._read(batch(leads.c.tenant_id == tenant_id, these, after=after, limit=limit))

    @override
    def not_done(self, tenant_id: TenantId, phones: Collection[str]) -> Sequence[BackfillLead]:
        these = (
            leads.c.tenant_id == tenant_id,
            leads.c.phone.in_(forms_of(self._connection, phones)),
            leads.c.stage != Stage.DONE,
        )
        return self._read(select(*_READ).where(*these).order_by(leads.c.phone, leads.c.id))

    @override
    def has_live_calls(self, campaign_id: CampaignId) -> bool:
        asked = select(calls.c.id).where(calls.c.campaign_id == campaign_id, LIVE_ROWS).limit(1)
        return self._connection.scalar(asked) is not None

    @override
    def lock(self, lead_ids: Collection[LeadId]) -> set[LeadId]:
        if not lead_ids:
            return set()
        asked = select(leads.c.id).where(leads.c.id.in_(list(lead_ids))).order_by(leads.c.id)
        locked = self._connection.scalars(asked.with_for_update(skip_locked=True, key_share=True))
        return {LeadId(lead) for lead in locked}

    @override
    def park(self, lead_ids: Collection[LeadId], *, parked: bool, now: DateTime) -> None:
        self._connection.execute(_these(lead_ids).values(parked=parked, updated_at=now))

    @override
    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        closing = _these(lead_ids).where(leads.c.stage.in_(_WAITING))
        self._connection.execute(closing.values(stage=Stage.DONE, ending=ending, updated_at=now))

    @override
    def set_networks(self, networks: Mapping[LeadId, Network], *, now: DateTime) -> None:
        by_network: defaultdict[Network, list[LeadId]] = defaultdict(list)
        for lead_id, network in networks.items():
            by_network[network].append(lead_id)
        for network, lead_ids in by_network.items():
            self._connection.execute(_these(lead_ids).values(network=network, updated_at=now))

    def _read(self, asked: Select[Any]) -> list[BackfillLead]:  # Any: a row of the read columns
        return [BackfillLead(**row) for row in self._connection.execute(asked).mappings()]


def batch(
    *these: ColumnElement[bool], after: Cursor | None, limit: int
) -> Select[Any]:  # Any: a row of the read columns
    """Select the leads behind a cursor, in the order of the index on their numbers."""
    asked = select(*_READ).where(*these).order_by(leads.c.phone, leads.c.id).limit(limit)
    if after is None:
        return asked
    return asked.where(leads.c.phone >= after.phone, (leads.c.phone > after.phone) | (leads.c.id > after.lead_id))


def _hiding(tenant_id: TenantId) -> Select[CampaignId]:
    return select(number_sealings.c.campaign_id).where(number_sealings.c.tenant_id == tenant_id).limit(1)


def imported_into(list_id: ListId) -> list[ColumnElement[bool]]:
    """Return the conditions for leads that were imported into the list; single calls are few and never parked."""
    return [leads.c.list_id == list_id, leads.c.call_id.is_(None), leads.c.removed_at.is_(None)]


def under(prefix: str) -> list[ColumnElement[bool]]:
    """Return the conditions for numbers under a prefix: a range, which uses an index in every collation."""
    beyond = str(int(prefix) + 1).zfill(len(prefix))
    return [leads.c.phone >= prefix, leads.c.phone < beyond]


def _these(lead_ids: Collection[LeadId]) -> Any:  # Any: an UPDATE of leads
    return update(leads).where(leads.c.id.in_(list(lead_ids)))
