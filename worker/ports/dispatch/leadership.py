"""The port for leader leases: work that only one process at a time may do, while others are standby."""

from collections.abc import Mapping
from typing import Protocol

from pendulum import DateTime

from worker.domain.leadership import LeaderLease


class LeaderLeases(Protocol):
    """Leader leases: which process holds each one, and until when."""

    def acquire(self, lease: LeaderLease, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        """Take or renew the lease for ``LEADER_LEASE`` from now; False while another process holds it.

        ``since`` is the time from which this process has received all events. A standby that missed none takes a
        lapsed lease before a newcomer does. ``open_from`` is when a listener's switch may get calls (None: at once).
        """

    def release(self, lease: LeaderLease) -> None:
        """Free the lease for another process at once; does nothing when another process has taken it already."""

    def check(self, lease: LeaderLease) -> None:
        """Raise ``Superseded`` unless this process holds the lease; no other can take it until the transaction ends."""

    def is_led(self, name: str, *, now: DateTime) -> bool:
        """Return True while some process holds the lease of this name."""

    def listeners(self, *, now: DateTime) -> Mapping[str, DateTime]:
        """Return the switches that have a listener and may get calls, each with the time since when it is heard."""
