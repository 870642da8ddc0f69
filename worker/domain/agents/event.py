"""What subscriptions to ``agent_state`` receive."""

from dataclasses import dataclass

from worker.domain.agents.agent import Agent
from worker.domain.callback_event import CallbackEvent
from worker.domain.json_value import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names for the ids of an agent, and the zone in which times are told."""

    username: str
    campaign: str
    domain: str
    zone: str


def agent_event_body(before: Agent, after: Agent, *, names: Names) -> dict[str, Json]:
    """Return the body of a change of state; of the callee it holds nothing but the call's id."""
    call_id = after.call_id or before.call_id
    changed = after.since.in_timezone(names.zone).isoformat(timespec="microseconds")
    return {
        "state": CallbackEvent.AGENT_STATE.value,
        "domain": names.domain,
        "user_live_uuid": str(after.id),
        "user_uuid": str(after.user_id),
        "username": names.username,
        "extension": after.extension,
        "campaign_uuid": str(after.campaign_id),
        "campaign_name": names.campaign,
        "agent_state": after.state.value,
        "agent_state_before": before.state.value,
        "pause_code": after.pause_code,
        "call_id": "" if call_id is None else str(call_id),
        "event_time": changed,
    }
