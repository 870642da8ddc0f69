"""Write the callbacks of call events in the transaction that changes the call; they are sent after the commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.callback_event import CallbackEvent
from worker.domain.callback_text import body_text
from worker.domain.callback_url import host_of
from worker.domain.campaign import Campaign
from worker.domain.cdr import Cdr, callback_body, event_fields
from worker.domain.hidden_text import hidden_like
from worker.domain.ids import CampaignId, DeliveryId, LeadId, TenantId
from worker.domain.json_value import Json
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.outbox import Delivery, FanOut, Subscribed, Subscription
from worker.ports.dispatch.store import DispatchTransaction
from worker.usecases.outbox.write_callbacks import write_callbacks

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
    domain: str
    subscription: Subscription | None = None


@dataclass(frozen=True, slots=True)
class _Crowd:
    """An event for all subscriptions of a tenant that has many."""

    happening: Happening
    zone: str
    domain: str


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

    Of a tenant with many subscriptions only the event is written, because the transaction also settles others' calls.
    ``campaigns`` saves a read when the caller has them.
    """
    if not happenings:
        return
    subscribed = tx.subscriptions.of(
        {one.call.tenant_id for one in happenings}, events={one.event for one in happenings}
    )
    wanted = [one for one in happenings if _is_wanted(one, subscribed)]
    if not wanted:
        return
    if campaigns is None:
        campaigns = tx.plans.campaigns({one.call.campaign_id for one in wanted})
    notices: list[_Notice | _Crowd] = []
    for one in wanted:
        notices += _notices(one, campaign=campaigns[one.call.campaign_id], subscribed=subscribed)
    if not notices:
        return
    additional = tx.leads.additional({notice.happening.call.lead_id for notice in notices})
    _write(tx, notices, additional=additional, queue=queue, now=now, new_id=new_id)


def _write(
    tx: DispatchTransaction,
    notices: Sequence[_Notice | _Crowd],
    *,
    additional: Mapping[LeadId, Mapping[str, Json]],
    queue: JobQueue,
    now: DateTime,
    new_id: Callable[[], UUID],
) -> None:
    deliveries: list[Delivery] = []
    fan_outs: list[FanOut] = []
    for notice in notices:
        of_lead = additional.get(notice.happening.call.lead_id)
        match notice:
            case _Notice():
                deliveries.append(_delivery(notice, additional=of_lead, new_id=new_id))
            case _Crowd():
                fan_outs.append(_fan_out(notice, additional=of_lead, new_id=new_id))
            case never:
                assert_never(never)
    write_callbacks(tx, deliveries, fan_outs, queue=queue, now=now)


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


def _notices(happening: Happening, *, campaign: Campaign, subscribed: Subscribed) -> list[_Notice | _Crowd]:
    own = {CallbackEvent.CDR: campaign.callback_url, CallbackEvent.ANSWERED: campaign.answer_callback_url}.get(
        happening.event
    )
    zone = campaign.windows.zone
    notices: list[_Notice | _Crowd] = [_Notice(happening, own, zone, campaign.domain)] if own else []
    theirs = [one for one in subscribed.few if _wants(one, happening)]
    notices += [_Notice(happening, one.url, zone, one.domain, one) for one in theirs]
    domain = subscribed.many.get(_of_crowd(happening))
    return notices if domain is None else [*notices, _Crowd(happening, zone, domain)]


def _is_wanted(happening: Happening, subscribed: Subscribed) -> bool:
    """Return True when a URL may receive the event; a campaign's own URLs are known only once it is read."""
    return (
        happening.event in _OF_CAMPAIGNS
        or _of_crowd(happening) in subscribed.many
        or any(_wants(one, happening) for one in subscribed.few)
    )


def _of_crowd(happening: Happening) -> tuple[TenantId, CallbackEvent]:
    return happening.call.tenant_id, happening.event


def _wants(subscription: Subscription, happening: Happening) -> bool:
    return (subscription.tenant_id, subscription.event) == (happening.call.tenant_id, happening.event)


def _delivery(notice: _Notice, *, additional: Mapping[str, Json] | None, new_id: Callable[[], UUID]) -> Delivery:
    happening, call, subscription = notice.happening, notice.happening.call, notice.subscription
    return Delivery(
        id=DeliveryId(new_id()),
        tenant_id=call.tenant_id,
        campaign_id=call.campaign_id,
        call_id=call.id,
        event=happening.event,
        url=notice.url,
        host=host_of(notice.url),
        body=_body(happening, zone=notice.zone, domain=notice.domain, additional=additional),
        subscription_id=None if subscription is None else subscription.id,
        corrected=happening.is_correction,
        traceparent=call.traceparent,
    )


def _fan_out(crowd: _Crowd, *, additional: Mapping[str, Json] | None, new_id: Callable[[], UUID]) -> FanOut:
    happening, call = crowd.happening, crowd.happening.call
    return FanOut(
        id=new_id(),
        tenant_id=call.tenant_id,
        campaign_id=call.campaign_id,
        call_id=call.id,
        event=happening.event,
        corrected=happening.is_correction,
        body=_body(happening, zone=crowd.zone, domain=crowd.domain, additional=additional),
        traceparent=call.traceparent,
    )


def _body(happening: Happening, *, zone: str, domain: str, additional: Mapping[str, Json] | None) -> str:
    """Return the body; ``domain`` is the tenant's name."""
    cdr = replace(happening.cdr, additional=additional)
    body = callback_body(cdr, event=happening.event, zone=zone, is_correction=happening.is_correction)
    body |= event_fields(cdr, domain=domain)
    return hidden_like(body_text(body, own=cdr.additional or {}), happening.call.phone)
