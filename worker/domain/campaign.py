"""A campaign as planning, dialling and recalling use it, and how its status changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, assert_never

from pendulum import DateTime

from worker.domain.agents_rule import AgentsRule
from worker.domain.ids import CampaignId, CarrierId, RunId, TemplateId, TenantId
from worker.domain.network import Network
from worker.domain.recall import RecallPolicy
from worker.domain.window import Windows

AUTOCALL: Final = "autocall"
"""A campaign type of the wire: the callee hears a message. The only type that can run."""
AUTODIALER: Final = "autodialer"
"""A campaign type of the wire: the callee is connected to an agent."""
MANUAL: Final = "manual"
"""A campaign type of the wire: an agent chooses whom to call."""


class Status(StrEnum):
    """The run state that an operator sets."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"


class Mode(StrEnum):
    """How a campaign's channels are limited by network; ``parralel`` is the spelling of the wire."""

    DIRECT = "direct"
    SERIAL = "serial"
    PARALLEL = "parralel"


class Priority(StrEnum):
    """Which leads of a list are called first: new ones, or due recalls."""

    NORMAL = "normal"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Campaign:
    """What planning, dialling and recalling need of a campaign's settings."""

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
    """From this time on (``lead_expired_at``) the campaign's leads are not dialled and end as expired."""
    consent: str | None = None
    """What callees are told before their call is recorded, empty for the usual sentence; None: none is recorded."""
    callback_url: str = ""
    answer_callback_url: str = ""
    agents: AgentsRule | None = None
    """How many callees are called for its agents; None when callees hear a message."""
    domain: str = ""
    """The tenant's name; read only for calls that end."""


def steer(campaign: Campaign, *, to: Status, now: DateTime, new_run_id: RunId) -> Campaign:
    """Return the campaign with the new status; leaving ``stop`` begins a new run, a pause ends at the next opening."""
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
    """Return the campaign with its pause turned into a start, once the window that the pause waited for has opened."""
    due = campaign.status is Status.PAUSE and campaign.resume_at is not None and campaign.resume_at <= now
    return replace(campaign, status=Status.START, resume_at=None) if due else campaign
