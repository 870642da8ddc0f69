"""Stored objects as the API's use cases read and write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from pendulum import DateTime

from worker.domain.call import Outcome
from worker.domain.campaign_settings import CampaignSettings
from worker.domain.carrier import DialType
from worker.domain.chosen_ids import ChosenIds
from worker.domain.ids import CampaignId, CarrierId, LeadId, ListId, RunId, TemplateId, TenantId
from worker.domain.json_value import Json
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.domain.number_format import NumberFormat
from worker.domain.outcome import CauseRule
from worker.domain.trunk import Trunk
from worker.domain.voicemail import VoicemailDetector


class DuplicateScope(StrEnum):
    """The leads among which a phone number must be unique when leads are imported; single calls do not count."""

    LIST = "list"
    CAMPAIGN = "campaign"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """The owner of all other objects; times without a zone are read in ``timezone``, ``caps`` are its own by name."""

    id: TenantId
    name: str
    timezone: str
    caps: Mapping[str, int] = field(default_factory=dict)
    destinations: Sequence[str] = ()
    """Prefixes that it may call, or may not ("!"); see ``worker/domain/destinations.py``."""
    chosen_ids: ChosenIds = field(default_factory=ChosenIds)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """A tenant's settings: its zone and its cap on simultaneous calls (None: no cap); ``live`` counts its calls now.

    ``caps`` has its own caps on what it stores, by name; the others have their defaults.
    """

    id: TenantId
    name: str
    timezone: str
    concurrent_call: int | None
    caps: Mapping[str, int] = field(default_factory=dict)
    calls_per_day: int | None = None
    destinations: Sequence[str] = ()
    live: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRecord:
    """A carrier as operators use it; ``data`` holds caller ids and prefixes, ``live`` counts its live calls.

    ``causes`` is its own cause table, asked before the shipped one.
    """

    id: CarrierId
    tenant_id: TenantId
    name: str
    description: str
    gateway: str
    dial_type: DialType
    concurrent_call: int
    calls_per_second: int = 0
    number_format: NumberFormat = NumberFormat.NATIONAL
    longest_call_seconds: int = 0
    voicemail_detector: VoicemailDetector = VoicemailDetector.NONE
    network: Mapping[str, int]
    data: Mapping[str, str]
    causes: Sequence[CauseRule] = ()
    created_at: DateTime
    updated_at: DateTime
    live: Mapping[Network, int] = field(default_factory=dict)
    trunk: Trunk = field(default_factory=Trunk)

    @property
    def has_caller_id(self) -> bool:
        """Return True when each call shows a number."""
        by_network = self.dial_type is DialType.SIP_RANDOM_BY_NETWORK
        names = ["caller_id", *(f"caller_id_{network}" for network in Network if by_network)]
        return any(self.data.get(name, "").strip(",") for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayDemand:
    """What all carriers of one gateway may ask of the switches together."""

    gateway: str
    carriers: tuple[str, ...]
    """Their names, sorted."""
    channels: int
    calls_per_second: int
    is_unlimited: bool
    """True when one of them has no limit of calls per second."""
    starts_avmd: bool = False
    """True when calls of one of them start FreeSWITCH's detector of beeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRecord:
    """A template: what an autocall plays."""

    id: TemplateId
    tenant_id: TenantId
    name: str
    body: Mapping[str, Json]
    created_at: DateTime
    updated_at: DateTime


@dataclass(frozen=True, slots=True)
class NamedCampaign:
    """A campaign with the names of its carrier and template; empty when it has none."""

    settings: CampaignSettings
    carrier_name: str
    template_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFilter:
    """Conditions that campaigns must meet; None is no condition."""

    campaign_id: CampaignId | None = None
    kind: str | None = None
    """A campaign type."""
    name: str | None = None
    template_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecord:
    """A list, the container of leads; ``campaign_name`` and ``total_leads`` are filled when it is read for the API."""

    id: ListId
    tenant_id: TenantId
    campaign_id: CampaignId
    name: str
    description: str
    active: bool
    created_at: DateTime
    updated_at: DateTime
    reset_at: DateTime | None = None
    """When its leads were last called anew."""
    reset_outcomes: Sequence[str] | None = None
    """The last outcomes of the leads that were; None: all of them."""
    campaign_name: str = ""
    total_leads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLead:
    """A lead that is about to be imported."""

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
    """Conditions that leads must meet; None is no condition."""

    list_id: ListId | None = None
    campaign_id: CampaignId | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrFilter:
    """Conditions that CDRs must meet; None is no condition. Periods include their start and exclude their end."""

    campaign_id: CampaignId | None = None
    list_id: ListId | None = None
    lead_id: LeadId | None = None
    run_id: RunId | None = None
    ref_id: str | None = None
    outcome: Outcome | None = None
    phone: str | None = None
    """The callee's number, or the one that the callee saw."""
    hotline: str | None = None
    key: str | None = None
    """The last key that the callee pressed; empty for calls without keys."""
    started_from: DateTime | None = None
    started_before: DateTime | None = None
    ended_from: DateTime | None = None
    ended_before: DateTime | None = None


@dataclass(frozen=True, slots=True)
class BlockedNumber:
    """A number that a tenant puts on its do-not-call list."""

    phone: str
    description: str


@dataclass(frozen=True, slots=True)
class BlockedEntry:
    """An entry of a tenant's do-not-call list, as it is stored."""

    id: UUID
    phone: str
    description: str


@dataclass(frozen=True, slots=True)
class PortedNumber:
    """A number that was ported from the network of its prefix to another one."""

    phone: str
    network: Network


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatistics:
    """Counts that the monitor shows of one campaign."""

    leads: int
    in_call: int
    calls: int
    called_leads: int
    dnc_leads: int
    waiting: Mapping[Network, int]
    """Leads that are still to be called, those of inactive lists included."""
    keys: Mapping[str, int] = field(default_factory=dict)
    """Calls by the last key that was pressed; those without a key are left out."""
    finished: bool = False
    """True when it runs, has no live call, and no lead waits outside inactive lists; new leads are still called."""
