"""What chores need of the store: which are due, and leads in pieces so small that no dial waits for them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from pendulum import DateTime

from worker.domain.chore import Chore, LeadInHand
from worker.domain.ids import CampaignId, LeadId, ListId, TenantId
from worker.domain.lead import Ending
from worker.domain.network import Network


class Chores(Protocol):
    """Chores that are still to be done."""

    def put(self, chore: Chore) -> None:
        """Have this done from its moment on, from the beginning; of two on the same subject the earlier moment wins.

        Whoever puts one may hold locks of lists, carriers and campaigns: who has one in hand takes none of them.
        """

    def due(self, *, now: DateTime, limit: int) -> Sequence[Chore]:
        """Give the chores that have been due longest; locks nothing."""

    def hold(self, chore: Chore) -> bool:
        """Lock a chore; False when somebody else has it in hand, or has had since it was read."""

    def save(self, chore: Chore) -> None:
        """Remember when a chore in hand goes on, and how far it has come."""

    def finish(self, chore: Chore) -> None:
        """Strike a chore off, unless it was put again since."""


class ChoreLeads(Protocol):
    """Leads as chores see them, in the order of their places; ``after`` is the place where the last piece ended."""

    def of_list(self, list_id: ListId, *, after: str, limit: int) -> Sequence[LeadInHand]:
        """Give the next leads that were imported into the list."""

    def of_campaign(self, campaign_id: CampaignId, *, after: str, limit: int) -> Sequence[LeadInHand]:
        """Give the next leads of the campaign."""

    def under_prefix(self, tenant_id: TenantId, prefix: str, *, after: str, limit: int) -> Sequence[LeadInHand]:
        """Give the tenant's next leads whose number begins so."""

    def hold(self, lead_ids: Collection[LeadId]) -> set[LeadId]:
        """Lock those of the leads that nobody else has in hand; wait for none."""

    def park(self, lead_ids: Collection[LeadId], *, parked: bool, now: DateTime) -> None:
        """Take leads out of planning's sight, or bring them back."""

    def close(self, lead_ids: Collection[LeadId], *, ending: Ending, now: DateTime) -> None:
        """End those of the leads that wait."""

    def sort(self, networks: Mapping[LeadId, Network], *, now: DateTime) -> None:
        """Give leads the networks that they belong to by now."""

    def calls_are_up(self, campaign_id: CampaignId) -> bool:
        """Whether leads of the campaign are being called."""

    def not_done(self, tenant_id: TenantId, phones: Collection[str]) -> Sequence[LeadInHand]:
        """Give the tenant's leads of these numbers that are not done."""
