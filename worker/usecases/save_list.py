"""Create a list in a campaign."""

from worker.domain.errors import NotFound
from worker.ports.record_store import RecordStore
from worker.ports.records import ListRecord


def create_list(store: RecordStore, new: ListRecord) -> None:
    """Add a list to one of the tenant's campaigns."""
    with store.transaction() as tx:
        try:
            tx.campaigns.get(new.tenant_id, new.campaign_id)
        except NotFound as error:
            raise NotFound("campaign is not found") from error
        tx.lists.add(new)
