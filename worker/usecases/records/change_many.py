"""Pause, resume or limit many campaigns: each by an edit of its own, and one that is refused holds up no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.campaign_settings import CampaignChanges, CampaignSettings
from worker.domain.errors import CallbeatError
from worker.domain.ids import CampaignId
from worker.domain.many_campaigns import Wish, decide_changes
from worker.domain.role import Role
from worker.domain.stale_copy import ReadCopy
from worker.ports.dispatch.clock import Clock
from worker.ports.dispatch.messages import JobQueue, Wakeups
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.save_campaign import CampaignEdit, save_campaign

MOST_AT_ONCE: Final = 1_000
"""Campaigns of one act; their ids fit into the body of a form."""
LONGEST: Final = Duration(seconds=20)
"""After so long no further campaign is begun: browsers and proxies wait for a minute at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyEdit:
    """The campaigns to change, in order, and what is wished."""

    tenant: Tenant
    campaign_ids: Sequence[CampaignId]
    wish: Wish
    limits: CampaignChanges = field(default_factory=CampaignChanges)
    """For ``Wish.LIMITS``: what is named; the rest stays as it is in each campaign."""
    role: Role


@dataclass(frozen=True, slots=True)
class Refusal:
    """A campaign that was not changed, and why; without settings it does not exist any more."""

    campaign_id: CampaignId
    settings: CampaignSettings | None
    error: CallbeatError


@dataclass(slots=True)
class ManyChanged:
    """What became of each campaign."""

    changed: list[CampaignSettings] = field(default_factory=list)
    unchanged: list[CampaignSettings] = field(default_factory=list)
    """There was nothing to change."""
    refused: list[Refusal] = field(default_factory=list)
    left: list[CampaignId] = field(default_factory=list)
    """Not begun, because the time was over."""


def change_many(
    store_for: Callable[[CampaignId], RecordStore],
    *,
    queue: JobQueue,
    wakeups: Wakeups,
    edit: ManyEdit,
    clock: Clock,
    new_id: Callable[[], UUID],
) -> ManyChanged:
    """Change each campaign as a single edit would; ``store_for`` returns the store that audits a campaign's edit.

    Each edit names the revision that was judged, so that a stop in between is never undone.
    """
    found, began = ManyChanged(), clock.now()
    for number, campaign_id in enumerate(edit.campaign_ids):
        now, store, settings = clock.now(), store_for(campaign_id), None
        if now - began >= LONGEST:
            found.left.extend(edit.campaign_ids[number:])
            break
        try:
            with store.reading() as tx:
                settings = tx.campaigns.get(edit.tenant.id, campaign_id)
            one = _edit_of(settings, edit=edit, now=now)
            if one is None:
                found.unchanged.append(settings)
            else:
                saved = save_campaign(store, queue=queue, wakeups=wakeups, edit=one, now=now, new_id=new_id)
                found.changed.append(saved.settings)
        except CallbeatError as error:
            found.refused.append(Refusal(campaign_id, settings, error))
    return found


def _edit_of(settings: CampaignSettings, *, edit: ManyEdit, now: DateTime) -> CampaignEdit | None:
    zone = edit.tenant.timezone
    changes = decide_changes(settings, wish=edit.wish, limits=edit.limits, zone=zone, now=now)
    if changes is None:
        return None
    return CampaignEdit(
        tenant=edit.tenant,
        campaign_id=settings.campaign_uuid,
        changes=changes,
        copy=ReadCopy(revision=settings.revision),
        role=edit.role,
    )
