"""Decide whether a ready agent may leave now, or calls that ring already count on the agent.

The rule is that of the credit: ringing + waiting <= ready + credit must still hold afterwards. Otherwise a callee who
answers would find nobody. Who may not leave now leaves after the next call, or when the calls have ended.
"""

from worker.domain.agents.agent import Agent
from worker.domain.ids import CampaignId
from worker.ports.agents.agents import Agents, Census


def may_leave(agents: Agents, agent: Agent) -> bool:
    """Return True when the agent can pause or log out at once; the campaign is locked, so that no dial runs meanwhile.

    Only a free agent is counted on: others leave when they like.
    """
    if not agent.is_free:
        return True
    now = agents.census([agent.campaign_id]).get(agent.campaign_id, Census())
    return now.ringing + now.waiting <= now.ready - 1 + credit_of(agent.campaign_id)


def credit_of(_campaign_id: CampaignId) -> int:
    """Return how many callees may still be abandoned; none, as long as nothing counts them."""
    return 0
