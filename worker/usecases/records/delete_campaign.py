"""Delete a campaign that is not active; its leads are removed by the sweep, its CDRs stay."""

from pendulum import DateTime

from worker.domain.errors import Conflict
from worker.domain.ids import CampaignId
from worker.domain.stale_copy import NO_COPY, ReadCopy, check_revision
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore


def delete_campaign(
    store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId, now: DateTime, copy: ReadCopy = NO_COPY
) -> None:
    """Delete a campaign with its lists, after running imports into them; its live calls end by themselves."""
    with store.transaction() as tx:
        tx.campaigns.get(tenant.id, campaign_id)
        tx.lists.lock_all_of(campaign_id)
        locked = tx.campaigns.lock(tenant.id, campaign_id)
        check_revision(locked.revision, copy)
        if locked.active:
            raise Conflict("campaign must be deactive")
        tx.campaigns.delete(campaign_id, now=now)
        tx.lists.delete_all_of(campaign_id, now=now)
