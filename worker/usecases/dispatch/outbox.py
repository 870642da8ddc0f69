"""Write the callbacks of call events in the transaction that changes the call; they are sent after the commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_text import body_text
from worker.domain.callback_url import host_of
from worker.domain.campaign import Campaign
from worker.domain.cdr import Cdr, callback_body, subscription_fields
from worker.domain.ids import CampaignId, DeliveryId
from worker.domain.json_value import Json
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery, Subscription
from worker.ports.dispatch.store import Call, DispatchTransaction

_OF_CAMPAIGNS: Final = frozenset({CallbackEvent.CDR, CallbackEvent.ANSWERED})
"""Events for which a campaign has URLs of its own."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a call, with the call's record at that time."""

    event: CallbackEvent
    call: Call
    cdr: Cdr
    is_correction: bool = False
    """True when it replaces what was posted of an assumed end."""


@dataclass(frozen=True, slots=True)
class _Notice:
    """An event for one URL: the campaign's own, or a subscription's."""

    happening: Happening
    url: str
    zone: str
    subscription: Subscription | None = None


def post_happenings(
    tx: DispatchTransaction,
    happenings: Sequence[Happening],
    *,
    queue: JobQueue,
    now: DateTime,
    new_id: Callable[[], UUID],
    campaigns: Mapping[CampaignId, Campaign] | None = None,
) -> None:
    """Write a delivery for each URL that receives one of the events; ask for delivery to each host after the commit.

    ``campaigns`` saves a read when the caller has them.
    """
    if not happenings:
        return
    subscriptions = tx.subscriptions.of(
        {one.call.tenant_id for one in happenings}, events={one.event for one in happenings}
    )
    wanted = [one for one in happenings if _is_wanted(one, subscriptions)]
    if not wanted:
        return
    if campaigns is None:
        campaigns = tx.plans.campaigns({one.call.campaign_id for one in wanted})
    notices: list[_Notice] = []
    for one in wanted:
        notices += _notices(one, campaign=campaigns[one.call.campaign_id], subscriptions=subscriptions)
    if not notices:
        return
    additional = tx.leads.additional({notice.happening.call.lead_id for notice in notices})
    deliveries = [
        _delivery(notice, additional=additional.get(notice.happening.call.lead_id), new_id=new_id) for notice in notices
    ]
    tx.deliveries.insert(deliveries, now=now)
    for host in {delivery.host for delivery in deliveries}:
        tx.after_commit(partial(queue.deliver_callbacks, host))


def cdr_so_far(call: Call, *, now: DateTime) -> Cdr:
    """Return the record of a call that rings or was answered and has not ended; its end changes the rest."""
    return Cdr(
        call_id=call.id,
        campaign_id=call.campaign_id,
        lead_id=call.lead_id,
        run_id=call.run_id,
        attempt=call.attempt,
        phone=call.phone,
        network=call.network,
        caller_id=call.caller_id,
        outcome=None if call.answered_at is None else Outcome.ANSWERED,
        cause="",
        sip_call_id="",
        hangup_disposition="",
        started_at=call.dialing_at or now,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        ended_at=None,
        ref_id=call.ref_id,
        uncounted=call.uncounted,
    )


def _notices(happening: Happening, *, campaign: Campaign, subscriptions: Sequence[Subscription]) -> list[_Notice]:
    own = {CallbackEvent.CDR: campaign.callback_url, CallbackEvent.ANSWERED: campaign.answer_callback_url}.get(
        happening.event
    )
    zone = campaign.windows.zone
    notices = [_Notice(happening, own, zone)] if own else []
    return notices + [_Notice(happening, one.url, zone, one) for one in subscriptions if _wants(one, happening)]


def _is_wanted(happening: Happening, subscriptions: Sequence[Subscription]) -> bool:
    """Return True when a URL may receive the event; a campaign's own URLs are known only once it is read."""
    return happening.event in _OF_CAMPAIGNS or any(_wants(one, happening) for one in subscriptions)


def _wants(subscription: Subscription, happening: Happening) -> bool:
    return (subscription.tenant_id, subscription.event) == (happening.call.tenant_id, happening.event)


def _delivery(notice: _Notice, *, additional: Mapping[str, Json] | None, new_id: Callable[[], UUID]) -> Delivery:
    happening, call, subscription = notice.happening, notice.happening.call, notice.subscription
    cdr = replace(happening.cdr, additional=additional)
    body = callback_body(cdr, event=happening.event, zone=notice.zone, is_correction=happening.is_correction)
    if subscription is not None:
        body |= subscription_fields(cdr, domain=subscription.domain)
    return Delivery(
        id=DeliveryId(new_id()),
        tenant_id=call.tenant_id,
        campaign_id=call.campaign_id,
        call_id=call.id,
        event=happening.event,
        url=notice.url,
        host=host_of(notice.url),
        body=body_text(body, own=cdr.additional or {}),
        subscription_id=None if subscription is None else subscription.id,
        corrected=happening.is_correction,
    )
