"""Push one customer of the older paths: a lead in the list of the campaign's single calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from pendulum import DateTime

from worker.domain.caps import Cap
from worker.domain.errors import NotFound
from worker.domain.ids import CampaignId, LeadId
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, Tenant
from worker.ports.records.store import RecordStore
from worker.usecases.records.call_now import home_in
from worker.usecases.records.import_leads import Draft, Imported, LeadImport, asking, import_in, readable_rows


class RowRefusedError(Exception):
    """The customer cannot become a lead; nothing is stored."""

    def __init__(self, imported: Imported) -> None:
        """Keep what the import found."""
        super().__init__(imported.problems)
        self.imported = imported


@dataclass(frozen=True, slots=True)
class Customer:
    """Who is pushed, and into which campaign."""

    tenant: Tenant
    campaign_id: CampaignId
    draft: Draft
    caps: Mapping[Cap, int]


def push_customer(
    store: RecordStore, *, queue: JobQueue, customer: Customer, now: DateTime, new_id: Callable[[], UUID]
) -> LeadId:
    """Add the lead, and the list when it is the first one; raises ``RowRefusedError``, and ``OverCap``."""
    rows, ask = readable_rows([customer.draft]), asking(store, queue, customer.tenant)
    with store.transaction() as tx:
        try:
            campaign = tx.campaigns.get(customer.tenant.id, customer.campaign_id)
        except NotFound as error:
            raise NotFound("campaign is not found") from error
        home = home_in(tx, campaign, now=now, new_id=new_id)
        wanted = LeadImport(customer.tenant, home, [customer.draft], DuplicateScope.CAMPAIGN, customer.caps)
        imported = import_in(tx, rows, wanted=wanted, ask=ask, now=now, new_id=new_id)
        if imported.problems:
            raise RowRefusedError(imported)
    return imported.leads[customer.draft.row]
