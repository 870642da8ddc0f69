"""The port for single calls: calls that an API client asks for one by one, and whose id it gets at once."""

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
    """A lead that is about to be added for one call; ``call_id`` will be the id of its first call and of that CDR."""

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
    """A single call that a client asked for, and the state of its lead."""

    call_id: CallId
    stage: Stage
    ending: Ending | None


class SingleCalls(Protocol):
    """Leads of single calls, and the list that each campaign keeps for them."""

    def home(self, wanted: ListRecord) -> ListRecord:
        """Return the campaign's list that has the name of ``wanted``; add ``wanted`` when there is none."""

    def add(self, call: SingleCall, *, now: DateTime) -> None:
        """Add a lead that is due now; a number may have any number of single calls."""

    def newest(self, tenant_id: TenantId, ref_id: str) -> PromisedCall:
        """Return the tenant's latest single call with this ``ref_id``; raises ``NotFound``."""
