"""One-time codes that are still stored."""

from collections.abc import Collection
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import LeadId


class OneTimeCodes(Protocol):
    """The codes in the data of OTP leads."""

    def ended(self, *, assumed_before: DateTime, limit: int) -> list[LeadId]:
        """Return leads that are done and still have their code.

        Left out are those with a call whose end was only assumed, at that time or later: a report may call them again.
        """

    def drop(self, lead_ids: Collection[LeadId], *, now: DateTime) -> int:
        """Drop the codes of those leads that are done; return how many were dropped."""
