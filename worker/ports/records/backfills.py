"""What backfills need of the store: which are due, and leads in batches so small that no dial waits for them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from pendulum import DateTime

from worker.domain.backfill import Backfill, BackfillLead, Cursor
from worker.domain.ids import CampaignId, LeadId, ListId, TenantId
from worker.domain.lead import Ending
from worker.domain.network import Network


class Backfills(Protocol):
    """Backfills that are not finished."""

    def put(self, backfill: Backfill) -> None:
        """Store a backfill that starts with the first lead; of two on one subject the earlier due time wins.

        The caller may hold locks of lists, carriers and campaigns: a running backfill takes none of them.
        """

    def due(self, *, now: DateTime, limit: int) -> Sequence[Backfill]:
        """Return due backfills, oldest first; locks nothing."""

    def lock(self, backfill: Backfill) -> bool:
        """Lock the row; False when another worker has it locked, or has changed it since it was read."""

    def save(self, backfill: Backfill) -> None:
        """Write the due time, the progress and the cursor of a locked backfill."""

    def finish(self, backfill: Backfill) -> None:
        """Delete the row, unless the backfill was put again since it was read."""


class BackfillLeads(Protocol):
    """Leads as backfills read them, ordered by phone and id; ``after`` is the cursor of the batch before."""

    def of_list(self, list_id: ListId, *, after: Cursor | None, limit: int) -> Sequence[BackfillLead]:
        """Return the next leads that were imported into the list."""

    def of_campaign(self, campaign_id: CampaignId, *, after: Cursor | None, limit: int) -> Sequence[BackfillLead]:
        """Return the next leads of the campaign."""

    def under_prefix(
        self, tenant_id: TenantId, prefix: str, *, after: Cursor | None, limit: int
    ) -> Sequence[BackfillLead]:
        """Return the tenant's next leads whose number starts with the prefix."""

    def lock(self, lead_ids: Collection[LeadId]) -> set[LeadId]:
        """Lock those leads that no other transaction has locked; wait for none. Return the ids that are locked now."""

    def park(self, lead_ids: Collection[LeadId], *, parked: bool, now: DateTime) -> None:
        """Hide leads from planning, or show them again."""

    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        """End those of the leads that wait for a call."""

    def set_networks(self, networks: Mapping[LeadId, Network], *, now: DateTime) -> None:
        """Write each lead's network."""

    def has_live_calls(self, campaign_id: CampaignId) -> bool:
        """Return True while a call of the campaign is live."""

    def not_done(self, tenant_id: TenantId, phones: Collection[str]) -> Sequence[BackfillLead]:
        """Return the tenant's leads of these numbers that have not ended, ordered by phone and id."""
