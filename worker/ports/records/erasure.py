"""The port for erasing persons."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import CallId, LeadId, TenantId


class Erasure(Protocol):
    """Persons whose number and data are removed, and whose number is never dialled again."""

    def among(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Return those of the numbers that belong to erased persons."""

    def note(self, tenant_id: TenantId, phone: str, *, new_key: str, now: DateTime) -> None:
        """Keep the number's keyed hash, and remove the number from lists of numbers, cursors and kept answers.

        ``new_key`` becomes the tenant's key if it has none.
        """

    def leads_of(self, tenant_id: TenantId, phone: str) -> list[LeadId]:
        """Return all the tenant's leads of the number."""

    def calls_of(self, lead_ids: Collection[LeadId]) -> list[CallId]:
        """Return all calls of the leads."""

    def calls_after(
        self, tenant_id: TenantId, phone: str, *, after: UUID | None, limit: int
    ) -> tuple[list[CallId], UUID | None]:
        """Look at the tenant's next calls; return those to the number, and behind which to go on (None: all done)."""

    def mentions_after(
        self, tenant_id: TenantId, phone: str, *, after: UUID | None, limit: int
    ) -> tuple[list[LeadId], UUID | None]:
        """Look at the tenant's next leads; return those whose data may hold the number, and behind which to go on."""

    def clear_mentions(self, lead_ids: Sequence[LeadId], *, phone: str, now: DateTime) -> int:
        """Replace the number in the data of these leads, of other people, and in their callbacks; return how many."""

    def clear_leads(self, lead_ids: Collection[LeadId]) -> None:
        """Drop the imported data of removed leads."""

    def clear_calls(self, call_ids: Sequence[CallId]) -> int:
        """Replace the number in the calls' rows, drop keys and the data of removed leads, and return how many."""

    def clear_callbacks(self, call_ids: Sequence[CallId], *, phone: str) -> int:
        """Replace number and data in the callbacks of the calls, sent or not, and return how many."""

    def clear_posted(self, call_ids: Sequence[CallId], *, phone: str) -> None:
        """Replace the number in CDRs of the calls that switches posted and that are not settled yet."""
