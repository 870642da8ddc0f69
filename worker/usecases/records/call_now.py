"""Single calls: one number is called, and the call's id is known at once, so that its CDR can be found later."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.campaign import AUTOCALL
from worker.domain.campaign_settings import CampaignSettings, to_campaign
from worker.domain.cdr import Cdr
from worker.domain.destinations import FORBIDDEN, is_allowed
from worker.domain.erasure import IS_ERASED
from worker.domain.errors import Invalid, InvalidFields, NotFound, Unavailable
from worker.domain.hidden_text import hidden, without_copy
from worker.domain.hold import Held
from worker.domain.ids import CallId, CampaignId, CarrierId, LeadId, ListId
from worker.domain.json_value import Json
from worker.domain.lead import Ending, Lane, Stage
from worker.domain.network import Network, NotDialable, national_form
from worker.domain.number_plan import calendar_day
from worker.domain.reason import Reason, why_not_run
from worker.domain.script import values_of_lead, why_not_spoken
from worker.domain.template import template_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import ListRecord, TemplateRecord, Tenant
from worker.ports.records.single_calls import PromisedCall, SingleCall
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.seal_numbers import key_for

logger = logging.getLogger(__name__)

_REFUSALS: Final = {Reason.INACTIVE: "campaign is not active", Reason.EXPIRED: "lead_expired_at has passed"}
_ENDED_BY: Final = {Ending.DO_NOT_CALL: Reason.DO_NOT_CALL.value}
"""The ending whose name differs from its reason's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """One number to call: with a template of its own it is an OTP, without one it hears the campaign's."""

    tenant: Tenant
    campaign_id: CampaignId
    phone_number: str
    template: str | None = None
    """A template's name, or its id."""
    ref_id: str = ""
    additional: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Promise:
    """The lead that was added, and the id that its first call will have."""

    call_id: CallId
    lead_id: LeadId


def call_now(
    store: RecordStore, *, queue: JobQueue, request: CallRequest, now: DateTime, new_id: Callable[[], UUID]
) -> Promise:
    """Add a lead that is called ahead of its campaign's lists, and ask for a plan at once.

    Raises ``NotDialable`` for a number that the number plan or the tenant's destinations do not cover, and
    ``InvalidFields`` when the template cannot be read aloud with these values. A number on the do-not-call list is
    accepted: planning ends such a lead. Raises ``Held`` while the installation is held.
    """
    phone = national_form(request.phone_number)
    with store.transaction() as tx:
        if (hold := tx.installation.hold()) is not None:
            raise Held(hold)
        campaign, carrier_id = _callable_campaign(tx, request, now=now)
        own_template = None if request.template is None else tx.templates.find(request.tenant.id, request.template)
        call = SingleCall(
            id=LeadId(new_id()),
            call_id=CallId(new_id()),
            tenant_id=campaign.tenant_id,
            campaign_id=campaign.campaign_uuid,
            list_id=home_in(tx, campaign, now=now, new_id=new_id),
            stage=Stage.SINGLE if request.template is None else Stage.OTP,
            phone=phone,
            network=_network(tx, phone, tenant=request.tenant, now=now),
            ref_id=request.ref_id,
            template_id=None if own_template is None else own_template.id,
            profile={"ref_id": request.ref_id} if request.ref_id else {},
            additional=request.additional,
        )
        locked = _lock(tx, request, carrier_id=carrier_id, now=now)
        _check_speech(call, template=own_template or _template(tx, locked))
        tx.single_calls.add(_as_stored(call, key=key_for(tx, locked)), now=now)
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    extra = {"action": "call_requested", "call_id": call.call_id, "campaign_id": call.campaign_id}
    logger.info("single call requested", extra=extra)
    return Promise(call.call_id, call.id)


