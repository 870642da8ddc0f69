"""Campaigns as operators write and read them."""

from uuid import UUID

from pendulum import DateTime
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, true, update
from typing_extensions import override

from worker.domain.campaign import Status
from worker.domain.campaign_settings import HIDES_NUMBERS, CampaignSettings
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, CarrierId, TemplateId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.campaigns import Campaigns
from worker.ports.records.entities import CampaignFilter, NamedCampaign
from worker.store.base.dialect import conflicts_named
from worker.store.base.tables import campaigns, carriers, templates
from worker.store.dispatch.campaign_rows import to_row, to_settings

NAME_TAKEN = "campaign_name is already taken"
ID_TAKEN = "campaign_uuid is already taken"
NEVER_REWRITTEN = frozenset({"id", "tenant_id", "created_at"})


class SqlCampaigns(Campaigns):
    """Campaigns in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        return self._one(_of_tenant(tenant_id).where(campaigns.c.id == campaign_id))

    @override
    def lock(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        asked = _of_tenant(tenant_id).where(campaigns.c.id == campaign_id)
        return self._one(asked.with_for_update(key_share=True))

    @override
    def lock_paused(self, tenant_id: TenantId, *, now: DateTime) -> list[CampaignSettings]:
        resumed = campaigns.c.resume_at <= now
        asked = _of_tenant(tenant_id).where(campaigns.c.status == Status.PAUSE, resumed.is_not(true()))
        rows = self._connection.execute(asked.order_by(campaigns.c.id).with_for_update(key_share=True)).mappings()
        return [to_settings(row) for row in rows]

    @override
    def add(self, settings: CampaignSettings) -> None:
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(insert(campaigns).values(to_row(settings)))

    @override
    def save(self, settings: CampaignSettings) -> None:
        row = {column: value for column, value in to_row(settings).items() if column not in NEVER_REWRITTEN}
        with conflicts_named(name=NAME_TAKEN, id=ID_TAKEN):
            self._connection.execute(update(campaigns).where(campaigns.c.id == settings.campaign_uuid).values(row))

    @override
    def delete(self, campaign_id: CampaignId, *, now: DateTime) -> None:
        self._connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(deleted_at=now))

    @override
    def using(
        self, tenant_id: TenantId, *, carrier_id: CarrierId | None = None, template_id: TemplateId | None = None
    ) -> list[CampaignSettings]:
        wanted = ((campaigns.c.carrier_id, carrier_id), (campaigns.c.template_id, template_id))
        theirs = _of_tenant(tenant_id).where(*(column == one for column, one in wanted if one is not None))
        return [to_settings(row) for row in self._connection.execute(theirs.order_by(campaigns.c.id)).mappings()]

    @override
    def hiding_numbers(self, tenant_id: TenantId) -> frozenset[CampaignId]:
        hides = campaigns.c.extras[HIDES_NUMBERS].as_boolean().is_(True)
        found = self._connection.scalars(select(campaigns.c.id).where(campaigns.c.tenant_id == tenant_id, hides))
        return frozenset(CampaignId(campaign_id) for campaign_id in found)

    @override
    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CampaignFilter) -> Page[NamedCampaign]:
        asked = _of_tenant(tenant_id).where(*_conditions(wanted))
        if wanted.template_name is not None:
            asked = asked.where(campaigns.c.template_id.in_(_templates_named(tenant_id, wanted.template_name)))
        named = (
            asked.add_columns(carriers.c.name.label("carrier_name"), templates.c.name.label("template_name"))
            .outerjoin(carriers, carriers.c.id == campaigns.c.carrier_id)
            .outerjoin(templates, templates.c.id == campaigns.c.template_id)
            .order_by(campaigns.c.created_at.desc(), campaigns.c.id.desc())
            .limit(part.limit)
            .offset(part.offset)
        )
        rows = self._connection.execute(named).mappings()
        found = [NamedCampaign(to_settings(r), r["carrier_name"] or "", r["template_name"] or "") for r in rows]
        counted = asked.with_only_columns(func.count(), maintain_column_froms=True)
        return Page(found, self._connection.scalar(counted) or 0)

    def _one(self, asked: Select[*tuple[object, ...]]) -> CampaignSettings:
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("Not Found")
        return to_settings(row)


def _of_tenant(tenant_id: TenantId) -> Select[*tuple[object, ...]]:
    return select(campaigns).where(campaigns.c.tenant_id == tenant_id, campaigns.c.deleted_at.is_(None))


def _conditions(wanted: CampaignFilter) -> list[ColumnElement[bool]]:
    equal = (
        (campaigns.c.id, wanted.campaign_id),
        (campaigns.c.type, wanted.kind),
        (campaigns.c.name, wanted.name),
    )
    return [column == value for column, value in equal if value is not None]


def _templates_named(tenant_id: TenantId, name: str) -> Select[UUID]:
    return select(templates.c.id).where(templates.c.tenant_id == tenant_id, templates.c.name == name)
