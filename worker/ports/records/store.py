"""Ports of the store for the API's use cases."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.ids import CampaignId, CarrierId, LeadId, TemplateId, TenantId
from worker.domain.lead import Ending
from worker.ports.dispatch.leadership import LeaderLeases
from worker.ports.dispatch.outbox import FanOuts, Outbox, Subscribers
from worker.ports.dispatch.sound_rows import SoundRows, SoundWaits
from worker.ports.dispatch.speech import Speech
from worker.ports.dispatch.store import Calls, Plans
from worker.ports.dispatch.switches import SwitchRows
from worker.ports.dispatch.tenant_caps import TenantCaps
from worker.ports.dispatch.trunks import Trunks
from worker.ports.paging import Page, Slice
from worker.ports.records.access import ApiKeys, LoginFailures
from worker.ports.records.alerts import Alerts
from worker.ports.records.answers import Answers
from worker.ports.records.audio import AudioFiles
from worker.ports.records.audit import AuditTrail
from worker.ports.records.backfills import BackfillLeads, Backfills
from worker.ports.records.cdrs import Cdrs
from worker.ports.records.chosen_ids import ChosenIdRows
from worker.ports.records.entities import (
    BlockedEntry,
    BlockedNumber,
    CampaignFilter,
    CampaignStatistics,
    CarrierRecord,
    DuplicateScope,
    GatewayDemand,
    LeadFilter,
    LeadRecord,
    ListRecord,
    NamedCampaign,
    NewLead,
    TemplateRecord,
    Tenant,
    TenantSettings,
)
from worker.ports.records.erasure import Erasure
from worker.ports.records.figures import Figures
from worker.ports.records.file_imports import FileImports
from worker.ports.records.gateways import Gateways
from worker.ports.records.lead_edits import LeadEdits
from worker.ports.records.lists import Lists
from worker.ports.records.number_plan import NumberPlans
from worker.ports.records.number_sealings import NumberSealings
from worker.ports.records.refreshes import Refreshes
from worker.ports.records.reports import Reports
from worker.ports.records.retentions import Retentions
from worker.ports.records.secret_rows import SecretRows
from worker.ports.records.single_calls import SingleCalls
from worker.ports.records.standings import Standings


class Tenants(Protocol):
    """Tenants, their settings and signing secrets."""

    def named(self, name: str) -> Tenant | None:
        """Return the tenant of this name; None when there is none."""

    def get(self, tenant_id: TenantId) -> Tenant:
        """Return the tenant; it must exist."""

    def settings(self, tenant_id: TenantId) -> TenantSettings:
        """Return the tenant's settings with its live calls; it must exist."""

    def all_settings(self) -> list[TenantSettings]:
        """Return the settings of all tenants, sorted by name."""

    def lock(self, tenant_id: TenantId) -> None:
        """Lock the tenant's settings against changes by other transactions until this one ends."""

    def save(self, settings: TenantSettings) -> None:
        """Write zone and caps of a locked tenant."""

    def add(self, tenant: Tenant, *, callback_secret: str, now: DateTime) -> None:
        """Add a tenant; raises ``Conflict`` when the name is taken."""

    def secret(self, tenant_id: TenantId) -> str:
        """Return the tenant's present signing secret; the tenant must exist."""

    def rotate_secret(self, tenant_id: TenantId, *, secret: str, old_until: DateTime) -> None:
        """Store a new signing secret; the one before stays valid until ``old_until``, an older one is dropped."""


