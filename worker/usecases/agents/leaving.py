"""Decide whether a ready agent may leave now, or calls that ring already count on the agent.

The rule is that of the credit: ringing + waiting <= ready + credit must still hold afterwards. Otherwise a callee who
answers would find nobody. Who may not leave now leaves after the next call, or when the calls have ended.
"""

from pendulum import DateTime

from worker.domain.agents.agent import Agent
from worker.domain.agents.credit import Lines
from worker.ports.agents.agents import Census
from worker.usecases.agents.transaction import AgentTransaction


def may_leave(tx: AgentTransaction, agent: Agent, *, now: DateTime) -> bool:
    """Return True when the agent can pause or log out at once; the campaign is locked, so that no dial runs meanwhile.

    Only a free agent is counted on: others leave when they like.
    """
    if not agent.is_free:
        return True
    own = tx.agents.census([agent.campaign_id]).get(agent.campaign_id, Census())
    lines = Lines(own.ready, own.waiting, own.ringing)
    return lines.may_pause(credit=tx.pacing.credit(agent.campaign_id, now=now))
