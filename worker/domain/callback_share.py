"""How the URLs of one host share its requests: which callback is sent next.

A host's concurrency is shared by tenants, then by their URLs; within a URL the one that is due longest goes first. No
URL of which little is known, and none that answers slowly, keeps a URL that receives callbacks waiting.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pendulum import DateTime

from worker.domain.breaker import MAX_CONCURRENCY, HostHealth
from worker.domain.callback_url import UrlStanding
from worker.domain.ids import CallId, TenantId

Address: TypeAlias = tuple[TenantId, str]
"""Tenant and URL, the key of a URL's standing: tenants with the same URL do not affect each other."""

MOST_AT_ONCE: Final = 2 * MAX_CONCURRENCY
"""Requests to one host, with those that go beside its concurrency."""


@dataclass(frozen=True, slots=True)
class Message:
    """A callback that waits or is under way: for which URL, about which call."""

    address: Address
    call_id: CallId | None
    """None: an alert; those to one URL are sent in order, like the callbacks of one call."""


class Share:
    """The requests under way to one host, and what may go beside them."""

    def __init__(
        self,
        under_way: Collection[Message],
        *,
        health: HostHealth,
        standing: Callable[[Address], UrlStanding],
        now: DateTime,
    ) -> None:
        """Take the requests under way, the host's health, and what is known of its URLs."""
        self._under_way = under_way
        self._health = health
        self._standing = standing
        self._now = now
        self._of_address = Counter(message.address for message in under_way)
        self._of_tenant = Counter(message.address[0] for message in under_way)
        self._unproven = sum(not standing(message.address).is_proven(now) for message in under_way)

    def next(self, waiting: Sequence[Message]) -> int | None:
        """Return the place of the next callback in ``waiting``, which is in the order of due times; None for none.

        Callbacks of one call to one URL are sent one after the other.
        """
        if self._health.is_tried and self._under_way:
            return None
        alone = len({message.address for message in waiting} | self._of_address.keys()) == 1
        admitted = _remembered(lambda address: self._admits(address, alone=alone))
        told = {(message.address, message.call_id) for message in self._under_way}
        places = (
            place
            for place, message in enumerate(waiting)
            if admitted(message.address) and (message.address, message.call_id) not in told
        )
        return min(places, key=lambda place: self._served(waiting[place].address), default=None)

    def _served(self, address: Address) -> tuple[int, int]:
        return self._of_tenant[address[0]], self._of_address[address]

    def _admits(self, address: Address, *, alone: bool) -> bool:
        standing, already = self._standing(address), self._of_address[address]
        if standing.is_shut(self._now) or (standing.is_tried and already):
            return False
        return self._has_place(standing, already=already, alone=alone) or self._goes_beside(
            address, proven=standing.is_proven(self._now), already=already
        )

    def _has_place(self, standing: UrlStanding, *, already: int, alone: bool) -> bool:
        """Return True within the concurrency; unless alone, a URL gets half of it, and so do all unproven ones."""
        concurrency = self._health.concurrency
        if len(self._under_way) >= concurrency:
            return False
        half = concurrency if alone else max(1, concurrency // 2)
        return already < half and (standing.is_proven(self._now) or self._unproven < half)

    def _goes_beside(self, address: Address, *, proven: bool, already: int) -> bool:
        """Return True for the first request of a tenant, or of a proven URL: others may hold all places for long."""
        first = not self._of_tenant[address[0]] or (proven and not already)
        return first and len(self._under_way) < MOST_AT_ONCE


def _remembered(ask: Callable[[Address], bool]) -> Callable[[Address], bool]:
    answers: dict[Address, bool] = {}

    def admitted(address: Address) -> bool:
        if address not in answers:
            answers[address] = ask(address)
        return answers[address]

    return admitted
