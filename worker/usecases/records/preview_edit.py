"""What an edit of a campaign would change: the edit is made in a transaction that is rolled back."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import CallState
from worker.domain.campaign import Status, resume_if_due
from worker.domain.campaign_settings import CampaignSettings, to_campaign
from worker.domain.dial import CallsUp, QueuedCall, why_not_dial
from worker.domain.network import Network
from worker.domain.reason import Reason, may_dial_from
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.explain import CampaignExplanation, explain_in
from worker.usecases.records.save_campaign import CampaignEdit, SavedCampaign, apply_edit

ANY_ATTEMPT: Final = 0
"""Queued calls are counted by network: which attempt each of them is does not matter to limits and switches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPreview:
    """The campaign before and after the edit, and what follows."""

    before: CampaignSettings
    saved: SavedCampaign
    cancelled: Mapping[Reason, int]
    """Queued calls that would be cancelled instead of dialled, by the reason."""
    next_dial_at: DateTime | None
    """The earliest next dial; None when there is none, or nobody waits."""
    channels: Mapping[Network, tuple[int, int]]
    """The most calls at once on each network, before and after."""


class _RollBack(Exception):
    """Ends the transaction without a trace."""


def preview_edit(
    store: RecordStore, *, queue: JobQueue, edit: CampaignEdit, now: DateTime, new_id: Callable[[], UUID]
) -> EditPreview:
    """Return what the edit would do; raises what the edit would raise. Nothing is stored and nothing is sent."""
    found: list[EditPreview] = []
    try:
        with store.transaction() as tx:
            found.append(_previewed(tx, queue=queue, edit=edit, now=now, new_id=new_id))
            raise _RollBack  # noqa: TRY301 - it has to leave the transaction
    except _RollBack:
        return found[0]


def _previewed(
    tx: RecordTransaction, *, queue: JobQueue, edit: CampaignEdit, now: DateTime, new_id: Callable[[], UUID]
) -> EditPreview:
    tenant, campaign_id = edit.tenant, edit.campaign_id
    before = tx.campaigns.get(tenant.id, campaign_id)
    was = explain_in(tx, tenant=tenant, campaign_id=campaign_id, now=now)
    saved = apply_edit(tx, queue=queue, edit=edit, now=now, new_id=new_id)
    will_be = explain_in(tx, tenant=tenant, campaign_id=campaign_id, now=now)
    old, new = _channels(tx, before, was), _channels(tx, saved.settings, will_be)
    return EditPreview(
        before=before,
        saved=saved,
        cancelled=_cancelled(tx, before, saved.settings, zone=tenant.timezone, now=now),
        next_dial_at=_next_dial_at(will_be, now=now) if any(new.values()) else None,
        channels={network: (old[network], new[network]) for network in Network},
    )


def _channels(tx: RecordTransaction, settings: CampaignSettings, found: CampaignExplanation) -> dict[Network, int]:
    if settings.carrier_uuid is None:
        return dict.fromkeys(Network, 0)
    carrier = tx.carriers.get(settings.tenant_id, settings.carrier_uuid)
    most = min(settings.concurrent_call, carrier.concurrent_call)
    limits = {network: use.limit for network, use in found.networks.items()}
    return {network: most if limit is None else min(most, limit) for network, limit in limits.items()}


def _cancelled(
    tx: RecordTransaction, before: CampaignSettings, after: CampaignSettings, *, zone: str, now: DateTime
) -> Counter[Reason]:
    """Judge each queued call as the check before its dial would, by the campaign's own limits."""
    live = tx.standings.live_calls(after.campaign_uuid)
    situation = None if after.carrier_uuid is None else tx.plans.situation(after.carrier_uuid, now=now)
    campaign = to_campaign(after, zone=zone)
    up = CallsUp()
    for (network, state), calls in live.items():
        if state is not CallState.QUEUED:
            up.campaign[network] += calls
    cancelled: Counter[Reason] = Counter()
    for (network, state), calls in live.items():
        if state is not CallState.QUEUED or before.carrier_uuid is None:
            continue
        call = QueuedCall(network, ANY_ATTEMPT, before.carrier_uuid, do_not_call=False)
        for _ in range(calls):
            carrier = None if situation is None else situation.carrier
            why = why_not_dial(call, campaign=campaign, carrier=carrier, up=up, tenant_cap=None, now=now)
            if why is None:
                up.campaign[network] += 1
            else:
                cancelled[why.reason] += 1
    return cancelled


def _next_dial_at(found: CampaignExplanation, *, now: DateTime) -> DateTime | None:
    campaign = resume_if_due(found.campaign, now=now)
    since = campaign.resume_at if campaign.status is Status.PAUSE else now
    counted = [use.due for use in found.networks.values() if use.due is not None]
    if counted and not any(counted) and since is not None:  # nobody waits now
        since = None if found.next_due_at is None else max(since, found.next_due_at)
    if not campaign.active or campaign.status is Status.STOP or since is None:
        return None
    dial_at = may_dial_from(campaign, since=since)
    expires_at = campaign.expires_at
    return None if dial_at is None or (expires_at is not None and dial_at >= expires_at) else dial_at
