"""Port for the calls that have ended, and how a part of them is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from pendulum import DateTime

from worker.domain.cdr import Cdr
from worker.domain.ids import CallId, TenantId
from worker.ports.records.entities import CdrFilter

COUNTED: Final = 10_000
"""More CDRs than this are not counted one by one for each answer: their number is an estimate."""


class CdrPlace(NamedTuple):
    """A place in the order of CDRs: behind this call, towards the older ones."""

    started_at: DateTime
    call_id: CallId


def place_of(cdr: Cdr) -> CdrPlace:
    """Return the place behind a CDR."""
    return CdrPlace(cdr.started_at, cdr.call_id)


@dataclass(frozen=True, slots=True)
class CdrCount:
    """How many CDRs there are; more than ``COUNTED`` may be an estimate."""

    number: int
    is_estimate: bool = False


class Cdrs(Protocol):
    """Calls that have ended, newest first: by their start, then by their id."""

    def get(self, tenant_id: TenantId, reference: str) -> Cdr:
        """Return the CDR with this id or SIP call id; raises ``NotFound``."""

    def older(
        self, tenant_id: TenantId, *, wanted: CdrFilter, limit: int, after: CdrPlace | None = None
    ) -> Sequence[Cdr]:
        """Return the next CDRs behind a place, or the newest ones."""

    def skip(
        self, tenant_id: TenantId, *, wanted: CdrFilter, rows: int, after: CdrPlace | None = None
    ) -> CdrPlace | None:
        """Return the place behind so many CDRs more (at least one); None when there are fewer."""

    def count(self, tenant_id: TenantId, *, wanted: CdrFilter) -> CdrCount:
        """Count the CDRs, or estimate their number when there are many."""
