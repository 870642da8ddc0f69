"""Delete a template; campaigns that played it have none afterwards, and those that run stop."""

from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from pendulum import DateTime

from worker.domain.campaign import Status
from worker.domain.campaign_settings import CampaignChanges
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, RunId, TemplateId
from worker.domain.stale_copy import NO_COPY, ReadCopy, check_copy
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.save_campaign import CampaignEdit, changed


def delete_template(  # noqa: PLR0913 - the edit, and which copy was read
    store: RecordStore,
    *,
    queue: JobQueue,
    tenant: Tenant,
    template_id: TemplateId,
    now: DateTime,
    new_id: Callable[[], UUID],
    copy: ReadCopy = NO_COPY,
) -> list[CampaignId]:
    """Delete a template and return the campaigns that stop for it; raises ``NotFound``.

    A campaign without a template would call people and say nothing, so it stops; its live calls end by themselves.
    """
    with store.transaction() as tx:
        tx.tenants.lock(tenant.id)  # so that no edit gives the template to another campaign meanwhile
        check_copy(tx.templates.get(tenant.id, template_id).updated_at, copy, what="template")
        using = tx.campaigns.using(tenant.id, template_id=template_id)
        carrier_ids = {campaign.carrier_uuid for campaign in using if campaign.carrier_uuid is not None}
        tx.carriers.wake(carrier_ids, at=now)
        ids = [campaign.campaign_uuid for campaign in using]
        stopped = list(_stopped(tx, ids, tenant=tenant, now=now, new_id=new_id))
        tx.templates.delete(template_id, now=now)
        for carrier_id in sorted(carrier_ids):
            tx.after_commit(partial(queue.plan_carrier, carrier_id))
        return stopped


def _stopped(
    tx: RecordTransaction, ids: list[CampaignId], *, tenant: Tenant, now: DateTime, new_id: Callable[[], UUID]
) -> Iterator[CampaignId]:
    """Take the template from these campaigns, and yield those that were not stopped before."""
    changes = CampaignChanges(status=Status.STOP, template_uuid=None)
    for campaign_id in ids:
        try:
            before = tx.campaigns.lock(tenant.id, campaign_id)
        except NotFound:  # it has just been deleted
            continue
        edit = CampaignEdit(tenant=tenant, campaign_id=campaign_id, changes=changes)
        tx.campaigns.save(changed(before, edit, now=now, new_run_id=RunId(new_id())))
        if before.status is not Status.STOP:
            yield campaign_id
