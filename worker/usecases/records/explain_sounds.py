"""Explain which leads wait because what they will hear is not there."""

from collections.abc import Collection
from dataclasses import replace

from pendulum import DateTime

from worker.domain.campaign import Campaign
from worker.domain.ids import CampaignId
from worker.domain.reason import Reason, Why
from worker.domain.standing import LeadStanding
from worker.ports.records.store import RecordTransaction
from worker.ports.sounds import SoundNames
from worker.usecases.dispatch.soundless_leads import consents_of, soundless_leads


def why_soundless(
    tx: RecordTransaction, lead: LeadStanding, *, campaign: Campaign, names: SoundNames | None, now: DateTime
) -> tuple[Why, ...]:
    """Return why a waiting lead cannot be spoken to yet, as each plan and each dial finds it."""
    if lead.lane is None:
        return ()
    asked = {lead.id: lead.template_id or campaign.template_id}
    consents = consents_of({lead.id: campaign}, codes={lead.id} if lead.template_id is not None else ())
    why = soundless_leads(tx, asked, consents=consents, names=names, now=now).get(lead.id)
    return () if why is None else (_of_engine(tx, why, now=now),)


def why_many_soundless(
    tx: RecordTransaction, campaign_ids: Collection[CampaignId], *, now: DateTime
) -> dict[CampaignId, tuple[Why, ...]]:
    """Return of which campaigns leads wait for sounds, and how many."""
    waiting = tx.sound_waits.count(campaign_ids, now=now)
    if not waiting:
        return {}
    of_engine = _of_engine(tx, Why(Reason.SOUND_NOT_READY), now=now)
    return {campaign_id: (replace(of_engine, in_use=leads),) for campaign_id, leads in waiting.items()}


def _of_engine(tx: RecordTransaction, why: Why, *, now: DateTime) -> Why:
    """Return the same, or in an engine's words why it renders nothing now."""
    if why.reason is not Reason.SOUND_NOT_READY:
        return why
    resting = next((rest for rest in tx.sounds.engines().values() if rest.lasts(now)), None)
    if resting is None:
        return why
    return Why(Reason.SOUND_FAILED, until=resting.retry_at, in_use=why.in_use, cause=resting.error)
