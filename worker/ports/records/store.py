"""What the API's use cases need of the store; adapters and fakes keep the same promises."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from pendulum import DateTime

from worker.domain.campaign_settings import CampaignSettings
from worker.domain.cdr import Cdr
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId, TemplateId, TenantId
from worker.domain.lead import Ending
from worker.ports.dispatch.leadership import LeaderLeases
from worker.ports.dispatch.store import Plans
from worker.ports.paging import Page, Slice
from worker.ports.records.backfills import BackfillLeads, Backfills
from worker.ports.records.entities import (
    BlockedNumber,
    CampaignStatistics,
    CarrierRecord,
    CdrFilter,
    DuplicateScope,
    LeadFilter,
    LeadRecord,
    ListRecord,
    NamedCampaign,
    NewLead,
    TemplateRecord,
    Tenant,
    TenantSettings,
    Totals,
)
from worker.ports.records.number_plan import NumberPlans
from worker.ports.records.single_calls import SingleCalls
from worker.ports.records.standings import Standings


class Tenants(Protocol):
    """Tenants and their tokens."""

    def of_token(self, hashed: str) -> Tenant | None:
        """Give the tenant to whom the hashed token belongs."""

    def named(self, name: str) -> Tenant | None:
        """Give the tenant of this name."""

    def get(self, tenant_id: TenantId) -> Tenant:
        """Give a tenant that there is."""

    def settings(self, tenant_id: TenantId) -> TenantSettings:
        """Give what holds for all of a tenant that there is, with its live calls."""

    def all_settings(self) -> list[TenantSettings]:
        """Give the same of every tenant, by name."""

    def lock(self, tenant_id: TenantId) -> None:
        """Keep others from changing the tenant's settings until this transaction ends."""

    def save(self, settings: TenantSettings) -> None:
        """Write zone and cap of a locked tenant."""

    def add(self, tenant: Tenant, *, callback_secret: str, now: DateTime) -> None:
        """Add a tenant; raises ``Conflict`` when the name is taken."""

    def secret(self, tenant_id: TenantId) -> str:
        """Give the present signing secret of a tenant that there is."""

    def rotate_secret(self, tenant_id: TenantId, *, secret: str, old_until: DateTime) -> None:
        """Sign with a new secret; the one before stays valid beside it until then, and an older one no longer."""

    def add_token(self, hashed: str, *, tenant_id: TenantId, now: DateTime) -> None:
        """Add a token's hash."""


