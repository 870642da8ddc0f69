"""What single calls need of the store: calls that a client asks for one by one, with their ids given out at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import CallId, CampaignId, LeadId, ListId, TemplateId, TenantId
from worker.domain.json_value import Json
from worker.domain.lead import Ending, Stage
from worker.domain.network import Network
from worker.ports.records.entities import ListRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleCall:
    """A lead about to be added for one call; ``call_id`` is what its first call, and so its CDR, will be called."""

    id: LeadId
    call_id: CallId
    tenant_id: TenantId
    campaign_id: CampaignId
    list_id: ListId
    stage: Stage
    phone: str
    network: Network
    ref_id: str
    template_id: TemplateId | None
    profile: Mapping[str, Json]
    additional: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class PromisedCall:
    """A single call that was asked for, and where its lead stands."""

    call_id: CallId
    stage: Stage
    ending: Ending | None


class SingleCalls(Protocol):
    """Leads of single calls, and the list that each campaign keeps for them."""

    def home(self, wanted: ListRecord) -> ListRecord:
        """Give the campaign's list of this name; the wanted one is added where there is none."""

    def add(self, call: SingleCall, *, now: DateTime) -> None:
        """Add a lead that is due now; a number may have any number of single calls."""

    def newest(self, tenant_id: TenantId, ref_id: str) -> PromisedCall:
        """Give the tenant's latest single call of that reference; raises ``NotFound``."""
