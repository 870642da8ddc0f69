"""What backfills need of the store: which are due, and leads in batches so small that no dial waits for them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from pendulum import DateTime

from worker.domain.backfill import Backfill, BackfillLead
from worker.domain.ids import CampaignId, LeadId, ListId, TenantId
from worker.domain.lead import Ending
from worker.domain.network import Network


class Backfills(Protocol):
    """Backfills that are still to be done."""

    def put(self, backfill: Backfill) -> None:
        """Have this done from its moment on, from the beginning; of two on the same subject the earlier moment wins.

        Whoever puts one may hold locks of lists, carriers and campaigns: who has one in hand takes none of them.
        """

    def due(self, *, now: DateTime, limit: int) -> Sequence[Backfill]:
        """Give the backfills that have been due longest; locks nothing."""

    def hold(self, backfill: Backfill) -> bool:
        """Lock a backfill; False when somebody else has it in hand, or has had since it was read."""

    def save(self, backfill: Backfill) -> None:
        """Remember when a backfill in hand goes on, and how far it has come."""

    def finish(self, backfill: Backfill) -> None:
        """Strike a backfill off, unless it was put again since."""


class BackfillLeads(Protocol):
    """Leads as backfills see them, in the order of their places; ``after`` is the place where the last batch ended."""

    def of_list(self, list_id: ListId, *, after: str, limit: int) -> Sequence[BackfillLead]:
        """Give the next leads that were imported into the list."""

    def of_campaign(self, campaign_id: CampaignId, *, after: str, limit: int) -> Sequence[BackfillLead]:
        """Give the next leads of the campaign."""

    def under_prefix(self, tenant_id: TenantId, prefix: str, *, after: str, limit: int) -> Sequence[BackfillLead]:
        """Give the tenant's next leads whose number begins so."""

    def hold(self, lead_ids: Collection[LeadId]) -> set[LeadId]:
        """Lock those of the leads that nobody else has in hand; wait for none."""

    def park(self, lead_ids: Collection[LeadId], *, parked: bool, now: DateTime) -> None:
        """Take leads out of planning's sight, or bring them back."""

    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        """End those of the leads that wait."""

    def set_networks(self, networks: Mapping[LeadId, Network], *, now: DateTime) -> None:
        """Give leads the networks that they belong to by now."""

    def calls_are_up(self, campaign_id: CampaignId) -> bool:
        """Whether leads of the campaign are being called."""

    def not_done(self, tenant_id: TenantId, phones: Collection[str]) -> Sequence[BackfillLead]:
        """Give the tenant's leads of these numbers that are not done."""
