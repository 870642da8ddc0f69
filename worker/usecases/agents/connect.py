"""Connect a callee who answered to an agent: reserve, talk, and what happens to legs.

The call's row is locked before any agent's, and one transaction at a time chooses among a campaign's agents. So two
callees never get one agent, and a callee never gets two.
"""

from collections.abc import Callable, Collection, Sequence

from worker.domain.agents.acts import Act, EndCall, LegDied, LegUp, NoAnswer, Release, Reserve, Talk
from worker.domain.agents.agent import Agent, AgentState
from worker.domain.agents.strategy import choose_agents, last_offered
from worker.domain.ids import AgentId, CallId, CampaignId
from worker.ports.agents.agents import AgentChange
from worker.usecases.agents.change import AgentWork


def reserve(
    work: AgentWork, *, call_id: CallId, campaign_id: CampaignId, chance: Callable[[], float]
) -> tuple[Agent, ...]:
    """Reserve an agent for the callee, by the campaign's strategy, and note it on the call, whose row is locked.

    Return the agents whose phones are to be connected: one, or several with ``ring-all``; none when nobody is free.
    Repeated, it returns those that were reserved before.
    """
    agents = work.tx.agents
    agents.lock_queue(campaign_id)
    before = agents.lock_of_calls([call_id])
    campaign = agents.served_campaigns([campaign_id]).get(campaign_id)
    if before or campaign is None:
        return tuple(before)
    free = [agent for agent in agents.lock_ready(campaign_id) if agent.is_free]
    last = last_offered(agents.all_of(campaign_id))
    chosen = choose_agents(free, strategy=campaign.service.strategy, last_offered=last, chance=chance)
    reserved = tuple(one.after for one in work.change([(agent, Reserve(call_id)) for agent in chosen]))
    if reserved:
        agents.note_reserved(call_id, reserved[0].user_id)
    return reserved


def connected(work: AgentWork, *, call_id: CallId, agent_id: AgentId) -> bool:
    """Note that the switch has connected callee and agent; agents whose phones rang too become ready again.

    Return False when the agent is not reserved for the call any more.
    """
    changes = work.change(
        (agent, Talk(call_id) if agent.id == agent_id else Release(call_id))
        for agent in work.tx.agents.lock_of_calls([call_id])
        if agent.state is AgentState.RESERVED
    )
    talking = [one.after for one in changes if one.after.id == agent_id]
    for agent in talking:
        work.tx.pacing.count_served(call_id, now=work.now)  # before it is noted: a call counts once
        work.tx.agents.note_connected(call_id, agent.user_id, at=work.now)
    return bool(talking)


def not_connected(work: AgentWork, *, call_id: CallId, agent_ids: Collection[AgentId], answered: bool) -> None:
    """Release agents to whom the callee could not be connected; the callee waits again when nobody is left.

    An agent whose phone was not answered is paused, so that no more callees wait for it; others become ready.
    """
    reserved = work.tx.agents.lock_of_calls([call_id])
    act: Act = Release(call_id) if answered else NoAnswer(call_id)
    work.change((agent, act) for agent in reserved if agent.id in agent_ids)
    if all(agent.id in agent_ids for agent in reserved):
        work.tx.agents.note_reserved(call_id, None)


def leg_up(work: AgentWork, *, agent_id: AgentId, leg_id: str, switch: str) -> bool:
    """Note that the agent's phone has answered; return False when the leg is not wanted any more."""
    changes = work.change((agent, LegUp(leg_id, switch)) for agent in work.tx.agents.lock([agent_id]))
    return bool(changes)


def leg_died(work: AgentWork, *, leg_id: str) -> AgentChange | None:
    """End the session of an off-hook agent whose leg was hung up; return the change, None when nobody had the leg.

    A callee for whom the agent was reserved waits again: the caller of this looks for the next agent.
    """
    agent = work.tx.agents.lock_at_leg(leg_id)
    changes = work.change([] if agent is None else [(agent, LegDied(leg_id))])
    for one in changes:
        if one.before.state is AgentState.RESERVED and one.before.call_id is not None:
            work.tx.agents.note_reserved(one.before.call_id, None)
    return changes[0] if changes else None


def calls_over(work: AgentWork, call_ids: Collection[CallId]) -> Sequence[AgentChange]:
    """End the calls of agents: those who talked write up what was said, others take the next callee."""
    return work.change(end_calls(work, work.tx.agents.lock_of_calls(call_ids)))


def end_calls(work: AgentWork, agents: Sequence[Agent]) -> list[tuple[Agent, Act]]:
    """Return the end of each locked agent's call, with the time that the campaign allows for after-call work."""
    campaigns = work.tx.agents.served_campaigns({agent.campaign_id for agent in agents})
    return [
        (agent, EndCall(agent.call_id, campaigns[agent.campaign_id].service.wrap_up))
        for agent in agents
        if agent.call_id is not None
    ]
