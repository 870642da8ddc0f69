"""What planning reads and writes: one carrier's situation, under locks, and when to look at it again."""

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    bindparam,
    func,
    literal,
    select,
    union_all,
    update,
)

from worker.domain.call import LIVE
from worker.domain.campaign import Campaign, Status
from worker.domain.carrier import Carrier
from worker.domain.ids import CampaignId, CarrierId, TenantId
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.domain.planner import Demand, Situation
from worker.domain.quota import LiveCalls
from worker.domain.settings import to_campaign
from worker.store.campaign_rows import to_settings
from worker.store.carriers import to_carrier
from worker.store.tables import LIVE_ROWS, WAITING, calls, campaigns, carriers, leads, tenants

RUNNABLE: Final = (Status.START, Status.PAUSE)


class SqlPlans:
    """Planning's view of SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    def lock_situation(self, carrier_id: CarrierId, *, now: DateTime) -> Situation | None:
        """Lock tenant (when capped), carrier and campaigns, in this order; read what planning needs."""
        tenant_id = self._connection.scalar(select(carriers.c.tenant_id).where(carriers.c.id == carrier_id))
        if tenant_id is None:
            return None
        tenant = self._lock_tenant(tenant_id)
        carrier = self._lock_carriers([carrier_id])[carrier_id]
        mine = campaigns.c.carrier_id == carrier_id
        runnable = self._lock_campaigns(
            select(campaigns).where(mine, campaigns.c.active, campaigns.c.status.in_(RUNNABLE)), zone=tenant["timezone"]
        )
        live = self._live(carrier_id, tenant_id=tenant_id, campaign_ids=[c.id for c in runnable], capped=tenant["cap"])
        room = max(1, carrier.concurrent_call - live.of_carrier())  # one even when full: is anything waiting at all?
        return Situation(
            carrier=carrier,
            campaigns=tuple(runnable),
            demand=self._demand([c.id for c in runnable], room=room, now=now),
            live=live,
            tenant_cap=tenant["cap"],
        )

    def set_next_plan(self, carrier_id: CarrierId, *, at: DateTime | None) -> None:
        """Remember when the carrier is to be planned without being asked."""
        self._connection.execute(update(carriers).where(carriers.c.id == carrier_id).values(next_plan_at=at))

    def due_carriers(self, *, now: DateTime) -> list[CarrierId]:
        """Give the carriers whose next plan is due, oldest first."""
        due = select(carriers.c.id).where(carriers.c.next_plan_at <= now).order_by(carriers.c.next_plan_at)
        return [CarrierId(carrier) for carrier in self._connection.scalars(due)]

    def resume(self, campaign: Campaign) -> None:
        """Store a pause that turned into a start."""
        row = update(campaigns).where(campaigns.c.id == campaign.id)
        self._connection.execute(row.values(status=campaign.status, resume_at=campaign.resume_at))

    def lock_for_dial(
        self, campaign_ids: Collection[CampaignId]
    ) -> tuple[dict[CampaignId, Campaign], dict[CampaignId, Carrier]]:
        """Lock carriers, then campaigns that are not deleted; give both by campaign."""
        asked = campaigns.c.id.in_(sorted(campaign_ids))
        homes = self._connection.scalars(select(campaigns.c.carrier_id).where(asked).distinct())
        locked = self._lock_carriers([CarrierId(home) for home in homes if home is not None])
        found = {c.id: c for c in self._lock_campaigns(select(campaigns).where(asked), zone=None)}
        return found, {c.id: locked[c.carrier_id] for c in found.values() if c.carrier_id in locked}

    def campaigns(self, campaign_ids: Collection[CampaignId]) -> dict[CampaignId, Campaign]:
        """Give campaigns by id, deleted ones included: their last calls still leave CDRs."""
        asked = (
            select(campaigns, tenants.c.timezone)
            .join(tenants, tenants.c.id == campaigns.c.tenant_id)
            .where(campaigns.c.id.in_(list(campaign_ids)))
        )
        return {c.id: c for c in map(_campaign, self._connection.execute(asked).mappings())}

    def _lock_tenant(self, tenant_id: TenantId) -> RowMapping:
        asked = select(tenants.c.timezone, tenants.c.concurrent_call.label("cap")).where(tenants.c.id == tenant_id)
        row = self._connection.execute(asked).mappings().one()
        if row["cap"] is not None:
            row = self._connection.execute(asked.with_for_update(key_share=True)).mappings().one()
        return row

    def _lock_carriers(self, carrier_ids: Collection[CarrierId]) -> dict[CarrierId, Carrier]:
        asked = select(carriers).where(carriers.c.id.in_(sorted(carrier_ids))).order_by(carriers.c.id)
        rows = self._connection.execute(asked.with_for_update(key_share=True)).mappings()
        return {carrier.id: carrier for carrier in map(to_carrier, rows)}

    def _lock_campaigns(self, asked: Select[Any], *, zone: str | None) -> list[Campaign]:  # Any: a row of all columns
        asked = asked.where(campaigns.c.deleted_at.is_(None)).order_by(campaigns.c.id)
        rows = self._connection.execute(asked.with_for_update(key_share=True)).mappings().all()
        zones = self.zones({TenantId(row["tenant_id"]) for row in rows}) if zone is None else defaultdict(lambda: zone)
        return [to_campaign(to_settings(row), zone=zones[TenantId(row["tenant_id"])]) for row in rows]

    def zones(self, tenant_ids: Collection[TenantId]) -> dict[TenantId, str]:
        """Give tenants' time zones."""
        asked = select(tenants.c.id, tenants.c.timezone).where(tenants.c.id.in_(list(tenant_ids)))
        return {TenantId(row.id): row.timezone for row in self._connection.execute(asked)}

    def _live(
        self, carrier_id: CarrierId, *, tenant_id: TenantId, campaign_ids: list[CampaignId], capped: int | None
    ) -> LiveCalls:
        by_campaign: defaultdict[CampaignId, Counter[Network]] = defaultdict(Counter)
        for row in self._connection.execute(LIVE_BY_CAMPAIGN, {"owners": campaign_ids, "states": LIVE}):
            by_campaign[CampaignId(row.owner)][row.network] = row.taken
        carried = self._connection.execute(LIVE_BY_CARRIER, {"owners": [carrier_id], "states": LIVE})
        on_carrier = {row.network: row.taken for row in carried}
        of_tenant = select(func.count()).where(calls.c.tenant_id == tenant_id, LIVE_ROWS)
        return LiveCalls(
            tenant=0 if capped is None else self._connection.scalar(of_tenant) or 0,
            carrier=on_carrier,
            campaigns=by_campaign,
        )

    def _demand(self, campaign_ids: list[CampaignId], *, room: int, now: DateTime) -> dict[CampaignId, Demand]:
        due: defaultdict[CampaignId, Counter[Network]] = defaultdict(Counter)
        next_due: dict[CampaignId, DateTime] = {}
        if campaign_ids:
            for row in self._connection.execute(DEMAND, {"campaigns": campaign_ids, "room": room, "now": now}):
                campaign_id = CampaignId(row.campaign)
                due[campaign_id][row.network] += row.due
                if row.next_due_at is not None:
                    next_due[campaign_id] = min(row.next_due_at, next_due.get(campaign_id, row.next_due_at))
        return {c: Demand(due=due[c], next_due_at=next_due.get(c)) for c in campaign_ids}


