"""Hold a post: take it when it is free, keep it while this process lives, and notice when somebody else has it."""

import logging
from dataclasses import dataclass

from pendulum import DateTime

from worker.domain.errors import Unavailable
from worker.domain.leadership import LeaderLease
from worker.domain.timing import LEADER_LEASE, LEASE_RENEWED_EVERY, LEASE_RETRIED_EVERY
from worker.ports.dispatch.store import DispatchStore

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Leadership:
    """One process's hold on one post; the store is asked no more often than it must be."""

    store: DispatchStore
    lease: LeaderLease
    is_held: bool = False
    others_at: DateTime | None = None
    """When somebody else was last known to hold it: what came well before then is their business."""
    _ask_at: DateTime | None = None
    _held_until: DateTime | None = None
    _told: DateTime | None = None

    def hold(self, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        """Take or keep the post when that is due, or ``open_from`` is another; say whether it is held.

        While the store is away, nobody can take it from whoever held it; but nobody can be sure to hold it either.
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
        """Stand by: somebody else was found to hold the post."""
        self.is_held, self._held_until, self._ask_at, self.others_at = False, None, None, now
        self._tell("post_lost")

    def release(self) -> None:
        """Let somebody else take the post at once, if it is held."""
        if not self.is_held:
            return
        self.is_held, self._held_until, self._ask_at = False, None, None
        try:
            with self.store.transaction() as tx:
                tx.leader_leases.release(self.lease)
        except Unavailable:
            logger.warning("post lapses by itself", extra={"action": "post_lapses", "post": self.lease.name})

    def _tell(self, action: str) -> None:
        logger.info("a post's holder", extra={"action": action, "post": self.lease.name})

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
