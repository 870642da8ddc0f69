"""Reads for the API: one moment's view, nothing changed."""

from worker.domain.cdr import Cdr
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId, TemplateId
from worker.domain.settings import CampaignSettings
from worker.ports.record_store import RecordStore
from worker.ports.records import (
    BlockedNumber,
    CampaignNumbers,
    CarrierRecord,
    CdrFilter,
    LeadFilter,
    LeadRecord,
    ListRecord,
    NamedCampaign,
    Page,
    Slice,
    TemplateRecord,
    Tenant,
    Totals,
)


def get_campaign(store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId) -> CampaignSettings:
    """Give one campaign."""
    with store.reading() as tx:
        return tx.campaigns.get(tenant.id, campaign_id)


def list_campaigns(store: RecordStore, *, tenant: Tenant, part: Slice, kind: str | None) -> Page[NamedCampaign]:
    """Give campaigns, newest first."""
    with store.reading() as tx:
        return tx.campaigns.page(tenant.id, part, kind=kind)


def monitor_campaign(
    store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId
) -> tuple[CampaignSettings, CampaignNumbers]:
    """Give one campaign with its numbers."""
    with store.reading() as tx:
        return tx.campaigns.get(tenant.id, campaign_id), tx.numbers.of_campaign(campaign_id)


def get_carrier(store: RecordStore, *, tenant: Tenant, carrier_id: CarrierId) -> CarrierRecord:
    """Give one carrier with its live calls."""
    with store.reading() as tx:
        return tx.carriers.get(tenant.id, carrier_id)


def list_carriers(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[CarrierRecord]:
    """Give carriers, newest first."""
    with store.reading() as tx:
        return tx.carriers.page(tenant.id, part)


def get_template(store: RecordStore, *, tenant: Tenant, template_id: TemplateId) -> TemplateRecord:
    """Give one template."""
    with store.reading() as tx:
        return tx.templates.get(tenant.id, template_id)


def list_templates(store: RecordStore, *, tenant: Tenant, part: Slice, name: str | None) -> Page[TemplateRecord]:
    """Give templates, newest first."""
    with store.reading() as tx:
        return tx.templates.page(tenant.id, part, name=name)


def get_list(store: RecordStore, *, tenant: Tenant, list_id: ListId) -> ListRecord:
    """Give one list."""
    with store.reading() as tx:
        return tx.lists.get(tenant.id, list_id)


def list_lists(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[ListRecord]:
    """Give lists, newest first."""
    with store.reading() as tx:
        return tx.lists.page(tenant.id, part)


def get_lead(store: RecordStore, *, tenant: Tenant, lead_id: LeadId) -> LeadRecord:
    """Give one lead."""
    with store.reading() as tx:
        return tx.lead_records.get(tenant.id, lead_id)


def list_leads(store: RecordStore, *, tenant: Tenant, part: Slice, wanted: LeadFilter) -> Page[LeadRecord]:
    """Give leads in the order in which they came."""
    with store.reading() as tx:
        return tx.lead_records.page(tenant.id, part, wanted=wanted)


def get_cdr(store: RecordStore, *, tenant: Tenant, reference: str) -> Cdr:
    """Give one CDR by its id or its SIP call id."""
    with store.reading() as tx:
        return tx.cdrs.get(tenant.id, reference)


def list_cdrs(store: RecordStore, *, tenant: Tenant, part: Slice, wanted: CdrFilter) -> Page[Cdr]:
    """Give CDRs, newest first."""
    with store.reading() as tx:
        return tx.cdrs.page(tenant.id, part, wanted=wanted)


def list_blocked_numbers(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[BlockedNumber]:
    """Give the do-not-call list in order."""
    with store.reading() as tx:
        return tx.do_not_call.page(tenant.id, part)


def totals(store: RecordStore) -> Totals:
    """Give the metrics' numbers."""
    with store.reading() as tx:
        return tx.numbers.totals()