class Campaigns(Protocol):
    """Campaigns that are not deleted."""

    def get(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        """Give the tenant's campaign; raises ``NotFound``."""

    def lock(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignSettings:
        """Give the campaign as it is now, and keep others from changing it until this transaction ends."""

    def add(self, settings: CampaignSettings) -> None:
        """Add a campaign; raises ``Conflict`` when its name or id is taken."""

    def lock_paused(self, tenant_id: TenantId, *, now: DateTime) -> list[CampaignSettings]:
        """Give the tenant's campaigns whose pause has not ended yet, and keep others from changing them."""

    def save(self, settings: CampaignSettings) -> None:
        """Write a locked campaign; raises ``Conflict`` when its name is taken."""

    def delete(self, campaign_id: CampaignId, *, now: DateTime) -> None:
        """Put a campaign away; its CDRs stay."""

    def page(self, tenant_id: TenantId, part: Slice, *, kind: str | None) -> Page[NamedCampaign]:
        """Give the tenant's campaigns, newest first."""


class Carriers(Protocol):
    """Carriers as operators write and read them."""

    def get(self, tenant_id: TenantId, carrier_id: CarrierId) -> CarrierRecord:
        """Give the tenant's carrier with its live calls; raises ``NotFound``."""

    def only_one(self, tenant_id: TenantId) -> CarrierId | None:
        """Give the tenant's carrier when it has exactly one."""

    def all_of(self, tenant_id: TenantId) -> set[CarrierId]:
        """Give all of the tenant's carriers."""

    def add(self, carrier: CarrierRecord) -> None:
        """Add a carrier; raises ``Conflict`` when its name or id is taken."""

    def save(self, carrier: CarrierRecord) -> None:
        """Write a carrier; raises ``Conflict`` when its name is taken."""

    def wake(self, carrier_ids: Collection[CarrierId], *, at: DateTime) -> None:
        """Have the carriers planned at this moment even if nobody asks; keeps them locked, in id order."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[CarrierRecord]:
        """Give the tenant's carriers, newest first."""


class Templates(Protocol):
    """Templates."""

    def get(self, tenant_id: TenantId, template_id: TemplateId) -> TemplateRecord:
        """Give the tenant's template; raises ``NotFound``."""

    def find(self, tenant_id: TenantId, reference: str) -> TemplateRecord:
        """Give the tenant's template of this name, or else of this id; raises ``NotFound``."""

    def add(self, template: TemplateRecord) -> None:
        """Add a template; raises ``Conflict`` when its name or id is taken."""

    def page(self, tenant_id: TenantId, part: Slice, *, name: str | None) -> Page[TemplateRecord]:
        """Give the tenant's templates, newest first."""


class Lists(Protocol):
    """Lists of campaigns that are not deleted."""

    def get(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Give the tenant's list; raises ``NotFound``."""

    def find(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Give the tenant's list without counting its leads; raises ``NotFound``."""

    def lock(self, tenant_id: TenantId, list_id: ListId, *, scope: DuplicateScope) -> ListRecord:
        """Keep other imports that reach into the scope waiting until this transaction ends; give the list as it is."""

    def lock_all_of(self, campaign_id: CampaignId) -> None:
        """Wait for the imports into the campaign that have begun, and keep others waiting."""

    def lock_all(self, tenant_id: TenantId) -> None:
        """Wait for all the tenant's imports that have begun, and keep others waiting."""

    def add(self, new: ListRecord) -> None:
        """Add a list; raises ``Conflict`` when its name or id is taken."""

    def switch(self, list_id: ListId, *, active: bool, now: DateTime) -> None:
        """Make a list active or not; imports that have begun are waited for."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[ListRecord]:
        """Give the tenant's lists, newest first."""


class LeadRecords(Protocol):
    """Leads as operators import and read them."""

    def add(
        self, leads: Sequence[NewLead], *, to: ListRecord, scope: DuplicateScope, ended: Ending | None, now: DateTime
    ) -> set[str]:
        """Add leads whose number the scope does not have yet, in one statement; give the numbers that were added.

        They wait for a call, those of an inactive list out of planning's sight, or have ended before they began.
        """

    def get(self, tenant_id: TenantId, lead_id: LeadId) -> LeadRecord:
        """Give the tenant's lead; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: LeadFilter) -> Page[LeadRecord]:
        """Give the tenant's leads in the order in which they came."""


class Cdrs(Protocol):
    """Calls that have ended."""

    def get(self, tenant_id: TenantId, reference: str) -> Cdr:
        """Give the CDR by its id or its SIP call id; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice, *, wanted: CdrFilter) -> Page[Cdr]:
        """Give the tenant's CDRs, newest first."""


class DoNotCall(Protocol):
    """Numbers that nobody may dial."""

    def add(self, tenant_id: TenantId, numbers: Sequence[BlockedNumber], *, now: DateTime) -> set[str]:
        """Add numbers; give those that were not there before."""

    def remove(self, tenant_id: TenantId, phones: Collection[str]) -> set[str]:
        """Remove numbers; give those that were there."""

    def get(self, tenant_id: TenantId, phone: str) -> BlockedNumber:
        """Give the tenant's entry of this number; raises ``NotFound``."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[BlockedNumber]:
        """Give the tenant's numbers in order."""


class Statistics(Protocol):
    """Counts for monitor and metrics."""

    def of_campaign(self, campaign_id: CampaignId) -> CampaignStatistics:
        """Count one campaign's leads and calls."""

    def totals(self) -> Totals:
        """Count what is live and what waits, over all tenants."""


class RecordTransaction(Protocol):
    """One transaction: all of it or nothing, and what is to be told is told after the commit."""

    @property
    def tenants(self) -> Tenants: ...
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def carriers(self) -> Carriers: ...
    @property
    def templates(self) -> Templates: ...
    @property
    def lists(self) -> Lists: ...
    @property
    def lead_records(self) -> LeadRecords: ...
    @property
    def single_calls(self) -> SingleCalls: ...
    @property
    def cdrs(self) -> Cdrs: ...
    @property
    def do_not_call(self) -> DoNotCall: ...
    @property
    def statistics(self) -> Statistics: ...
    @property
    def plans(self) -> Plans: ...
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
    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this once the transaction has committed; not at all if it rolls back."""


class RecordStore(Protocol):
    """Where the truth is kept; both raise ``Unavailable`` when the database is away or too busy."""

    def transaction(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a transaction that only reads, at one moment."""
