"""Backfills: what an edit means for many leads, done later in batches so that no dial waits for it.

No rule depends on a backfill: planning and dialling judge by the present settings whether it has run or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.ids import LeadId, TenantId
from worker.domain.lead import Stage
from worker.domain.network import Network

BATCH: Final = 500
"""Leads read in one transaction; larger batches would hold row locks for longer than a dial may wait."""
SOON: Final = Duration(seconds=1)
"""Until the batch is tried again whose leads another transaction had locked."""
AFTER_CALLS: Final = Duration(seconds=5)
"""Between two looks whether the campaign's last calls have ended."""


class BackfillKind(StrEnum):
    """What is done to the leads."""

    PARK_LIST = "park_list"
    """Hide the waiting leads of an inactive list from planning, or show those of an active one again."""
    EXPIRE_CAMPAIGN = "expire_campaign"
    """Close the waiting leads of a campaign whose ``lead_expired_at`` has passed."""
    CLASSIFY_PREFIX = "sort_prefix"  # the stored value keeps the name that older releases read
    """Set the network of the leads under a prefix to what the number plan says now."""


class Progress(StrEnum):
    """How far a backfill has come."""

    LEADS = "leads"
    """It reads batches of leads, behind its cursor."""
    AWAITING_CALLS = "awaiting_calls"
    """It has read every lead and starts again when the campaign's live calls have ended."""
    DONE = "done"
    """It has read every lead; only its row has to be removed."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last lead that was read; batches are ordered by phone, then by id."""

    phone: str
    lead_id: LeadId


@dataclass(frozen=True, slots=True)
class Backfill:
    """Work on ``subject`` (a list's id, a campaign's id or a prefix), due from ``due_at`` on."""

    tenant_id: TenantId
    kind: BackfillKind
    subject: str
    due_at: DateTime
    progress: Progress = Progress.LEADS
    cursor: Cursor | None = None
    """None: the next batch is the first."""

    def restarted(self, *, at: DateTime) -> "Backfill":
        """Return the backfill as it begins again with the first lead, due at that time."""
        return replace(self, progress=Progress.LEADS, cursor=None, due_at=at)

    def done(self) -> "Backfill":
        """Return the backfill with nothing left to read."""
        return replace(self, progress=Progress.DONE, cursor=None)

    def awaiting_calls(self, *, now: DateTime) -> "Backfill":
        """Return the backfill after its last lead, while calls of the campaign are still live."""
        return replace(self, progress=Progress.AWAITING_CALLS, cursor=None, due_at=now + AFTER_CALLS)


@dataclass(frozen=True, slots=True)
class BackfillLead:
    """A lead as a backfill reads it."""

    id: LeadId
    phone: str
    network: Network
    stage: Stage
    parked: bool

    @property
    def cursor(self) -> Cursor:
        """Return the cursor behind this lead."""
        return Cursor(self.phone, self.id)


def after_batch(
    backfill: Backfill, batch: Sequence[BackfillLead], *, locked_elsewhere: Sequence[BackfillLead], now: DateTime
) -> Backfill:
    """Return the backfill after a batch; it comes back soon to the first lead that another transaction had locked."""
    if locked_elsewhere:
        first = batch.index(locked_elsewhere[0])
        cursor = batch[first - 1].cursor if first > 0 else backfill.cursor
        return replace(backfill, progress=Progress.LEADS, cursor=cursor, due_at=now + SOON)
    if len(batch) < BATCH:
        return replace(backfill.done(), due_at=now)
    return replace(backfill, progress=Progress.LEADS, cursor=batch[-1].cursor, due_at=now)
