"""What is sent next to one host, and what is known about its URLs."""

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from pendulum import DateTime

from worker.domain.breaker import HostHealth
from worker.domain.callback_share import Address, Message, Share
from worker.domain.callback_url import UrlStanding, after_attempt
from worker.domain.chosen_ids import ChosenIds
from worker.domain.ids import DeliveryId, SubscriptionId, TenantId
from worker.domain.retry import Answer
from worker.ports.callbacks.deliveries import WaitingUrl
from worker.ports.callbacks.store import CallbackTransaction
from worker.ports.dispatch.outbox import Delivery
from worker.usecases.callbacks.rotation import UrlRotation

logger = logging.getLogger(__name__)

READ_AHEAD: Final = 50
"""Deliveries read ahead of a host's URLs together; more are read of a URL when half of its own are gone."""
FEWEST_OF_URL: Final = 2


class Outgoing:
    """Due deliveries that have been read, in the order in which they were, with what is needed to send them."""

    def __init__(self, host: str, *, served: Address | None = None) -> None:
        """Start with nothing read; ``served`` is the URL that was read last before."""
        self.host = host
        self.waiting: list[Delivery] = []
        self.has_more = False
        self._rotation = UrlRotation(host, served=served)
        self._secrets: dict[TenantId, list[str]] = {}
        self._chosen_ids: dict[TenantId, ChosenIds] = {}
        self._apikeys: dict[SubscriptionId, str] = {}
        self._standings: dict[Address, UrlStanding] = {}
        self._changed: dict[Address, UrlStanding] = {}

    @property
    def served(self) -> Address | None:
        """Return the URL that was read last."""
        return self._rotation.served

    def fetch(
        self, tx: CallbackTransaction, *, health: HostHealth, now: DateTime, under_way: Collection[Delivery] = ()
    ) -> None:
        """Read more due deliveries; those that must not be sent become dead letters."""
        urls = self._rotation.read(tx, now=now, known=self._standings)
        wanted = self._wanted(urls, health=health, under_way=under_way, now=now)
        besides = [delivery.id for delivery in (*self.waiting, *under_way)]
        found = tx.deliveries.due(self.host, wanted=wanted, now=now, besides=besides)
        self._apikeys.update(tx.subscriptions.apikeys({d.subscription_id for d in found if d.subscription_id}))
        for tenant_id in {delivery.tenant_id for delivery in found} - self._secrets.keys():
            self._secrets[tenant_id] = tx.deliveries.secrets(tenant_id, now=now)
            self._chosen_ids[tenant_id] = tx.deliveries.chosen_ids(tenant_id)
        dead = self._mark_dead(tx, found, now=now)
        self.waiting += [self._as_read(delivery) for delivery in found if delivery.id not in dead]
        self.has_more = bool(dead) and not self.waiting

    def _wanted(
        self, urls: Sequence[WaitingUrl], *, health: HostHealth, under_way: Collection[Delivery], now: DateTime
    ) -> dict[Address, int]:
        """Return how many more deliveries to read of which URLs; a host that is only tried gets a single one."""
        if health.is_tried:
            return {} if under_way or self.waiting else self._rotation.choose_trial(urls, now=now)
        each = max(FEWEST_OF_URL, READ_AHEAD // max(1, len(urls)))
        waiting = Counter(delivery.address for delivery in self.waiting)
        few = [url for url in urls if waiting[url.address] <= each // 2]
        return {address: each - waiting[address] for address in self._rotation.choose(few, now=now)}

    def drop_rest(self) -> None:
        """Send no more of what was read; it stays due, since no other task has it."""
        self.has_more = self.has_more or bool(self.waiting)
        self.waiting.clear()

    def next(
        self,
        under_way: Collection[Delivery],
        *,
        health: HostHealth,
        now: DateTime,
        only: Collection[Address] | None = None,
    ) -> Delivery | None:
        """Remove and return the delivery that is sent next beside those under way; ``only`` restricts its URL."""
        share = Share([_message(one) for one in under_way], health=health, standing=self.standing, now=now)
        places = [place for place, one in enumerate(self.waiting) if only is None or one.address in only]
        chosen = share.next([_message(self.waiting[place]) for place in places])
        return None if chosen is None else self.waiting.pop(places[chosen])

    def standing(self, address: Address) -> UrlStanding:
        """Return what is known of a URL."""
        return self._standings.get(address, UrlStanding())

    def secrets(self, delivery: Delivery) -> Sequence[str]:
        """Return the secrets that sign the delivery."""
        return self._secrets[delivery.tenant_id]

    def apikey(self, delivery: Delivery) -> str:
        """Return the key of its subscription; empty without one."""
        return "" if delivery.subscription_id is None else self._apikeys[delivery.subscription_id]

    def note(self, delivery: Delivery, answer: Answer, *, now: DateTime, chance: float) -> None:
        """Take in what an answer means for its URL; send no more to a URL whose breaker opens."""
        address = delivery.address
        before = self.standing(address)
        after = after_attempt(before, answer, now=now, chance=chance)
        if after == before:
            return
        self._standings[address] = self._changed[address] = after
        if after.is_shut(now):
            self.waiting = [one for one in self.waiting if one.address != address]
        _log(address, host=self.host, before=before, after=after)

    def judge(self, tx: CallbackTransaction, *, now: DateTime) -> None:
        """Store what was taken in; what was read of a URL that is disabled now becomes dead letters."""
        tx.callback_urls.save(self._changed)
        self._changed = {}
        dead = self._mark_dead(tx, self.waiting, now=now)
        self.waiting = [delivery for delivery in self.waiting if delivery.id not in dead]

    def _mark_dead(self, tx: CallbackTransaction, found: Sequence[Delivery], *, now: DateTime) -> dict[DeliveryId, str]:
        reasons = {delivery.id: reason for delivery in found if (reason := self._why_not(delivery))}
        if reasons:
            tx.deliveries.mark_dead(reasons, now=now)
            facts = {"host": self.host, "deliveries": len(reasons)}
            logger.warning("callbacks not sent", extra={"action": "callbacks_buried", **facts})
        return reasons

    def _as_read(self, delivery: Delivery) -> Delivery:
        """Return the delivery with the ids by which its tenant knows its rows."""
        ids = self._chosen_ids[delivery.tenant_id]
        return replace(delivery, body=ids.shown(delivery.body)) if ids else delivery

    def _why_not(self, delivery: Delivery) -> str:
        standing = self.standing(delivery.address)
        if standing.disabled_at is not None:
            return f"the URL is disabled: {standing.reason}"
        if delivery.subscription_id is not None and delivery.subscription_id not in self._apikeys:
            return "the subscription was taken back"
        return ""


def _message(delivery: Delivery) -> Message:
    return Message(delivery.address, delivery.call_id)


def _log(address: Address, *, host: str, before: UrlStanding, after: UrlStanding) -> None:
    facts = {"tenant_id": address[0], "host": host}
    if after.disabled_at is not None:
        extra = {"action": "callback_url_disabled", **facts, "why": after.reason}
        logger.error("callback URL disabled", extra=extra)
    elif after.is_tried and not before.is_tried:
        extra = {"action": "callback_url_shut", **facts, "refusals": after.refusals, "until": after.shut_until}
        logger.warning("callback URL fails, it only gets trial requests", extra=extra)
