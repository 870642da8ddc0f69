"""The port for lists, the containers of leads."""

from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CampaignId, ListId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import DuplicateScope, ListRecord


class Lists(Protocol):
    """Lists that are not deleted, of campaigns that are not deleted."""

    def get(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Return the tenant's list with the number of its leads; raises ``NotFound``."""

    def find(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Return the tenant's list without counting its leads; raises ``NotFound``."""

    def named(self, tenant_id: TenantId, name: str) -> ListRecord | None:
        """Return the tenant's list of this name without counting its leads; None when there is none."""

    def lock(self, tenant_id: TenantId, list_id: ListId, *, scope: DuplicateScope) -> ListRecord:
        """Return the list; other imports into the scope wait until this transaction ends. Raises ``NotFound``."""

    def lock_all_of(self, campaign_id: CampaignId) -> None:
        """Wait for running imports into the campaign; make new ones wait until this transaction ends."""

    def save(self, changed: ListRecord) -> None:
        """Write name and description of a locked list; raises ``Conflict`` when its name is taken."""

    def delete(self, list_id: ListId, *, now: DateTime) -> None:
        """Mark a locked list as deleted and make it inactive; its name is free again, its CDRs stay."""

    def delete_all_of(self, campaign_id: CampaignId, *, now: DateTime) -> None:
        """Mark all lists of a campaign, which are locked, as deleted."""

    def to_clear(self, *, limit: int) -> list[ListId]:
        """Return deleted lists that may have leads left, those that were deleted first before others."""

    def cleared(self, list_id: ListId, *, now: DateTime) -> None:
        """Note that the last lead of a deleted list was removed."""

    def lock_all(self, tenant_id: TenantId) -> None:
        """Wait for all running imports of the tenant; make new ones wait until this transaction ends."""

    def add(self, new: ListRecord) -> None:
        """Add a list; raises ``Conflict`` when its name or id is taken."""

    def switch(self, list_id: ListId, *, active: bool, now: DateTime) -> None:
        """Make a list active or inactive, after running imports into it have ended."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[ListRecord]:
        """Return the tenant's lists with the number of their leads, newest first."""
