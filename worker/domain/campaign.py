"""A campaign as decisions see it, and how its run state changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.ids import CampaignId, CarrierId, RunId, TemplateId, TenantId
from worker.domain.network import Network
from worker.domain.recall import RecallPolicy
from worker.domain.window import Windows

AUTOCALL: Final = "autocall"
"""A campaign type of the wire: a message is played to whoever answers. The only type that can run."""
AUTODIALER: Final = "autodialer"
"""A campaign type of the wire: who answers is connected to an agent."""


class Status(StrEnum):
    """Whether a campaign runs."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"


class Mode(StrEnum):
    """How channels are budgeted; the wire spells the last one so."""

    DIRECT = "direct"
    SERIAL = "serial"
    PARALLEL = "parralel"


class Priority(StrEnum):
    """Who goes first: new leads or due recalls."""

    NORMAL = "normal"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Campaign:
    """What planning, dialling and recalling need to know of a campaign."""

    id: CampaignId
    tenant_id: TenantId
    carrier_id: CarrierId | None
    template_id: TemplateId | None
    revision: int
    status: Status
    active: bool
    concurrent_call: int
    windows: Windows
    recall: RecallPolicy
    mode: Mode = Mode.DIRECT
    network: Mapping[Network, int] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    call_timeout_seconds: int = 60
    run_id: RunId | None = None
    resume_at: DateTime | None = None
    expires_at: DateTime | None = None
    """From this moment on (``lead_expired_at``) its leads are not dialled, and end."""
    callback_url: str = ""
    answer_callback_url: str = ""


def steer(campaign: Campaign, *, to: Status, now: DateTime, new_run_id: RunId) -> Campaign:
    """Start, pause or stop: a start from ``stop`` begins a new run, a pause waits for the next window to open."""
    match to:
        case Status.START:
            run_id = new_run_id if campaign.run_id is None else campaign.run_id
            return replace(campaign, status=to, run_id=run_id, resume_at=None)
        case Status.PAUSE:
            run_id = new_run_id if campaign.run_id is None else campaign.run_id
            return replace(campaign, status=to, run_id=run_id, resume_at=campaign.windows.next_opening(now))
        case Status.STOP:
            return replace(campaign, status=to, run_id=None, resume_at=None)
        case never:
            assert_never(never)


def resume_if_due(campaign: Campaign, *, now: DateTime) -> Campaign:
    """Turn a pause into a start once the window that it waited for has opened."""
    due = campaign.status is Status.PAUSE and campaign.resume_at is not None and campaign.resume_at <= now
    return replace(campaign, status=Status.START, resume_at=None) if due else campaign
