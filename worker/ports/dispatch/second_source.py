"""Ports of the second source: the CDRs that switches post."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NewType, Protocol, TypeAlias
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import CallEvent
from worker.domain.ids import CallId

PostedCdrId = NewType("PostedCdrId", UUID)
Facts: TypeAlias = Mapping[str, str]
"""What a switch says of a call that has ended, by the switch's own names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCdr:
    """A CDR that a switch posted, as it arrived."""

    id: PostedCdrId
    switch: str
    """The switch whose secret was given; empty for one that an operator handed in."""
    call_id: CallId
    facts: Facts
    received_at: DateTime


class CdrFormat(Protocol):
    """The form in which switches write CDRs."""

    def read(self, body: bytes) -> tuple[CallId, Facts] | None:
        """Return the call and its facts; None for a channel that is no call of ours. Raises ``Invalid``."""

    def end_of(self, facts: Facts) -> CallEvent | None:
        """Return the event that says the same as the facts; None when they say nothing of a call of ours."""


@dataclass(frozen=True, slots=True)
class DialledOn:
    """On which switch a call is or was, and which of its dials that is."""

    switch: str
    dial: int


class PostedCdrs(Protocol):
    """CDRs that were posted and are not settled yet."""

    def add(self, cdrs: Sequence[PostedCdr]) -> None:
        """Store CDRs."""

    def are_waiting(self) -> bool:
        """Return True when there is a CDR to settle."""

    def take(self, *, limit: int) -> list[PostedCdr]:
        """Lock and return the oldest ones that no other transaction has locked."""

    def dialled_on(self, call_ids: Collection[CallId]) -> dict[CallId, DialledOn]:
        """Return where the calls were dialled, without locks; calls that wait in the queue are left out."""

    def delete(self, cdr_ids: Collection[PostedCdrId]) -> None:
        """Delete CDRs that are settled."""
