"""What a changed setting still has to do to many leads: done in small batches, so that no dial waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.ids import LeadId, TenantId
from worker.domain.lead import Stage
from worker.domain.network import Network

BATCH: Final = 500
"""As many leads are looked at in one transaction."""
END: Final = "~"
"""A place behind all others: every lead has been looked at."""
CALLS_LEFT: Final = "!"
"""A place before all others: the leads are looked at once more when the calls that are up have ended."""
SOON: Final = Duration(seconds=1)
AFTER_CALLS: Final = Duration(seconds=5)


class BackfillKind(StrEnum):
    """Which work it is. None of it is needed for a rule to hold: planning and dialling judge for themselves."""

    PARK_LIST = "park_list"
    """Take an inactive list's waiting leads out of planning's sight, or bring back those of an active one."""
    EXPIRE_CAMPAIGN = "expire_campaign"
    """Close the waiting leads of a campaign whose ``lead_expired_at`` has passed."""
    CLASSIFY_PREFIX = "sort_prefix"
    """Give the leads under a prefix the network that the number plan says by now."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """One batch of work on ``subject`` (a list's id, a campaign's id, a prefix), due from a moment on."""

    tenant_id: TenantId
    kind: BackfillKind
    subject: str
    due_at: DateTime
    done_through: str = ""
    """The place of the last lead that was looked at."""

    @property
    def after(self) -> str:
        """The place behind which the next batch begins."""
        return "" if self.done_through == CALLS_LEFT else self.done_through


@dataclass(frozen=True, slots=True)
class BackfillLead:
    """A lead that a backfill looks at."""

    id: LeadId
    phone: str
    network: Network
    stage: Stage
    parked: bool

    @property
    def place(self) -> str:
        """Where it stands in the order of the batches: by number, then by id."""
        return f"{self.phone} {self.id}"


def advanced(
    backfill: Backfill, batch: Sequence[BackfillLead], *, left: Sequence[BackfillLead], now: DateTime
) -> Backfill:
    """Give the backfill after a batch: it comes back soon to the first lead that somebody else had in hand."""
    if left:
        before = batch.index(left[0]) - 1
        return replace(backfill, done_through=batch[before].place if before >= 0 else backfill.after, due_at=now + SOON)
    through = batch[-1].place if len(batch) == BATCH else END
    return replace(backfill, done_through=through, due_at=now)


def awaiting_calls(backfill: Backfill, *, now: DateTime) -> Backfill:
    """Give a backfill that has looked at every lead, and does so again when the calls that are up have ended."""
    return replace(backfill, done_through=CALLS_LEFT, due_at=now + AFTER_CALLS)
