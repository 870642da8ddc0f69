"""The port for leads as operators import and read them, and numbers that nobody may call."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import LeadId, TenantId
from worker.domain.lead import Ending
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import (
    BlockedEntry,
    BlockedNumber,
    DuplicateScope,
    LeadFilter,
    LeadRecord,
    ListRecord,
    NewLead,
)


class LeadRecords(Protocol):
    """Leads as operators import and read them."""

    def add(
        self, leads: Sequence[NewLead], *, to: ListRecord, scope: DuplicateScope, ended: Ending | None, now: DateTime
    ) -> set[str]:
        """Add the leads whose number is new in the scope, in one statement; return the numbers that were added.

        ``ended`` is the reason with which the leads are done at once; None: they wait for a call. Leads of an inactive
        list are hidden from planning.
        """

    def get(self, tenant_id: TenantId, lead_id: LeadId) -> LeadRecord:
        """Return the tenant's lead; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: LeadFilter) -> Page[LeadRecord]:
        """Return the tenant's leads in the order in which they were added."""

    def by_number(
        self, tenant_id: TenantId, *, wanted: LeadFilter, of_single_calls: bool, limit: int, after: LeadRecord | None
    ) -> Sequence[LeadRecord]:
        """Return the next leads in the order of their numbers, those of single calls apart from all others.

        Hidden numbers are ordered by their stored form; each of these orders has an index.
        """


class DoNotCall(Protocol):
    """The tenants' do-not-call lists."""

    def add(self, tenant_id: TenantId, numbers: Sequence[BlockedNumber], *, now: DateTime) -> set[str]:
        """Add numbers; return those that are new."""

    def remove(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Remove numbers; return those that existed."""

    def get(self, tenant_id: TenantId, reference: UUID | str) -> BlockedEntry:
        """Return the tenant's entry of this id, or of this number in national form; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[BlockedEntry]:
        """Return the tenant's numbers, sorted by phone."""
