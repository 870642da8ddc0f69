"""What agents wait for without an event: the end of after-call work, calls whose end nobody told, wishes to leave."""

from typing import Final

from worker.domain.agents.acts import Act, LogOut, Pause, WrapOver
from worker.domain.agents.agent import Agent, AgentState, Wish
from worker.domain.ids import AgentId, CampaignId
from worker.usecases.agents.connect import end_calls
from worker.usecases.agents.leaving import may_leave
from worker.usecases.agents.sessions import Desk
from worker.usecases.agents.transaction import PeopleTransaction

AT_ONCE: Final = 500


def settle_agents(desk: Desk) -> int:
    """Settle the agents that are due, every second; return how many changed. A second run changes nothing.

    An agent who is reserved or talks while the call is over was missed by the call's end, and is settled here.
    """
    with desk.store.reading() as tx:
        due = tx.agents.due(now=desk.now, limit=AT_ONCE)
    if not due:
        return 0
    with desk.store.transaction() as tx:
        locked = tx.agents.lock(due)
        changed = desk.work(tx).change(_acts(desk, tx, locked))
    leaving = [agent for agent in locked if agent.state is AgentState.READY and agent.wish is not None]
    by_campaign: dict[CampaignId, list[AgentId]] = {}
    for agent in leaving:
        by_campaign.setdefault(agent.campaign_id, []).append(agent.id)
    return len(changed) + sum(_let_leave(desk, campaign, ids) for campaign, ids in by_campaign.items())


def _acts(desk: Desk, tx: PeopleTransaction, agents: list[Agent]) -> list[tuple[Agent, Act]]:
    wrapped = [agent for agent in agents if agent.state is AgentState.AFTER_CALL]
    in_call = [agent for agent in agents if agent.state in {AgentState.RESERVED, AgentState.TALKING}]
    live = tx.agents.live_calls({agent.call_id for agent in in_call if agent.call_id is not None})
    over = [agent for agent in in_call if agent.call_id not in live]
    return [*((agent, WrapOver()) for agent in wrapped), *end_calls(desk.work(tx), over)]


def _let_leave(desk: Desk, campaign_id: CampaignId, agent_ids: list[AgentId]) -> int:
    """Grant wishes one after the other, as long as enough agents are left for the calls that ring."""
    granted = 0
    with desk.store.transaction() as tx:
        tx.agents.lock_campaign(campaign_id)
        for agent in tx.agents.lock(agent_ids):
            is_ready = agent.campaign_id == campaign_id and agent.state is AgentState.READY
            if is_ready and may_leave(tx, agent, now=desk.now):
                act: Act = LogOut() if agent.wish is Wish.LOG_OUT else Pause(agent.pause_code)
                granted += agent.wish is not None and desk.work(tx).one(agent, act) is not None
    return granted
