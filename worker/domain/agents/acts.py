"""What can happen to an agent."""

from dataclasses import dataclass

from pendulum import Duration

from worker.domain.agents.agent import Leg
from worker.domain.ids import CallId, CampaignId


@dataclass(frozen=True, slots=True)
class LogIn:
    """A user begins a session for a campaign, at an extension."""

    campaign_id: CampaignId
    extension: str
    leg: Leg = Leg.OFF_HOOK


@dataclass(frozen=True, slots=True)
class LogOut:
    """The agent ends the session."""


@dataclass(frozen=True, slots=True)
class LogOutLater:
    """A ready agent ends the session, but calls that ring already count on the agent."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The agent takes calls again, or takes back a wish to leave."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The agent takes no calls for a while."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class PauseLater:
    """A ready agent wants a pause, but calls that ring already count on the agent."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class LegUp:
    """The agent's phone has answered; the leg is parked on the switch."""

    leg_id: str
    switch: str


@dataclass(frozen=True, slots=True)
class LegDied:
    """The agent's leg has been hung up: an off-hook agent cannot be reached any more."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class Reserve:
    """A callee answered and is being connected to the agent."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class Talk:
    """The switch has connected callee and agent."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class Release:
    """The callee was connected to another agent, or could not be connected to this one."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The phone of an on-hook agent was not answered: offering more calls would lose them."""

    call_id: CallId


@dataclass(frozen=True, slots=True)
class EndCall:
    """The call is over, or has left the agent; ``wrap`` is the longest after-call work, None without a timer."""

    call_id: CallId
    wrap: Duration | None


@dataclass(frozen=True, slots=True)
class WrapOver:
    """The time for after-call work is over."""


Act = (
    LogIn
    | LogOut
    | LogOutLater
    | Resume
    | Pause
    | PauseLater
    | LegUp
    | LegDied
    | Reserve
    | Talk
    | Release
    | NoAnswer
    | EndCall
    | WrapOver
)
