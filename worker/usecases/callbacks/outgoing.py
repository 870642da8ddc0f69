"""What is sent next to one host, and what is known about its URLs."""

import logging
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Final

from pendulum import DateTime

from worker.domain.callback_url import UrlStanding, after_attempt
from worker.domain.ids import DeliveryId, SubscriptionId, TenantId
from worker.ports.callbacks.deliveries import Attempt
from worker.ports.callbacks.store import CallbackTransaction
from worker.ports.dispatch.outbox import Delivery

logger = logging.getLogger(__name__)

READ_AHEAD: Final = 50
"""Deliveries read ahead; more are read when half of them are gone."""


class Outgoing:
    """Due deliveries that have been read, oldest first, with what is needed to send them."""

    def __init__(self, host: str) -> None:
        """Start with nothing read."""
        self.host = host
        self.waiting: list[Delivery] = []
        self.has_more = False
        self._secrets: dict[TenantId, list[str]] = {}
        self._apikeys: dict[SubscriptionId, str] = {}
        self._standings: dict[tuple[TenantId, str], UrlStanding] = {}

    def fetch(self, tx: CallbackTransaction, *, now: DateTime, under_way: Collection[Delivery] = ()) -> None:
        """Read more due deliveries; those that must not be sent become dead letters."""
        if len(self.waiting) > READ_AHEAD // 2:
            return
        besides = [delivery.id for delivery in (*self.waiting, *under_way)]
        found = tx.deliveries.due(self.host, now=now, limit=READ_AHEAD - len(self.waiting), besides=besides)
        self._standings.update(tx.callback_urls.of({delivery.address for delivery in found}))
        self._apikeys.update(tx.subscriptions.apikeys({d.subscription_id for d in found if d.subscription_id}))
        for tenant_id in {delivery.tenant_id for delivery in found} - self._secrets.keys():
            self._secrets[tenant_id] = tx.deliveries.secrets(tenant_id, now=now)
        dead = self._mark_dead(tx, found, now=now)
        self.waiting += [delivery for delivery in found if delivery.id not in dead]
        self.has_more = bool(dead) and not self.waiting

    def drop_rest(self) -> None:
        """Send no more of what was read; it stays due, since no other task has it."""
        self.has_more = self.has_more or bool(self.waiting)
        self.waiting.clear()

    def next(self, under_way: Collection[Delivery], *, concurrency: int) -> Delivery | None:
        """Remove and return the first delivery that may be sent beside those under way.

        Callbacks of one call to one URL are sent one after the other. When the host has several URLs, none of them gets
        more than half of the concurrency.
        """
        first = self.waiting[0].address if self.waiting else None
        alone = all(delivery.address == first for delivery in chain(self.waiting, under_way))
        share = concurrency if alone else max(1, concurrency // 2)
        for place, delivery in enumerate(self.waiting):
            beside = [other for other in under_way if other.address == delivery.address]
            if len(beside) < share and all(other.call_id != delivery.call_id for other in beside):
                return self.waiting.pop(place)
        return None

    def secrets(self, delivery: Delivery) -> Sequence[str]:
        """Return the secrets that sign the delivery."""
        return self._secrets[delivery.tenant_id]

    def apikey(self, delivery: Delivery) -> str:
        """Return the key of its subscription; empty without one."""
        return "" if delivery.subscription_id is None else self._apikeys[delivery.subscription_id]

    def judge(self, tx: CallbackTransaction, attempts: Sequence[Attempt], *, now: DateTime) -> None:
        """Store what the attempts mean for their URLs."""
        changed = {}
        for attempt in attempts:
            address = attempt.delivery.address
            before = self._standings.get(address, UrlStanding())
            after = after_attempt(before, attempt.answer, now=now)
            if after == before:
                continue
            self._standings[address] = changed[address] = after
            if after.disabled_at is not None:
                facts = {"tenant_id": address[0], "host": self.host, "why": after.reason}
                logger.error("callback URL disabled", extra={"action": "callback_url_disabled", **facts})
        tx.callback_urls.save(changed)
        self._drop_disabled(tx, now=now)

    def _drop_disabled(self, tx: CallbackTransaction, *, now: DateTime) -> None:
        dead = self._mark_dead(tx, self.waiting, now=now)
        self.waiting = [delivery for delivery in self.waiting if delivery.id not in dead]

    def _mark_dead(self, tx: CallbackTransaction, found: Sequence[Delivery], *, now: DateTime) -> dict[DeliveryId, str]:
        reasons = {delivery.id: reason for delivery in found if (reason := self._why_not(delivery))}
        if reasons:
            tx.deliveries.mark_dead(reasons, now=now)
            facts = {"host": self.host, "deliveries": len(reasons)}
            logger.warning("callbacks not sent", extra={"action": "callbacks_buried", **facts})
        return reasons

    def _why_not(self, delivery: Delivery) -> str:
        standing = self._standings.get(delivery.address)
        if standing is not None and standing.disabled_at is not None:
            return f"the URL is disabled: {standing.reason}"
        if delivery.subscription_id is not None and delivery.subscription_id not in self._apikeys:
            return "the subscription was taken back"
        return ""
