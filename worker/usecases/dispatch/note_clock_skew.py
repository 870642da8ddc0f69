"""Store how far a switch's clock is ahead of ours, so that operators see it; nothing is decided by it."""

from typing import Final

from pendulum import DateTime, Duration

from worker.domain.errors import Unavailable
from worker.ports.dispatch.store import DispatchStore

NOTED_EVERY: Final = Duration(seconds=10)
"""A wrong clock does no harm, so operators need not see it sooner."""
SAME_MS: Final = 100
"""Milliseconds. A change below this is the network's, and not worth a write."""


class ClockSkewNotes:
    """What one listener has stored of its switch's clock."""

    def __init__(self, store: DispatchStore, *, switch: str) -> None:
        """Use this store; nothing is known to be stored yet."""
        self._store = store
        self._switch = switch
        self._asked_at: DateTime | None = None
        self._stored: int | None = None

    def note(self, skew: Duration | None, *, now: DateTime) -> None:
        """Store the skew if it has changed and none was looked at lately."""
        if skew is None or (self._asked_at is not None and now < self._asked_at + NOTED_EVERY):
            return
        self._asked_at = now
        measured = round(skew.total_seconds() * 1000)
        if self._stored is not None and abs(measured - self._stored) < SAME_MS:
            return
        try:
            with self._store.transaction() as tx:
                tx.switches.set_clock_skew(self._switch, milliseconds=measured)
        except Unavailable:  # it is measured again
            return
        self._stored = measured
