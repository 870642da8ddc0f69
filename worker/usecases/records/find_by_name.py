"""Find what an operator names on the command line: by its name, or by the id that its tenant knows."""

from uuid import UUID

from worker.domain.chosen_ids import Kind
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, ListId, TenantId
from worker.domain.text import plain_name
from worker.ports.paging import ONE
from worker.ports.records.entities import CampaignFilter, ListRecord, NamedCampaign, Tenant
from worker.ports.records.store import RecordStore, RecordTransaction


def find_campaign(store: RecordStore, *, tenant: Tenant, reference: str) -> NamedCampaign:
    """Return a campaign with the names of its carrier and template; raises ``NotFound``."""
    with store.reading() as tx:
        row_id = _row_id(tx, tenant.id, Kind.CAMPAIGN, reference)
        by_id = CampaignFilter(campaign_id=None if row_id is None else CampaignId(row_id))
        by_name = CampaignFilter(name=plain_name(reference))
        for wanted in (by_id, by_name) if row_id is not None else (by_name,):
            found = tx.campaigns.page(tenant.id, ONE, wanted=wanted).rows
            if found:
                return found[0]
    raise NotFound(f"the tenant {tenant.name} has no campaign {reference}")


def find_list(store: RecordStore, *, tenant: Tenant, reference: str) -> ListRecord:
    """Return a list without counting its leads; raises ``NotFound``."""
    with store.reading() as tx:
        row_id = _row_id(tx, tenant.id, Kind.LIST, reference)
        if row_id is not None:
            try:
                return tx.lists.find(tenant.id, ListId(row_id))
            except NotFound:
                pass
        found = tx.lists.named(tenant.id, plain_name(reference))
    if found is None:
        raise NotFound(f"the tenant {tenant.name} has no list {reference}")
    return found


def _row_id(tx: RecordTransaction, tenant_id: TenantId, kind: Kind, reference: str) -> UUID | None:
    """Return the id that the row has, if the text is an id at all."""
    try:
        chosen = UUID(reference)
    except ValueError:
        return None
    return tx.chosen_ids.of(tenant_id).kept(kind, chosen) or chosen
