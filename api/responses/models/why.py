"""Explanations: why a campaign or a lead is not called now."""

from uuid import UUID

from api.responses.models.base import MAYBE, Answer, Moment
from worker.domain.call import CallState, Outcome
from worker.domain.campaign import Status
from worker.domain.lead import Stage
from worker.domain.network import Network
from worker.domain.reason import Reason


class Why(Answer):
    """One reason, with the facts that belong to it."""

    code: Reason
    message: str
    until: Moment = MAYBE
    since: Moment = MAYBE
    switch: str = MAYBE
    network: Network = MAYBE
    in_use: int = MAYBE
    limit: int = MAYBE
    cause: str = MAYBE


class Hint(Answer):
    """A fact that keeps nobody from being called."""

    code: str
    message: str
    ahead_seconds: int = MAYBE


class NetworkUse(Answer):
    """A network's leads and channels."""

    due: int | None
    in_use: int
    limit: int | None


class CampaignWhy(Answer):
    """Why a campaign is not dialled now, or not dialled more."""

    campaign_uuid: UUID
    at: Moment
    status: Status
    dialling: bool
    in_use: int
    queued: int
    limit: int
    reasons: list[Why]
    next_window: Moment | None
    next_due_at: Moment | None
    networks: dict[Network, NetworkUse]
    hints: list[Hint]


class LeadWhy(Answer):
    """Why a lead is not called now."""

    lead_uuid: UUID
    campaign_uuid: UUID
    at: Moment
    stage: Stage
    network: Network
    called_count: int
    last_status: Outcome | None
    call_id: UUID | None
    call_state: CallState | None
    reasons: list[Why]
