"""How agents spent their time, from the intervals in which they had one state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

from worker.domain.agents.agent import Agent, AgentState
from worker.domain.ids import CallId, CampaignId, TenantId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A time in which an agent had one state; its end does not belong to it."""

    tenant_id: TenantId
    user_id: UserId
    campaign_id: CampaignId
    state: AgentState
    since: DateTime
    until: DateTime
    pause_code: str = ""
    call_id: CallId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedTime:
    """Whole seconds of one agent in a period, and its first and last logged-in moment."""

    pause: int = 0
    wait: int = 0
    talk: int = 0
    dispo: int = 0
    earliest: DateTime
    latest: DateTime


_KIND: Final[Mapping[AgentState, str]] = {
    AgentState.PAUSED: "pause",
    AgentState.READY: "wait",
    AgentState.RESERVED: "wait",
    AgentState.TALKING: "talk",
    AgentState.AFTER_CALL: "dispo",
}


def interval_before(before: Agent, after: Agent) -> Interval | None:
    """Return the interval that a change of state ends; None when the state lasts, or lasted no time."""
    if before.state is AgentState.GONE or after.since <= before.since:
        return None
    return Interval(
        tenant_id=before.tenant_id,
        user_id=before.user_id,
        campaign_id=before.campaign_id,
        state=before.state,
        since=before.since,
        until=after.since,
        pause_code=before.pause_code,
        call_id=before.call_id,
    )


def worked_times(intervals: Iterable[Interval], *, start: DateTime, end: DateTime) -> dict[UserId, WorkedTime]:
    """Return what each agent did in [start, end); an interval counts with its part inside."""
    seconds: dict[UserId, dict[str, float]] = {}
    edges: dict[UserId, tuple[DateTime, DateTime]] = {}
    for one in intervals:
        since, until = max(one.since, start), min(one.until, end)
        if one.state is AgentState.GONE or until <= since:
            continue
        kinds = seconds.setdefault(one.user_id, {})
        kinds[_KIND[one.state]] = kinds.get(_KIND[one.state], 0.0) + (until - since).total_seconds()
        first, last = edges.get(one.user_id, (since, until))
        edges[one.user_id] = min(first, since), max(last, until)
    return {
        user: WorkedTime(
            **{kind: round(sum_) for kind, sum_ in kinds.items()}, earliest=edges[user][0], latest=edges[user][1]
        )
        for user, kinds in seconds.items()
    }