def live_by(owner: ColumnElement[Any]) -> Select[Any]:  # Any: an id of one kind; a row of owner, network, taken
    """Count calls of owners in live states, by owner and network, through the partial index of that owner."""
    return (
        select(owner.label("owner"), calls.c.network, func.count().label("taken"))
        .where(
            owner.in_(bindparam("owners", expanding=True)),
            LIVE_ROWS,
            calls.c.state.in_(bindparam("states", expanding=True)),
        )
        .group_by(owner, calls.c.network)
    )


def _demand() -> Select[Any]:  # Any: a row of campaign, network, due, next_due_at
    """Count due leads by campaign, network and class, no further than ``room``; and find the next one to fall due."""
    networks = union_all(*(select(literal(n, leads.c.network.type).label("network")) for n in Network)).subquery(
        "networks"
    )
    stages = union_all(
        *(select(literal(s, leads.c.stage.type).label("stage")) for s in (Stage.NEW, Stage.RECALL))
    ).subquery("stages")
    same = (
        leads.c.campaign_id == campaigns.c.id,
        leads.c.stage == stages.c.stage,
        leads.c.network == networks.c.network,
        WAITING,
    )
    now = bindparam("now", type_=leads.c.due_at.type)
    room = bindparam("room", type_=Integer)
    # The order is not needed for counting: it keeps the database on the index, whatever its statistics say.
    found = select(leads.c.id).where(*same, leads.c.due_at <= now).order_by(leads.c.due_at, leads.c.id).limit(room)
    due = select(func.count()).select_from(found.correlate(campaigns, stages, networks).subquery()).scalar_subquery()
    later = select(leads.c.due_at).where(*same, leads.c.due_at > now).order_by(leads.c.due_at, leads.c.id).limit(1)
    return (
        select(
            campaigns.c.id.label("campaign"),
            networks.c.network,
            due.label("due"),
            later.correlate(campaigns, stages, networks).scalar_subquery().label("next_due_at"),
        )
        .select_from(campaigns.join(stages, literal(value=True)).join(networks, literal(value=True)))
        .where(campaigns.c.id.in_(bindparam("campaigns", expanding=True)))
    )


LIVE_BY_CAMPAIGN: Final = live_by(calls.c.campaign_id)
LIVE_BY_CARRIER: Final = live_by(calls.c.carrier_id)
DEMAND: Final = _demand()


def _campaign(row: RowMapping) -> Campaign:
    return to_campaign(to_settings(row), zone=row["timezone"])
