"""Counts of calls, as dialling reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.domain.ids import CampaignId, CarrierId, TenantId
from worker.domain.network import Network


@dataclass(frozen=True, slots=True)
class UpByOwner:
    """Counts by network of calls that are on a switch or being sent to it; owners without such calls are left out."""

    campaigns: Mapping[CampaignId, Mapping[Network, int]]
    carriers: Mapping[CarrierId, Mapping[Network, int]]
    tenants: Mapping[TenantId, Mapping[Network, int]]
    gateways: Mapping[str, Mapping[Network, int]] = field(default_factory=dict)
