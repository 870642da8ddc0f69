"""The port for how long records are kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.ids import LeadId, TenantId
from worker.domain.retention import Kept, Retention


@dataclass(frozen=True, slots=True)
class OldLeads:
    """Leads to remove, and the last one that was read; None at the end of all leads."""

    ids: Sequence[LeadId]
    last: UUID | None


class Retentions(Protocol):
    """Tenants' retentions, and the records that are older. Each method deletes one batch of at most ``limit``."""

    def of(self, tenant_id: TenantId) -> dict[Kept, int]:
        """Return the tenant's retentions in days; what is missing is kept."""

    def put(self, tenant_id: TenantId, days: Mapping[Kept, int | None], *, now: DateTime) -> None:
        """Set those that are named, due at once; None ends one."""

    def due(self, *, now: DateTime, limit: int) -> list[Retention]:
        """Return the retentions whose next batch is due, in order, without locks."""

    def lock(self, retention: Retention) -> bool:
        """Lock the retention until this transaction ends; return False if it was changed or another one has it."""

    def save(self, retention: Retention) -> None:
        """Write how far the work is."""

    def old_leads(self, retention: Retention, *, before: DateTime, limit: int) -> OldLeads:
        """Read the next leads, of all tenants; lock and return those of the tenant that are done since before."""

    def drop_calls(self, tenant_id: TenantId, *, before: DateTime, limit: int) -> int:
        """Delete the oldest calls that ended before, with their callbacks, and removed leads without other calls.

        Calls with a callback that still waits are kept.
        """

    def due_recordings(self, *, now: DateTime, limit: int) -> list[str]:
        """Return the file names of recordings that are to be deleted, those that have waited longest first."""

    def hide_recordings(self, *, now: DateTime, limit: int) -> int:
        """Take recordings that are to be deleted from their CDRs; return from how many."""

    def forget_recordings(self, files: Collection[str], *, now: DateTime) -> int:
        """Forget those of the files that were to be deleted, and are gone; return how many."""

    def drop_callbacks(self, tenant_id: TenantId, *, before: DateTime, limit: int) -> int:
        """Delete the oldest callbacks that were delivered or given up before, with their attempts."""

    def drop_audit(self, tenant_id: TenantId, *, before: DateTime, limit: int) -> int:
        """Delete the oldest entries of the tenant's audit trail from before."""
