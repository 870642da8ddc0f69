"""The port for correcting and removing leads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CampaignId, LeadId, ListId
from worker.domain.json_value import Json
from worker.domain.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedLead:
    """What of a lead an edit writes."""

    phone: str
    network: Network
    due_at: DateTime | None
    """None: it stays as it is."""
    profile: Mapping[str, Json]
    additional: Mapping[str, Json]


class LeadEdits(Protocol):
    """Leads whose data is corrected, and leads that are removed."""

    def cancel_queued(self, lead_ids: Collection[LeadId], *, now: DateTime) -> None:
        """Cancel the leads' queued calls and let the leads wait again; the caller has locked their carriers."""

    def is_on_a_switch(self, lead_id: LeadId) -> bool:
        """Return True while a call of the lead is being sent to a switch or is up."""

    def is_known(self, campaign_id: CampaignId, phone: str) -> bool:
        """Return True when the number was imported into the campaign."""

    def save(self, lead_id: LeadId, edited: EditedLead, *, now: DateTime) -> None:
        """Write the data of a lead; raises ``Conflict`` when its list has the number already."""

    def remove(self, lead_ids: Collection[LeadId], *, now: DateTime) -> int:
        """Remove those of the leads that no other transaction has locked; return how many.

        A lead without a call is deleted. Of one that was called the row stays for its CDRs: no read finds it, it has no
        number and no data but what its CDRs show, and no plan takes it.
        """

    def left_in(self, list_id: ListId, *, limit: int) -> list[LeadId]:
        """Return leads of the list that are not removed yet."""
