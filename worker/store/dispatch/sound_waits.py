"""Leads that wait for sounds, in SQL."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)
from typing_extensions import override

from worker.domain.campaign import Status
from worker.domain.ids import CampaignId, LeadId, TemplateId
from worker.domain.lead import LANE_OF, Stage
from worker.domain.network import Network
from worker.ports.dispatch.sound_rows import SoundWaits
from worker.store.base.dialect import among, insert_or_replace
from worker.store.base.sound_tables import sound_waits
from worker.store.base.tables import WAITING, campaigns, leads

_MOST_CAMPAIGNS: Final = 200
"""Of which the next leads are looked for at once; those that were changed last come first."""
_RUNS: Final = (campaigns.c.status == Status.START) & campaigns.c.active & campaigns.c.deleted_at.is_(None)
_SPOKEN: Final = func.coalesce(leads.c.template_id, campaigns.c.template_id)
_WAIT: Final = (
    select(sound_waits.c.lead_id, _SPOKEN.label("template_id"))
    .join(leads, leads.c.id == sound_waits.c.lead_id)
    .join(campaigns, campaigns.c.id == sound_waits.c.campaign_id)
    .where(
        _RUNS | (leads.c.stage == Stage.OTP),
        leads.c.stage.in_(tuple(LANE_OF)),
        sound_waits.c.until > bindparam("now"),
        _SPOKEN.is_not(None),
    )
    .order_by(sound_waits.c.until, sound_waits.c.lead_id)
    .limit(bindparam("most", type_=Integer))
)
_SPEAKING: Final = (
    select(campaigns.c.id, campaigns.c.template_id)
    .where(_RUNS, campaigns.c.template_id.is_not(None))
    .order_by(campaigns.c.updated_at.desc())
    .limit(_MOST_CAMPAIGNS)
)


class SqlSoundWaits(SoundWaits):
    """Leads that wait for sounds, in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def hold(self, held: Mapping[LeadId, CampaignId], *, until: DateTime) -> None:
        if held:
            inserting = insert_or_replace(
                self._connection, sound_waits, same=["lead_id"], new=lambda row: {"until": row["until"]}
            )
            rows = [{"lead_id": lead, "campaign_id": campaign, "until": until} for lead, campaign in held.items()]
            self._connection.execute(inserting, rows)

    @override
    def of_running(self, *, limit: int, now: DateTime) -> dict[LeadId, TemplateId]:
        found = self._connection.execute(_WAIT, {"most": limit, "now": now})
        return {LeadId(row.lead_id): TemplateId(row.template_id) for row in found}

    @override
    def next_of_running(self, *, per_campaign: int, until: DateTime) -> dict[LeadId, TemplateId]:
        found: dict[LeadId, TemplateId] = {}
        for campaign in self._connection.execute(_SPEAKING).all():
            asked = {"campaign": campaign.id, "until": until, "most": per_campaign}
            for row in self._connection.execute(_NEXT, asked):
                found[LeadId(row.id)] = TemplateId(row.template_id or campaign.template_id)
        return found

    @override
    def consents(self, lead_ids: Collection[LeadId]) -> dict[LeadId, str]:
        found = self._connection.execute(_CONSENTS, {"leads": list(lead_ids)}) if lead_ids else ()
        return {LeadId(row.id): row.recording_consent for row in found}

    @override
    def release(self, lead_ids: Collection[LeadId], *, now: DateTime) -> set[CampaignId]:
        if not lead_ids:
            return set()
        locked = self._connection.scalars(_LOCK, {"leads": list(lead_ids)}).all()  # as plans do: leads, then waits
        if not locked:
            return set()
        gone = delete(sound_waits).where(sound_waits.c.lead_id.in_(locked))
        rows = self._connection.execute(gone.returning(*sound_waits.c)).all()
        if rows:
            due = [{"lead": row.lead_id, "noted": row.until, "now": now} for row in rows]
            self._connection.execute(_RELEASE, due)
        return {CampaignId(row.campaign_id) for row in rows}

    @override
    def drop_lapsed(self, *, now: DateTime) -> None:
        self._connection.execute(delete(sound_waits).where(sound_waits.c.until <= now))

    @override
    def count(self, campaign_ids: Collection[CampaignId], *, now: DateTime) -> dict[CampaignId, int]:
        if not campaign_ids:
            return {}
        rows = self._connection.execute(_COUNTED, {"campaigns": list(campaign_ids), "now": now})
        return {CampaignId(row.campaign_id): row.waiting for row in rows}


_COUNTED: Final = (
    select(sound_waits.c.campaign_id, func.count().label("waiting"))
    .where(among(sound_waits.c.campaign_id, "campaigns"), sound_waits.c.until > bindparam("now"))
    .group_by(sound_waits.c.campaign_id)
)
_CONSENTS: Final = (
    select(leads.c.id, campaigns.c.recording_consent)
    .join(campaigns, campaigns.c.id == leads.c.campaign_id)
    .where(among(leads.c.id, "leads"), campaigns.c.enable_recording, leads.c.template_id.is_(None))
)
_LOCK: Final = (
    select(leads.c.id)
    .where(among(leads.c.id, "leads"))
    .order_by(leads.c.id)
    .with_for_update(skip_locked=True, key_share=True)
)
_RELEASE: Final = (
    update(leads)
    .where(
        leads.c.id == bindparam("lead"),
        leads.c.due_at == bindparam("noted", type_=leads.c.due_at.type),  # otherwise something else has moved it since
        or_(*(leads.c.stage == stage for stage in LANE_OF)),
    )
    .values(due_at=bindparam("now"))
)


def _next() -> Select[Any]:  # Any: a row of id, template_id
    """Select a campaign's next leads: the first of each stage and network by ``ix_leads_waiting``, merged."""
    pieces = [select(_piece(stage, network)) for stage in LANE_OF for network in Network]
    merged = union_all(*pieces).subquery()
    return (
        select(merged.c.id, merged.c.template_id)
        .order_by(merged.c.due_at, merged.c.id)
        .limit(bindparam("most", type_=Integer))
    )


def _piece(stage: Stage, network: Network) -> Any:  # Any: a subquery of id, template_id, due_at
    return (
        select(leads.c.id, leads.c.template_id, leads.c.due_at)
        .where(_of_campaign(stage, network), leads.c.due_at <= bindparam("until", type_=leads.c.due_at.type), WAITING)
        .order_by(leads.c.due_at, leads.c.id)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )


def _of_campaign(stage: Stage, network: Network) -> ColumnElement[bool]:
    return (leads.c.campaign_id == bindparam("campaign")) & (leads.c.stage == stage) & (leads.c.network == network)


_NEXT: Final = _next()
