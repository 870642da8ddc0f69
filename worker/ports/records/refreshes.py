"""The port for lists whose leads are called anew."""

from collections.abc import Collection
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import LeadId
from worker.domain.list_refresh import Refresh


class Refreshes(Protocol):
    """Refreshes that are not finished."""

    def put(self, refresh: Refresh) -> None:
        """Store a refresh that starts with the first lead, in place of an earlier one of the list."""

    def waiting(self, *, limit: int) -> list[Refresh]:
        """Return refreshes of lists that are not deleted, oldest first."""

    def lock(self, refresh: Refresh) -> bool:
        """Lock the row; False when another worker has it locked, or it was asked for again since it was read."""

    def save(self, refresh: Refresh) -> None:
        """Write the cursor of a locked refresh."""

    def finish(self, refresh: Refresh) -> None:
        """Delete the row, unless the refresh was asked for again."""

    def matching(self, refresh: Refresh, lead_ids: Collection[LeadId]) -> set[LeadId]:
        """Return those of the leads that are to be called anew: done or waiting for a recall, not refreshed yet."""

    def renew(self, refresh: Refresh, lead_ids: Collection[LeadId], *, now: DateTime) -> None:
        """Make locked leads that still match wait for their first attempt again.

        A lead that waits for a recall waits on until its time.
        """
