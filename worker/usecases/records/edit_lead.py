"""Correct or remove one lead: what is changed holds for the very next dial, a call that is up ends normally."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.erasure import IS_ERASED
from worker.domain.errors import Conflict, Invalid, InvalidFields, Unavailable
from worker.domain.hidden_text import hidden
from worker.domain.ids import LeadId, ListId
from worker.domain.json_value import Json
from worker.domain.lead import Stage
from worker.domain.network import Network, NotDialable, national_form
from worker.domain.number_plan import calendar_day
from worker.domain.script import values_of_lead, why_not_spoken
from worker.domain.stale_copy import NO_COPY, ReadCopy, changed_after, check_copy
from worker.domain.template import template_of
from worker.ports.dispatch.messages import JobQueue
from worker.ports.records.entities import DuplicateScope, LeadRecord, Tenant
from worker.ports.records.lead_edits import EditedLead
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.usecases.records.import_leads import DUPLICATE
from worker.usecases.records.seal_numbers import key_for

BEING_CALLED: Final = "phone_number cannot be changed while the lead is being called"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadChanges:
    """What was sent; ``profile`` is merged into what is stored."""

    phone_number: str
    list_id: ListId | None = None
    """The list that the client expects the lead in; it cannot be changed."""
    after_day: int | None = None
    profile: Mapping[str, Json] = field(default_factory=dict)
    additional: Mapping[str, Json] | None = None
    """Replaces what is stored; None: it stays."""
    more: Mapping[str, Json] = field(default_factory=dict)
    """Keys of the client's own, which are merged into the additional data."""


def edit_lead(  # noqa: PLR0913 - the edit, and which copy was read
    store: RecordStore,
    *,
    queue: JobQueue,
    tenant: Tenant,
    lead_id: LeadId,
    changes: LeadChanges,
    now: DateTime,
    copy: ReadCopy = NO_COPY,
) -> None:
    """Change what was sent and nothing else; a lead that is done stays done, and attempts go on being counted.

    Raises ``NotFound``, ``NotDialable`` for a number that the plan does not cover, ``Conflict`` for one that the
    campaign has already or while the lead is being called, and ``InvalidFields`` for values that cannot be read aloud.
    """
    phone = national_form(changes.phone_number)
    with store.transaction() as tx:
        home = tx.lead_records.get(tenant.id, lead_id).list_id
        if changes.list_id not in {None, home}:
            raise Invalid("list_uuid cannot be changed")
        tx.lists.lock(tenant.id, home, scope=DuplicateScope.CAMPAIGN)
        campaign = _locked_campaign(tx, tenant=tenant, lead_id=lead_id, queue=queue, now=now)
        before = tx.lead_records.get(tenant.id, lead_id)
        check_copy(before.updated_at, copy, what="lead")
        network = before.network
        if phone != before.phone:
            network = _network(tx, phone, tenant=tenant, now=now)
            _free_number(tx, before, phone=phone, now=now)
        edited = EditedLead(
            phone=hidden(phone, key=key_for(tx, campaign)),
            network=network,
            due_at=_due_at(before, after_day=changes.after_day),
            profile=_profile(before, changes),
            additional={**_kept(before, changes), **changes.more},
        )
        _check_speech(tx, edited, campaign=campaign)
        tx.lead_edits.save(lead_id, edited, now=changed_after(before.updated_at, now=now))


def delete_lead(store: RecordStore, *, queue: JobQueue, tenant: Tenant, lead_id: LeadId, now: DateTime) -> None:
    """Remove a lead: nobody is dialled for it any more, its CDRs stay. Raises ``NotFound``."""
    with store.transaction() as tx:
        tx.lead_records.get(tenant.id, lead_id)
        _locked_campaign(tx, tenant=tenant, lead_id=lead_id, queue=queue, now=now)
        tx.lead_edits.cancel_queued([lead_id], now=now)
        if not tx.lead_edits.remove([lead_id], now=now):
            raise Unavailable("the lead is being changed; ask again")


def _locked_campaign(
    tx: RecordTransaction, *, tenant: Tenant, lead_id: LeadId, queue: JobQueue, now: DateTime
) -> CampaignSettings:
    """Lock carrier and campaign, so that no plan takes the lead meanwhile, and plan the carrier afterwards."""
    campaign_id = tx.lead_records.get(tenant.id, lead_id).campaign_id
    carrier_id = tx.campaigns.get(tenant.id, campaign_id).carrier_uuid
    if carrier_id is not None:
        tx.carriers.wake([carrier_id], at=now)
        tx.after_commit(partial(queue.plan_carrier, carrier_id))
    locked = tx.campaigns.lock(tenant.id, campaign_id)
    if locked.carrier_uuid != carrier_id:
        raise Unavailable("the campaign has just been moved to another carrier")
    return locked


def _free_number(tx: RecordTransaction, before: LeadRecord, *, phone: str, now: DateTime) -> None:
    """Take back a call to the old number that is queued; reject the new one if the campaign has it already."""
    tx.lead_edits.cancel_queued([before.id], now=now)
    if tx.lead_edits.is_on_a_switch(before.id):
        raise Conflict(BEING_CALLED)
    if tx.lead_edits.is_known(before.campaign_id, phone):
        raise Conflict(DUPLICATE)


def _network(tx: RecordTransaction, phone: str, *, tenant: Tenant, now: DateTime) -> Network:
    if tx.erasure.among(tenant.id, [phone]):
        raise NotDialable(IS_ERASED)
    plan = tx.number_plan.of(tenant.id, [phone])
    return plan.dialable(phone, on=calendar_day(now, zone=tenant.timezone))


def _due_at(before: LeadRecord, *, after_day: int | None) -> DateTime | None:
    waits_for_first_call = before.stage is Stage.NEW and before.called_count == 0
    return before.created_at.add(days=after_day) if after_day is not None and waits_for_first_call else None


def _profile(before: LeadRecord, changes: LeadChanges) -> dict[str, Json]:
    day = {} if changes.after_day is None else {"after_day": changes.after_day}
    merged = {**before.profile, **changes.profile, **day}
    return {name: value for name, value in merged.items() if value != ""}


def _kept(before: LeadRecord, changes: LeadChanges) -> Mapping[str, Json]:
    return before.additional if changes.additional is None else changes.additional


def _check_speech(tx: RecordTransaction, edited: EditedLead, *, campaign: CampaignSettings) -> None:
    if campaign.template_uuid is None:
        return
    template = template_of(tx.templates.get(campaign.tenant_id, campaign.template_uuid).body)
    values = values_of_lead(phone=edited.phone, profile=edited.profile, additional=edited.additional)
    if why := why_not_spoken(template, values=values):
        raise InvalidFields(why)
