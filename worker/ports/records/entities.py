"""Stored things as the API's use cases read and write them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pendulum import DateTime

from worker.domain.call import CallState, Outcome
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.carrier import DialType
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId, TemplateId, TenantId
from worker.domain.json_value import Json
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network


class DuplicateScope(StrEnum):
    """Among whose leads a number may be only once; single calls never count."""

    LIST = "list"
    CAMPAIGN = "campaign"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Whose objects they are; times without a zone of their own are read in this one."""

    id: TenantId
    name: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """What holds for all of a tenant: its zone, and its cap on calls at once (None: no cap); ``live`` counts them."""

    id: TenantId
    name: str
    timezone: str
    concurrent_call: int | None
    live: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRecord:
    """A carrier as operators write and read it: ``data`` holds caller ids and prefixes, ``live`` its live calls."""

    id: CarrierId
    tenant_id: TenantId
    name: str
    description: str
    gateway: str
    dial_type: DialType
    concurrent_call: int
    calls_per_second: int = 0
    network: Mapping[str, int]
    data: Mapping[str, str]
    created_at: DateTime
    updated_at: DateTime
    live: Mapping[Network, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRecord:
    """What an autocall plays."""

    id: TemplateId
    tenant_id: TenantId
    name: str
    body: Mapping[str, Json]
    created_at: DateTime
    updated_at: DateTime


@dataclass(frozen=True, slots=True)
class NamedCampaign:
    """A campaign with the names of what it uses."""

    settings: CampaignSettings
    carrier_name: str
    template_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecord:
    """A container of leads; the last two are joined and counted."""

    id: ListId
    tenant_id: TenantId
    campaign_id: CampaignId
    name: str
    description: str
    active: bool
    created_at: DateTime
    updated_at: DateTime
    campaign_name: str = ""
    total_leads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLead:
    """A lead about to be added."""

    id: LeadId
    phone: str
    network: Network
    due_at: DateTime
    profile: Mapping[str, Json]
    additional: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRecord:
    """A lead as operators read it."""

    id: LeadId
    tenant_id: TenantId
    campaign_id: CampaignId
    campaign_name: str
    list_id: ListId
    list_name: str
    phone: str
    network: Network
    stage: Stage
    ending: Ending | None
    called_count: int
    last_call_at: DateTime | None
    last_outcome: Outcome | None
    profile: Mapping[str, Json]
    additional: Mapping[str, Json]
    created_at: DateTime
    updated_at: DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """Which leads are wanted; None is any."""

    list_id: ListId | None = None
    campaign_id: CampaignId | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrFilter:
    """Which CDRs are wanted; None is any. Periods include their start and exclude their end."""

    campaign_id: CampaignId | None = None
    outcome: Outcome | None = None
    phone: str | None = None
    hotline: str | None = None
    started_from: DateTime | None = None
    started_before: DateTime | None = None
    ended_from: DateTime | None = None
    ended_before: DateTime | None = None


@dataclass(frozen=True, slots=True)
class BlockedNumber:
    """A number that nobody may dial."""

    phone: str
    description: str


@dataclass(frozen=True, slots=True)
class PortedNumber:
    """A number that left the network of its prefix."""

    phone: str
    network: Network


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatistics:
    """What the monitor shows of one campaign."""

    leads: int
    in_call: int
    calls: int
    called_leads: int
    dnc_leads: int
    waiting: Mapping[Network, int]
    """Still to be called, leads of inactive lists too."""
    finished: bool = False
    """It runs, no call is under way, and no lead is left but those of inactive lists; leads that are added go on."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the metrics show of everything."""

    live_calls: Mapping[CallState, int]
    waiting_leads: int
    pending_deliveries: int
