"""All campaigns of a tenant at once, for the operators' page, in SQL."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, func, select
from typing_extensions import override

from worker.domain.call import CallState, Outcome
from worker.domain.ids import CampaignId, TenantId
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.ports.records.overviews import CampaignGlance, Overviews, RecentCalls, WaitingLeads
from worker.store.base.dialect import among
from worker.store.base.tables import LIVE_ROWS, WAITING, calls, campaigns, carriers, leads, trunks
from worker.store.dispatch.campaign_rows import to_settings

_MILLISECONDS_AT: Final = 80
"""Where the milliseconds of a version 7 id begin, in bits from its end; ids of calls are in the order of planning."""


class SqlOverviews(Overviews):
    """Overviews in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def campaigns(self, tenant_id: TenantId) -> list[CampaignGlance]:
        rows = self._connection.execute(_CAMPAIGNS, {"tenant": tenant_id}).mappings()
        return [
            CampaignGlance(
                settings=to_settings(row),
                carrier_name=row["carrier_name"] or "",
                failing_since=row["failing_since"],
                has_waiting=row["has_waiting"],
            )
            for row in rows
        ]

    @override
    def live(self, tenant_id: TenantId) -> Mapping[CampaignId, Counter[tuple[Network, CallState]]]:
        found: defaultdict[CampaignId, Counter[tuple[Network, CallState]]] = defaultdict(Counter)
        for row in self._connection.execute(_LIVE, {"tenant": tenant_id}):
            found[CampaignId(row.campaign_id)][row.network, row.state] = row.calls
        return found

    @override
    def recent(
        self, tenant_id: TenantId, *, planned_since: DateTime, dialled_since: DateTime
    ) -> Mapping[CampaignId, RecentCalls]:
        asked = {"tenant": tenant_id, "first": _first_id(planned_since), "since": dialled_since}
        dialled: Counter[CampaignId] = Counter()
        outcomes: defaultdict[CampaignId, dict[Outcome, int]] = defaultdict(dict)
        for row in self._connection.execute(_RECENT, asked):
            campaign_id = CampaignId(row.campaign_id)
            dialled[campaign_id] += row.dialled
            if row.outcome is not None:
                outcomes[campaign_id][row.outcome] = row.calls
        return {one: RecentCalls(dialled=dialled[one], outcomes=outcomes.get(one, {})) for one in dialled}

    @override
    def stages(self, campaign_id: CampaignId) -> Mapping[tuple[Stage, Ending | None], int]:
        rows = self._connection.execute(_STAGES, {"campaign": campaign_id})
        return {(row.stage, row.ending): row.leads for row in rows}

    @override
    def waiting(self, campaign_ids: Collection[CampaignId]) -> Mapping[CampaignId, WaitingLeads]:
        if not campaign_ids:
            return {}
        counted: Counter[CampaignId] = Counter()
        recalls: dict[CampaignId, tuple[int, DateTime | None]] = {}
        for row in self._connection.execute(_WAITING_LEADS, {"campaigns": list(campaign_ids)}):
            campaign_id = CampaignId(row.campaign_id)
            counted[campaign_id] += row.leads
            if row.stage is Stage.RECALL:
                recalls[campaign_id] = row.leads, row.due_at
        nothing = 0, None
        return {
            one: WaitingLeads(
                leads=counted[one],
                recalls=recalls.get(one, nothing)[0],
                next_recall_at=recalls.get(one, nothing)[1],
            )
            for one in counted
        }


def _first_id(since: DateTime) -> UUID:
    """Return the lowest version 7 id that can be made from this time on."""
    return UUID(int=int(since.timestamp() * 1000) << _MILLISECONDS_AT)


_FIRST_WAITING: Final = (
    select(leads.c.id)
    .where(leads.c.campaign_id == campaigns.c.id, WAITING)
    .correlate(campaigns)
    .order_by(leads.c.stage, leads.c.network, leads.c.due_at)  # keeps PostgreSQL on the index
    .limit(1)
    .scalar_subquery()
)
_CAMPAIGNS: Final = (
    select(
        campaigns,
        carriers.c.name.label("carrier_name"),
        trunks.c.failing_since,
        _FIRST_WAITING.is_not(None).label("has_waiting"),
    )
    .outerjoin(carriers, carriers.c.id == campaigns.c.carrier_id)
    .outerjoin(trunks, trunks.c.carrier_id == campaigns.c.carrier_id)
    .where(campaigns.c.tenant_id == bindparam("tenant"), campaigns.c.deleted_at.is_(None))
    .order_by(campaigns.c.created_at.desc(), campaigns.c.id.desc())
)
_LIVE: Final = (
    select(calls.c.campaign_id, calls.c.network, calls.c.state, func.count().label("calls"))
    .where(calls.c.tenant_id == bindparam("tenant"), LIVE_ROWS)
    .group_by(calls.c.campaign_id, calls.c.network, calls.c.state)
)
_RECENT: Final = (
    select(
        calls.c.campaign_id,
        calls.c.outcome,
        func.count().label("calls"),
        func.count().filter(calls.c.dialing_at >= bindparam("since", type_=calls.c.dialing_at.type)).label("dialled"),
    )
    .where(calls.c.tenant_id == bindparam("tenant"), calls.c.id >= bindparam("first", type_=calls.c.id.type))
    .group_by(calls.c.campaign_id, calls.c.outcome)
)
_STAGES: Final = (
    select(leads.c.stage, leads.c.ending, func.count().label("leads"))
    .where(leads.c.campaign_id == bindparam("campaign"), leads.c.removed_at.is_(None))
    .group_by(leads.c.stage, leads.c.ending)
)
_WAITING_LEADS: Final = (
    select(
        leads.c.campaign_id,
        leads.c.stage,
        func.count().label("leads"),
        func.min(leads.c.due_at).label("due_at"),
    )
    .where(among(leads.c.campaign_id, "campaigns"), WAITING)
    .group_by(leads.c.campaign_id, leads.c.stage)
)
