"""How long a tenant's records are kept, and when they are looked through for old ones."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendulum import DateTime, Duration

from worker.domain.ids import TenantId

LEAST_DAYS: Final = 7
"""Callbacks are tried for three days, and CDRs that switches keep while Callbeat is away come days later."""
MOST_DAYS: Final = 3650
REST: Final = Duration(minutes=10)
"""Between two looks at records of which none was old: a retention is a matter of days."""


class Kept(StrEnum):
    """What a retention is set for."""

    LEADS = "leads"
    """Leads that are done, from their last change on."""
    CDRS = "cdrs"
    """Calls, from their end on, with their callbacks."""
    CALLBACKS = "callbacks"
    """Callbacks, from the end of their delivery on."""
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """One tenant's retention of one kind of record, and how far the work is."""

    tenant_id: TenantId
    kind: Kept
    days: int
    next_at: DateTime
    """When the next batch is due."""
    after_id: UUID | None = None
    """The last record that was read, where records are read in turn; None: begin with the first."""

    def before(self, now: DateTime) -> DateTime:
        """Return the time before which records are old."""
        return now - Duration(days=self.days)
