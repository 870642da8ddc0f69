"""What the API's use cases need of the store; adapters and fakes keep the same promises."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from pendulum import DateTime

from worker.domain.cdr import Cdr
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId, TemplateId, TenantId
from worker.domain.settings import CampaignSettings
from worker.ports.records import (
    BlockedNumber,
    CampaignNumbers,
    CarrierRecord,
    CdrFilter,
    LeadFilter,
    LeadRecord,
    ListRecord,
    NamedCampaign,
    NewLead,
    Page,
    Slice,
    TemplateRecord,
    Tenant,
    Totals,
)


class Tenants(Protocol):
    """Tenants and their tokens."""

    def of_token(self, hashed: str) -> Tenant | None:
        """Give the tenant to whom the hashed token belongs."""

    def named(self, name: str) -> Tenant | None:
        """Give the tenant of this name."""

    def lock(self, tenant_id: TenantId) -> None:
        """Keep others from changing the tenant's settings until this transaction ends."""

    def add(self, tenant: Tenant, *, callback_secret: str, now: DateTime) -> None:
        """Add a tenant; raises ``Conflict`` when the name is taken."""

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

    def add(self, template: TemplateRecord) -> None:
        """Add a template; raises ``Conflict`` when its name or id is taken."""

    def page(self, tenant_id: TenantId, part: Slice, *, name: str | None) -> Page[TemplateRecord]:
        """Give the tenant's templates, newest first."""


class Lists(Protocol):
    """Lists of campaigns that are not deleted."""

    def get(self, tenant_id: TenantId, list_id: ListId) -> ListRecord:
        """Give the tenant's list; raises ``NotFound``."""

    def lock_all_of(self, campaign_id: CampaignId) -> None:
        """Keep other imports into the campaign waiting until this transaction ends."""

    def add(self, new: ListRecord) -> None:
        """Add a list; raises ``Conflict`` when its name or id is taken."""

    def page(self, tenant_id: TenantId, part: Slice) -> Page[ListRecord]:
        """Give the tenant's lists, newest first."""


class LeadRecords(Protocol):
    """Leads as operators import and read them."""

    def add(self, leads: Sequence[NewLead], *, to: ListRecord, now: DateTime) -> set[str]:
        """Add leads whose number the campaign does not have yet, in one statement; give the numbers that were added."""

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

    def page(self, tenant_id: TenantId, part: Slice) -> Page[BlockedNumber]:
        """Give the tenant's numbers in order."""


class Numbers(Protocol):
    """Counts for monitor and metrics."""

    def of_campaign(self, campaign_id: CampaignId) -> CampaignNumbers:
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
    def cdrs(self) -> Cdrs: ...
    @property
    def do_not_call(self) -> DoNotCall: ...
    @property
    def numbers(self) -> Numbers: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this once the transaction has committed; not at all if it rolls back."""


class RecordStore(Protocol):
    """Where the truth is kept; both raise ``Unavailable`` when the database is away or too busy."""

    def transaction(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[RecordTransaction]:
        """Begin a transaction that only reads, at one moment."""
