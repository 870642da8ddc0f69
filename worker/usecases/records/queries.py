"""Reads for the API, each in one snapshot."""

from uuid import UUID

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.cdr import Cdr
from worker.domain.errors import NotFound
from worker.domain.file_import import FileImport, FileKind, ReportedRow
from worker.domain.ids import CampaignId, CarrierId, ImportId, LeadId, ListId, TemplateId
from worker.domain.number_plan import Classified, NumberPlan, calendar_day
from worker.domain.switch import Switch
from worker.ports.paging import Page, Slice
from worker.ports.records.entities import (
    BlockedEntry,
    CampaignFilter,
    CampaignStatistics,
    CarrierRecord,
    LeadFilter,
    LeadRecord,
    ListRecord,
    NamedCampaign,
    PortedNumber,
    TemplateRecord,
    Tenant,
    TenantSettings,
)
from worker.ports.records.store import RecordStore


def get_tenant(store: RecordStore, *, tenant: Tenant) -> TenantSettings:
    """Return the tenant's own settings, with its live calls."""
    with store.reading() as tx:
        return tx.tenants.settings(tenant.id)


def list_tenants(store: RecordStore, *, name: str | None) -> list[TenantSettings]:
    """Return every tenant, or the one of this name; raises ``NotFound``."""
    with store.reading() as tx:
        found = [one for one in tx.tenants.all_settings() if name in {None, one.name}]
    if name is not None and not found:
        raise NotFound(f"there is no tenant {name}")
    return found


def get_campaign(store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId) -> CampaignSettings:
    """Return one campaign."""
    with store.reading() as tx:
        return tx.campaigns.get(tenant.id, campaign_id)


def list_campaigns(store: RecordStore, *, tenant: Tenant, part: Slice, wanted: CampaignFilter) -> Page[NamedCampaign]:
    """Return campaigns, newest first."""
    with store.reading() as tx:
        return tx.campaigns.page(tenant.id, part, wanted=wanted)


def get_named_campaign(store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId) -> NamedCampaign:
    """Return one campaign with the names of its carrier and template; raises ``NotFound``."""
    found = list_campaigns(store, tenant=tenant, part=Slice(1), wanted=CampaignFilter(campaign_id=campaign_id))
    if not found.rows:
        raise NotFound("Not Found")
    return found.rows[0]


def monitor_campaign(
    store: RecordStore, *, tenant: Tenant, campaign_id: CampaignId
) -> tuple[CampaignSettings, CampaignStatistics]:
    """Return one campaign with its statistics."""
    with store.reading() as tx:
        return tx.campaigns.get(tenant.id, campaign_id), tx.statistics.of_campaign(campaign_id)


def get_carrier(store: RecordStore, *, tenant: Tenant, carrier_id: CarrierId) -> CarrierRecord:
    """Return one carrier with its live calls."""
    with store.reading() as tx:
        return tx.carriers.get(tenant.id, carrier_id)


def list_carriers(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[CarrierRecord]:
    """Return carriers, newest first."""
    with store.reading() as tx:
        return tx.carriers.page(tenant.id, part)


def get_template(store: RecordStore, *, tenant: Tenant, template_id: TemplateId) -> TemplateRecord:
    """Return one template."""
    with store.reading() as tx:
        return tx.templates.get(tenant.id, template_id)


def list_templates(store: RecordStore, *, tenant: Tenant, part: Slice, name: str | None) -> Page[TemplateRecord]:
    """Return templates, newest first."""
    with store.reading() as tx:
        return tx.templates.page(tenant.id, part, name=name)


def get_list(store: RecordStore, *, tenant: Tenant, list_id: ListId) -> ListRecord:
    """Return one list."""
    with store.reading() as tx:
        return tx.lists.get(tenant.id, list_id)


def list_lists(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[ListRecord]:
    """Return lists, newest first."""
    with store.reading() as tx:
        return tx.lists.page(tenant.id, part)


def get_lead(store: RecordStore, *, tenant: Tenant, lead_id: LeadId) -> LeadRecord:
    """Return one lead."""
    with store.reading() as tx:
        return tx.lead_records.get(tenant.id, lead_id)


def list_leads(store: RecordStore, *, tenant: Tenant, part: Slice, wanted: LeadFilter) -> Page[LeadRecord]:
    """Return leads in the order in which they were added."""
    with store.reading() as tx:
        return tx.lead_records.page(tenant.id, part, wanted=wanted)


def get_cdr(store: RecordStore, *, tenant: Tenant, reference: str) -> Cdr:
    """Return one CDR by its id or its SIP call id."""
    with store.reading() as tx:
        return tx.cdrs.get(tenant.id, reference)


def list_blocked_numbers(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[BlockedEntry]:
    """Return the do-not-call list, sorted by phone."""
    with store.reading() as tx:
        return tx.do_not_call.page(tenant.id, part)


def list_imports(store: RecordStore, *, tenant: Tenant, part: Slice, kind: FileKind | None) -> Page[FileImport]:
    """Return imports of files, the newest first."""
    with store.reading() as tx:
        return tx.file_imports.page(tenant.id, part, kind=kind)


def get_import(store: RecordStore, *, tenant: Tenant, import_id: ImportId) -> FileImport:
    """Return one import of a file."""
    with store.reading() as tx:
        return tx.file_imports.get(tenant.id, import_id)


def import_report(store: RecordStore, *, import_id: ImportId, after: int, limit: int) -> list[ReportedRow]:
    """Return rows of an import's report beyond the row ``after``."""
    with store.reading() as tx:
        return tx.file_imports.report(import_id, after=after, limit=limit)


def get_blocked_number(store: RecordStore, *, tenant: Tenant, reference: UUID | str) -> BlockedEntry:
    """Return one entry of the do-not-call list."""
    with store.reading() as tx:
        return tx.do_not_call.get(tenant.id, reference)


def number_plan(store: RecordStore, *, tenant: Tenant) -> NumberPlan:
    """Return the tenant's number plan."""
    with store.reading() as tx:
        return tx.number_plan.of(tenant.id)


def classify_number(store: RecordStore, *, tenant: Tenant, phone: str, now: DateTime) -> Classified:
    """Return a number's network today and the rule for it; raises ``NotFound`` when no rule covers it."""
    with store.reading() as tx:
        plan = tx.number_plan.of(tenant.id, [phone])
    found = plan.classify(phone, on=calendar_day(now, zone=tenant.timezone))
    if found is None:
        raise NotFound("phone number is not of the number plan")
    return found


def list_ported_numbers(store: RecordStore, *, tenant: Tenant, part: Slice) -> Page[PortedNumber]:
    """Return the tenant's ported numbers, sorted by phone."""
    with store.reading() as tx:
        return tx.number_plan.ported(tenant.id, part)


def all_switches(store: RecordStore) -> list[Switch]:
    """Return all switches by name, those that are gone included."""
    with store.reading() as tx:
        return tx.switches.all()