def find_cdr(store: RecordStore, *, tenant: Tenant, ref_id: str) -> Cdr:
    """Return the CDR of the latest single call with that reference; ``NotFound`` says why there is none."""
    with store.reading() as tx:
        promised = tx.single_calls.newest(tenant.id, ref_id)
        try:
            return tx.cdrs.get(tenant.id, str(promised.call_id))
        except NotFound as error:
            raise NotFound(_why_no_cdr(promised)) from error


def _why_no_cdr(promised: PromisedCall) -> str:
    if promised.ending is None:
        return "call has not ended"
    return f"call was not made: {_ENDED_BY.get(promised.ending, promised.ending.value)}"


def _callable_campaign(
    tx: RecordTransaction, request: CallRequest, *, now: DateTime
) -> tuple[CampaignSettings, CarrierId]:
    """Return the campaign and its carrier; reject if waiting cannot help, by the checks that also block an OTP.

    A stopped campaign or a closed window is no reason to reject: a call without a code waits for them.
    """
    try:
        campaign = tx.campaigns.get(request.tenant.id, request.campaign_id)
    except NotFound as error:
        raise NotFound("campaign is not found") from error
    if campaign.type != AUTOCALL:
        raise Invalid("only a campaign of type autocall can call")
    if campaign.carrier_uuid is None:
        raise Invalid("carrier_uuid is missing")
    if request.template is None and campaign.template_uuid is None:
        raise Invalid("template_uuid is missing")
    why = why_not_run(to_campaign(campaign, zone=request.tenant.timezone), lane=Lane.OTP, now=now)
    if why is not None:
        raise Invalid(_REFUSALS.get(why.reason, why.reason.value))
    return campaign, campaign.carrier_uuid


def _lock(tx: RecordTransaction, request: CallRequest, *, carrier_id: CarrierId, now: DateTime) -> CampaignSettings:
    """Wake the carrier and lock the campaign until the lead is added; edits lock in the same order."""
    tx.carriers.wake([carrier_id], at=now)
    locked, still = _callable_campaign(tx, request, now=now)
    if still != carrier_id:
        raise Unavailable("the campaign has just been moved to another carrier")
    return locked


def home_in(tx: RecordTransaction, campaign: CampaignSettings, *, now: DateTime, new_id: Callable[[], UUID]) -> ListId:
    """Return the list that holds the campaign's single calls; it is created when it is first needed."""
    wanted = ListRecord(
        id=ListId(new_id()),
        tenant_id=campaign.tenant_id,
        campaign_id=campaign.campaign_uuid,
        name=f"Single calls of {campaign.campaign_uuid}",
        description="",
        active=True,
        created_at=now,
        updated_at=now,
    )
    home = tx.single_calls.home(wanted)
    if not home.active:
        raise Invalid("the list of single calls is not active")
    return home.id


def _network(tx: RecordTransaction, phone: str, *, tenant: Tenant, now: DateTime) -> Network:
    if tx.erasure.among(tenant.id, [phone]):
        raise NotDialable(IS_ERASED)
    plan = tx.number_plan.of(tenant.id, [phone])
    network = plan.dialable(phone, on=calendar_day(now, zone=tenant.timezone))
    if not is_allowed(phone, network=network, rules=tenant.destinations):
        raise NotDialable(FORBIDDEN)
    return network


def _template(tx: RecordTransaction, campaign: CampaignSettings) -> TemplateRecord:
    if campaign.template_uuid is None:
        raise Invalid("template_uuid is missing")
    return tx.templates.get(campaign.tenant_id, campaign.template_uuid)


def _as_stored(call: SingleCall, *, key: str) -> SingleCall:
    if not key:
        return call
    return replace(call, phone=hidden(call.phone, key=key), additional=without_copy(call.additional))


def _check_speech(call: SingleCall, *, template: TemplateRecord) -> None:
    values = values_of_lead(phone=call.phone, profile=call.profile, additional=call.additional)
    if why := why_not_spoken(template_of(template.body), values=values):
        raise InvalidFields(why)
