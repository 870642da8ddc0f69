"""Write the callbacks of an alert, which belongs to no call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_text import body_text
from worker.domain.callback_url import host_of
from worker.domain.ids import CampaignId, DeliveryId, TenantId
from worker.domain.json_value import Json
from worker.domain.url_alert import is_about_its_receiver
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery, FanOut, OutboxTransaction, Subscribers
from worker.usecases.outbox.write_callbacks import write_callbacks


class AlertTransaction(OutboxTransaction, Protocol):
    """A transaction in which alerts are written."""

    @property
    def subscriptions(self) -> Subscribers: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCallback:
    """What a tenant's subscriptions to an alert receive."""

    event: CallbackEvent
    tenant_id: TenantId
    campaign_id: CampaignId | None
    body: Mapping[str, Json]


def post_alert(
    tx: AlertTransaction, told: AlertCallback, *, queue: JobQueue, now: DateTime, new_id: Callable[[], UUID]
) -> None:
    """Write a delivery for each subscription to the alert, or the alert alone if the tenant has many."""
    subscribed = tx.subscriptions.of([told.tenant_id], events=[told.event])
    text = body_text(told.body, own={})
    deliveries = [
        Delivery(
            id=DeliveryId(new_id()),
            tenant_id=told.tenant_id,
            campaign_id=told.campaign_id,
            call_id=None,
            event=told.event,
            url=one.url,
            host=host_of(one.url),
            body=text,
            subscription_id=one.id,
        )
        for one in subscribed.few
        if not is_about_its_receiver(told.event, text, url=one.url)
    ]
    fan_outs = [
        FanOut(
            id=new_id(),
            tenant_id=told.tenant_id,
            campaign_id=told.campaign_id,
            call_id=None,
            event=told.event,
            body=text,
        )
        for _ in subscribed.many
    ]
    write_callbacks(tx, deliveries, fan_outs, queue=queue, now=now)
