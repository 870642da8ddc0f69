"""What use cases need of the store to let one process at a time do what one alone may do."""

from collections.abc import Mapping
from typing import Protocol

from pendulum import DateTime

from worker.domain.leadership import LeaderLease


class LeaderLeases(Protocol):
    """Who holds which post, and until when."""

    def acquire(self, lease: LeaderLease, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        """Take the post, or keep it, for a while from now on; False while somebody else holds it.

        ``since`` is from when on its holder knows what happens there: whoever has missed nothing takes it first.
        ``open_from`` is from when on a listener's switch may be told of calls (None: at once).
        """

    def release(self, lease: LeaderLease) -> None:
        """Let somebody else take it at once; nothing happens where somebody else has taken it already."""

    def check(self, lease: LeaderLease) -> None:
        """Raise ``Superseded`` unless the post is still this holder's; it stays so until the transaction ends."""

    def listeners(self, *, now: DateTime) -> Mapping[str, DateTime]:
        """Give the switches that somebody listens to and that may be told of calls, and since when they are heard."""
