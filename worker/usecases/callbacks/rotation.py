"""The order in which the URLs of one host are read: in rotation, with a share for those that receive callbacks."""

from collections.abc import Collection, MutableMapping
from typing import Final

from pendulum import DateTime

from worker.domain.callback_share import Address
from worker.domain.callback_url import PROVEN_FOR, UrlStanding
from worker.ports.callbacks.deliveries import WaitingUrl
from worker.ports.callbacks.store import CallbackTransaction

URLS_READ: Final = 200
"""URLs that one query looks at."""
MOST_READS: Final = 10
"""Queries until a URL with something due is found; the next session goes on from there."""
URLS_SERVED: Final = 24
"""URLs of which deliveries are read at once; half of them may be proven ones, so that neither kind waits for long."""


class UrlRotation:
    """Walks over the URLs for which something is pending, from the one after the last that was served."""

    def __init__(self, host: str, *, served: Address | None) -> None:
        """Begin after ``served``."""
        self.served = served
        self._host = host
        self._after = served
        self._turns: dict[Address, int] = {}

    def read(
        self, tx: CallbackTransaction, *, now: DateTime, known: MutableMapping[Address, UrlStanding]
    ) -> list[WaitingUrl]:
        """Return URLs that have something due and are not shut; enter the standings of these into ``known``.

        All of them, for a host with up to 200 URLs; for one with more the next part, in which something is due.
        """
        ready: list[WaitingUrl] = []
        for _ in range(MOST_READS):
            part = self._next_part(tx)
            ready = [one for one in part if one.next_at <= now and not one.standing.is_shut(now)]
            if ready or self._after is None:
                break
        known.update({one.address: one.standing for one in ready})
        return ready

    def _next_part(self, tx: CallbackTransaction) -> list[WaitingUrl]:
        part = tx.deliveries.waiting_urls(self._host, after=self._after, limit=URLS_READ)
        begin, left = self._after, URLS_READ - len(part)
        self._after = None if left else part[-1].address
        if begin is None or not left:
            return part
        seen = {one.address for one in part}
        first = tx.deliveries.waiting_urls(self._host, after=None, limit=left)
        self._after = None if len(first) < left else first[-1].address
        return part + [one for one in first if one.address not in seen]

    def choose(self, urls: Collection[WaitingUrl], *, now: DateTime) -> list[Address]:
        """Return the URLs of which deliveries are read now: those read longest ago, proven ones first."""
        in_turn = sorted(urls, key=lambda one: self._turns.get(one.address, 0))
        proven = [one for one in in_turn if one.standing.is_proven(now)]
        others = [one for one in in_turn if not one.standing.is_proven(now)]
        half = URLS_SERVED // 2
        share = max(half, URLS_SERVED - len(others))
        chosen = [one.address for one in (*proven[:share], *others[: URLS_SERVED - min(share, len(proven))])]
        turn = max(self._turns.values(), default=0) + 1
        self._turns |= dict.fromkeys(chosen, turn)
        self.served = chosen[-1] if chosen else self.served
        return chosen

    def choose_trial(self, urls: Collection[WaitingUrl], *, now: DateTime) -> dict[Address, int]:
        """Return the URL that is next to try a host that did not answer: one that received something lately."""
        lately = (one for one in urls if one.standing.delivered_at is not None)
        recent = [one for one in lately if (one.standing.delivered_at or now) + PROVEN_FOR > now]
        for one in recent or urls:
            self.served = one.address
            return {one.address: 1}
        return {}