class Campaigns(Protocol):
    """Campaigns that are not deleted."""

    def get(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        """Return the tenant's campaign; raises ``NotFound``."""

    def lock(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        """Lock the campaign until this transaction ends, and return it as it is now; raises ``NotFound``."""

    def add(self, settings: CampaignSettings) -> None:
        """Add a campaign; raises ``Conflict`` when its name or id is taken."""

    def lock_paused(self, tenant_id: TenantId, *, now: DateTime) -> list[CampaignSettings]:
        """Lock and return the tenant's campaigns whose pause has not ended at ``now``, in id order."""

    def save(self, settings: CampaignSettings) -> None:
        """Write a locked campaign; raises ``Conflict`` when its name is taken."""

    def delete(self, campaign_id: CampaignId, *, now: DateTime) -> None:
        """Mark a campaign as deleted; its CDRs stay."""

    def using(
        self, tenant_id: TenantId, *, carrier_id: CarrierId | None = None, template_id: TemplateId | None = None
    ) -> list[CampaignSettings]:
        """Return the tenant's campaigns with this carrier or this template, in id order."""

    def hiding_numbers(self, tenant_id: TenantId) -> frozenset[CampaignId]:
        """Return the tenant's campaigns with ``enable_encrypt``, deleted ones too: their CDRs stay."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CampaignFilter) -> Page[NamedCampaign]:
        """Return the tenant's campaigns, newest first."""


class Carriers(Protocol):
    """Carriers that are not deleted, as operators write and read them."""

    def get(self, tenant_id: TenantId, carrier_id: CarrierId) -> CarrierRecord:
        """Return the tenant's carrier with its live calls; raises ``NotFound``."""

    def only_one(self, tenant_id: TenantId) -> CarrierId | None:
        """Return the tenant's carrier when it has exactly one, otherwise None."""

    def all_of(self, tenant_id: TenantId) -> set[CarrierId]:
        """Return the ids of all the tenant's carriers."""

    def add(self, carrier: CarrierRecord) -> None:
        """Add a carrier; raises ``Conflict`` when its name or id is taken."""

    def save(self, carrier: CarrierRecord) -> None:
        """Write a carrier; raises ``Conflict`` when its name is taken."""

    def delete(self, carrier_id: CarrierId, *, now: DateTime) -> None:
        """Mark a locked carrier without campaigns and live calls as deleted; its name is free again, its CDRs stay."""

    def wake(self, carrier_ids: Collection[CarrierId], *, at: DateTime) -> None:
        """Make the carriers' next plan due at this time; they stay locked, in id order, until the transaction ends."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[CarrierRecord]:
        """Return the tenant's carriers, newest first."""

    def by_gateway(self) -> list[GatewayDemand]:
        """Return what the carriers of all tenants may ask of the switches, by gateway."""


class Templates(Protocol):
    """Templates that are not deleted: what autocalls play."""

    def get(self, tenant_id: TenantId, template_id: TemplateId) -> TemplateRecord:
        """Return the tenant's template; raises ``NotFound``."""

    def find(self, tenant_id: TenantId, reference: str) -> TemplateRecord:
        """Return the tenant's template of this name, otherwise of this id; raises ``NotFound``."""

    def add(self, template: TemplateRecord) -> None:
        """Add a template; raises ``Conflict`` when its name or id is taken."""

    def save(self, template: TemplateRecord) -> None:
        """Write a template; raises ``Conflict`` when its name is taken."""

    def delete(self, template_id: TemplateId, *, now: DateTime) -> None:
        """Mark a template as deleted; its name is free again, and nobody hears it any more."""

    def page(self, tenant_id: TenantId, part: Slice, *, name: str | None) -> Page[TemplateRecord]:
        """Return the tenant's templates, newest first; ``name`` limits them to one name (None: any)."""


class LeadRecords(Protocol):
    """Leads as operators import and read them."""

    def add(
        self, leads: Sequence[NewLead], *, to: ListRecord, scope: DuplicateScope, ended: Ending | None, now: DateTime
    ) -> set[str]:
        """Add the leads whose number is new in the scope, in one statement; return the numbers that were added.

        ``ended`` is the reason with which the leads are done at once; None: they wait for a call. Leads of an inactive
        list are hidden from planning.
        """

    def get(self, tenant_id: TenantId, lead_id: LeadId) -> LeadRecord:
        """Return the tenant's lead; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: LeadFilter) -> Page[LeadRecord]:
        """Return the tenant's leads in the order in which they were added."""

    def by_number(
        self, tenant_id: TenantId, *, wanted: LeadFilter, of_single_calls: bool, limit: int, after: LeadRecord | None
    ) -> Sequence[LeadRecord]:
        """Return the next leads in the order of their numbers, those of single calls apart from all others.

        Hidden numbers are ordered by their stored form; each of these orders has an index.
        """


class DoNotCall(Protocol):
    """The tenants' do-not-call lists."""

    def add(self, tenant_id: TenantId, numbers: Sequence[BlockedNumber], *, now: DateTime) -> set[str]:
        """Add numbers; return those that are new."""

    def remove(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Remove numbers; return those that existed."""

    def get(self, tenant_id: TenantId, reference: UUID | str) -> BlockedEntry:
        """Return the tenant's entry of this id, or of this number in national form; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[BlockedEntry]:
        """Return the tenant's numbers, sorted by phone."""


class Statistics(Protocol):
    """Counts for the monitor and the metrics."""

    def of_campaign(self, campaign_id: CampaignId) -> CampaignStatistics:
        """Count one campaign's leads and calls."""


class RecordTransaction(Protocol):
    """One transaction; actions registered with ``after_commit`` run only when it has committed."""

    @property
    def tenant_caps(self) -> TenantCaps: ...
    @property
    def retentions(self) -> Retentions: ...
    @property
    def tenants(self) -> Tenants: ...
    @property
    def chosen_ids(self) -> ChosenIdRows: ...
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def carriers(self) -> Carriers: ...
    @property
    def gateways(self) -> Gateways: ...
    @property
    def templates(self) -> Templates: ...
    @property
    def audio_files(self) -> AudioFiles: ...
    @property
    def lists(self) -> Lists: ...
    @property
    def lead_records(self) -> LeadRecords: ...
    @property
    def erasure(self) -> Erasure: ...
    @property
    def refreshes(self) -> Refreshes: ...
    @property
    def file_imports(self) -> FileImports: ...
    @property
    def lead_edits(self) -> LeadEdits: ...
    @property
    def single_calls(self) -> SingleCalls: ...
    @property
    def cdrs(self) -> Cdrs: ...
    @property
    def do_not_call(self) -> DoNotCall: ...
    @property
    def statistics(self) -> Statistics: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def plans(self) -> Plans: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def standings(self) -> Standings: ...
    @property
    def number_plan(self) -> NumberPlans: ...
    @property
    def backfills(self) -> Backfills: ...
    @property
    def backfill_leads(self) -> BackfillLeads: ...
    @property
    def leader_leases(self) -> LeaderLeases: ...
    @property
    def trunks(self) -> Trunks: ...
    @property
    def switches(self) -> SwitchRows: ...
    @property
    def speech(self) -> Speech: ...
    @property
    def sounds(self) -> SoundRows: ...
    @property
    def sound_waits(self) -> SoundWaits: ...
    @property
    def secret_rows(self) -> SecretRows: ...
    @property
    def number_sealings(self) -> NumberSealings: ...
    @property
    def api_keys(self) -> ApiKeys: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def deliveries(self) -> Outbox: ...
    @property
    def fan_outs(self) -> FanOuts: ...
    @property
    def subscriptions(self) -> Subscribers: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def login_failures(self) -> LoginFailures: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Run the action when the transaction has committed; never when it rolls back."""


class RecordStore(Protocol):
    """The database; both methods raise ``Unavailable`` when it cannot be reached or is too busy."""

    def transaction(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a read-only transaction, which sees the data of one moment."""
