"""Campaigns whose numbers are encrypted where they are stored, or are becoming so, or clear again."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import CampaignId
from worker.domain.number_sealing import NumberSealing


class NumberSealings(Protocol):
    """The work on stored numbers; a campaign that never hid its numbers has no row."""

    def usable_key(self) -> str:
        """Return the id of the key that encrypts; empty without one, or when this process does not have it."""

    def put(self, sealing: NumberSealing) -> None:
        """Begin the work anew, in place of what is under way for the campaign."""

    def due(self, *, now: DateTime, limit: int) -> Sequence[NumberSealing]:
        """Return work that is due, longest waiting first."""

    def lock(self, sealing: NumberSealing) -> bool:
        """Lock the row; False when another transaction has it, or it is no longer as it was read."""

    def save(self, sealing: NumberSealing) -> None:
        """Write how far a locked one has come."""

    def remove(self, campaign_id: CampaignId) -> None:
        """Remove a locked row, once all numbers are clear."""

    def change_leads(self, sealing: NumberSealing, *, limit: int) -> int:
        """Change leads to the wanted form that no other transaction has locked; return how many."""

    def has_other_leads(self, sealing: NumberSealing) -> bool:
        """Return True when leads do not have the wanted form."""

    def change_rows(self, sealing: NumberSealing, *, limit: int) -> UUID | None:
        """Change a batch of rows to the wanted form; return the last id, None when there are no more rows."""

    def restart_walks(self, sealing: NumberSealing) -> None:
        """Make walks over the campaign's leads in the order of their numbers begin anew: the order has changed."""
