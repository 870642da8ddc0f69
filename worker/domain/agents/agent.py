"""An agent: a user of the tenant who works for one campaign, as its row has it."""

from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from worker.domain.ids import AgentId, CallId, CampaignId, TenantId, UserId


class AgentState(StrEnum):
    """What an agent does now; every state but ``gone`` means that the agent is logged in."""

    GONE = "gone"
    PAUSED = "paused"
    READY = "ready"
    RESERVED = "reserved"
    """A callee is being connected to the agent."""
    TALKING = "talking"
    AFTER_CALL = "after_call"
    """Writes down what was said; ends by a timer, or when the agent resumes."""


class Leg(StrEnum):
    """How a callee reaches the agent."""

    OFF_HOOK = "off_hook"
    """One call to the agent's phone is up for the whole session; a callee is connected at once."""
    ON_HOOK = "on_hook"
    """The agent's phone rings for each callee."""


class Wish(StrEnum):
    """What an agent asked for that has to wait for the end of a call."""

    PAUSE = "pause"
    LOG_OUT = "log_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An agent's row; there is one for each user who has ever logged in."""

    id: AgentId
    tenant_id: TenantId
    user_id: UserId
    campaign_id: CampaignId
    """The campaign of the present session, or of the last one."""
    extension: str
    state: AgentState
    since: DateTime
    """When the state began, by the database's clock."""
    logged_in_at: DateTime
    leg: Leg = Leg.OFF_HOOK
    leg_id: str = ""
    """The UUID of the agent's leg on its switch; empty while there is none."""
    switch: str = ""
    """The switch that has the leg; empty while there is none."""
    call_id: CallId | None = None
    """The call for which the agent is reserved, in which they talk, or which they write up."""
    wrap_until: DateTime | None = None
    """When after-call work ends by itself; None: only the agent ends it."""
    wish: Wish | None = None
    pause_code: str = ""
    """Why the agent pauses, in the client's word; also of a pause that still waits."""
    offered_at: DateTime | None = None
    """When the agent was last reserved: the memory of round-robin."""
    last_call_ended_at: DateTime | None = None
    calls_taken: int = 0
    """Calls in which the agent has talked since the log-in."""

    @property
    def is_logged_in(self) -> bool:
        """Return True when the agent has a session."""
        return self.state is not AgentState.GONE

    @property
    def pause_wanted(self) -> bool:
        """Return True when a pause waits for the end of a call."""
        return self.wish is Wish.PAUSE

    @property
    def is_free(self) -> bool:
        """Return True when a callee can be connected now: ready, and with a leg unless the phone is to ring."""
        return self.state is AgentState.READY and (self.leg is Leg.ON_HOOK or bool(self.leg_id))
