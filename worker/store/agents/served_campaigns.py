"""Campaigns as their agents need them, read from SQL."""

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, select

from worker.domain.agents.service import service_of
from worker.domain.ids import CampaignId, CarrierId, GroupId, TenantId
from worker.ports.agents.agents import ServedCampaign
from worker.store.base.agent_tables import group_campaigns
from worker.store.base.tables import campaigns, tenants


def read_campaigns(connection: Connection, condition: ColumnElement[bool]) -> list[ServedCampaign]:
    """Return the campaigns, with the groups that name them."""
    columns = ("id", "tenant_id", "carrier_id", "name", "type", "active", "extras", "deleted_at")
    asked = select(*(campaigns.c[name] for name in columns), tenants.c.name.label("domain"), tenants.c.timezone)
    rows = connection.execute(asked.join(tenants, tenants.c.id == campaigns.c.tenant_id).where(condition)).all()
    if not rows:
        return []
    named = select(group_campaigns).where(group_campaigns.c.campaign_id.in_([row.id for row in rows]))
    groups: defaultdict[CampaignId, set[GroupId]] = defaultdict(set)
    for link in connection.execute(named):
        groups[CampaignId(link.campaign_id)].add(GroupId(link.group_id))
    return [
        ServedCampaign(
            id=CampaignId(row.id),
            tenant_id=TenantId(row.tenant_id),
            domain=row.domain,
            zone=row.timezone,
            carrier_id=None if row.carrier_id is None else CarrierId(row.carrier_id),
            name=row.name,
            type=row.type,
            active=row.active,
            is_deleted=row.deleted_at is not None,
            service=service_of(row.extras),
            assigned_groups=frozenset(groups[CampaignId(row.id)]),
        )
        for row in rows
    ]
