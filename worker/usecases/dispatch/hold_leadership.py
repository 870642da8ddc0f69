"""Hold a leader lease: acquire it when it is free, renew it while this process lives, and notice its loss."""

import logging
from dataclasses import dataclass

from pendulum import DateTime

from worker.domain.errors import Unavailable
from worker.domain.leadership import LeaderLease
from worker.domain.timing import LEADER_LEASE, LEASE_RENEWED_EVERY, LEASE_RETRIED_EVERY
from worker.ports.dispatch.store import DispatchStore
from worker.ports.dispatch.watching import WATCHERS

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Leadership:
    """One process's claim to one lease; asks the store no more often than it must."""

    store: DispatchStore
    lease: LeaderLease
    is_held: bool = False
    others_at: DateTime | None = None
    """When another process was last known to lead; it handles what came well before then."""
    _ask_at: DateTime | None = None
    _held_until: DateTime | None = None
    _told: DateTime | None = None

    def hold(self, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        """Acquire or renew the lease when that is due, or when ``open_from`` changed; return whether it is held.

        While the store is down, no process can take the lease over, but the holder cannot be sure to keep it either.
        """
        if self._ask_at is None or now >= self._ask_at or open_from != self._told:
            before, stood_by = self.is_held, self.others_at is not None
            self._ask(since=since, now=now, open_from=open_from)
            if before is not self.is_held:
                self._tell("post_taken" if self.is_held else "post_lost")
            elif self.others_at is not None and not stood_by:
                self._tell("post_stood_by")
        return self.is_held

    def lose(self, *, now: DateTime) -> None:
        """Become standby: another process was found to hold the lease."""
        self.is_held, self._held_until, self._ask_at, self.others_at = False, None, None, now
        self._tell("post_lost")

    def release(self) -> None:
        """Release the lease at once, if it is held."""
        if not self.is_held:
            return
        self.is_held, self._held_until, self._ask_at = False, None, None
        WATCHERS.leads(self.lease.name, is_leader=False)
        try:
            with self.store.transaction() as tx:
                tx.leader_leases.release(self.lease)
        except Unavailable:
            logger.warning("lease not released, it lapses", extra={"action": "post_lapses", "post": self.lease.name})

    def _tell(self, action: str) -> None:
        logger.info("leader changed", extra={"action": action, "post": self.lease.name})
        WATCHERS.leads(self.lease.name, is_leader=self.is_held)

    def _ask(self, *, since: DateTime, now: DateTime, open_from: DateTime | None) -> None:
        self._told = open_from
        try:
            with self.store.transaction() as tx:
                self.is_held = tx.leader_leases.acquire(self.lease, since=since, now=now, open_from=open_from)
        except Unavailable:
            self.is_held = self._held_until is not None and now < self._held_until
            self._ask_at = now + LEASE_RETRIED_EVERY
            return
        self._ask_at = now + (LEASE_RENEWED_EVERY if self.is_held else LEASE_RETRIED_EVERY)
        if self.is_held:
            self._held_until = now + LEADER_LEASE
        else:
            self._held_until, self.others_at = None, now
