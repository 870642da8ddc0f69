"""Bounded reads of a campaign that has not been started, in SQL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Integer, Select, bindparam, func, literal, select, union_all
from typing_extensions import override

from worker.domain.ids import CampaignId, LeadId, TemplateId, TenantId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.ports.records.starts import FirstLead, StartReads
from worker.store.base.tables import WAITING, leads
from worker.store.dispatch.demand import WAITING_STAGES
from worker.store.dispatch.leads import LISTED, listed_of_hidden


class SqlStartReads(StartReads):
    """The reads in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def waiting(self, campaign_id: CampaignId, *, most: int) -> Mapping[Network, int]:
        found: Counter[Network] = Counter()
        for row in self._connection.execute(_WAITING, {"campaign": campaign_id, "most": most}):
            found[row.network] += row.leads
        return {network: number for network, number in found.items() if number}

    @override
    def first(self, tenant_id: TenantId, campaign_id: CampaignId, *, most: int) -> Sequence[FirstLead]:
        rows = self._connection.execute(_FIRST, {"campaign": campaign_id, "most": most}).all()
        hidden = listed_of_hidden(self._connection, tenant_id, {row.phone for row in rows})
        return [
            FirstLead(
                id=LeadId(row.id),
                template_id=None if row.template_id is None else TemplateId(row.template_id),
                is_listed=row.is_listed or row.phone in hidden,
            )
            for row in rows
        ]


def _piece(stage: Stage, network: Network) -> Select[Any]:  # Any: a row of network, leads
    """Count one part of ``ix_leads_waiting``; the order keeps the database on it."""
    part = (
        select(leads.c.id)
        .where(
            leads.c.campaign_id == bindparam("campaign"), leads.c.stage == stage, leads.c.network == network, WAITING
        )
        .order_by(leads.c.due_at, leads.c.id)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    return select(literal(network, leads.c.network.type).label("network"), func.count().label("leads")).select_from(
        part
    )


_WAITING: Final = union_all(*(_piece(stage, network) for stage in WAITING_STAGES for network in Network))
_FIRST: Final = (
    select(leads.c.id, leads.c.phone, leads.c.template_id, LISTED.correlate(leads).label("is_listed"))
    .where(leads.c.campaign_id == bindparam("campaign"), WAITING)
    .order_by(leads.c.stage, leads.c.network, leads.c.due_at, leads.c.id)
    .limit(bindparam("most", type_=Integer))
)
