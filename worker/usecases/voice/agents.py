"""Agents for the process that speaks with callees: reserve one who can be reached, and note what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from pendulum import DateTime

from worker.domain.agents.agent import Agent, Leg
from worker.domain.call import ON_SWITCH
from worker.domain.ids import AgentId, CallId
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.usecases.agents import connect
from worker.usecases.agents.change import AgentWork


@dataclass(frozen=True, slots=True)
class Offer:
    """An agent who is reserved for a callee, and the agent's leg on the callee's switch."""

    agent_id: AgentId
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDesk:
    """What the connecting of callees needs."""

    store: DispatchStore
    queue: JobQueue
    now: Callable[[], DateTime]
    new_id: Callable[[], UUID]
    chance: Callable[[], float]

    def reserve(self, call_id: CallId) -> Offer | None:
        """Reserve an agent with a leg on the call's switch; None when nobody is free, or the call is not up."""
        with self.store.transaction() as tx:
            up = tx.calls.lock({call_id}, states=ON_SWITCH)
            if not up:
                return None
            work = self._work(tx)
            found = connect.reserve(work, call_id=call_id, campaign_id=up[0].campaign_id, chance=self.chance)
            reached = [agent for agent in found if _is_reached(agent, switch=up[0].switch)]
            others = [agent.id for agent in found if agent not in reached[:1]]
            if others:
                connect.not_connected(work, call_id=call_id, agent_ids=others, answered=True)
            return Offer(reached[0].id, reached[0].leg_id) if reached else None

    def connected(self, call_id: CallId, offer: Offer) -> None:
        """Note that callee and agent talk."""
        with self.store.transaction() as tx:
            tx.calls.lock({call_id}, states=ON_SWITCH)
            connect.connected(self._work(tx), call_id=call_id, agent_id=offer.agent_id)

    def failed(self, call_id: CallId, offer: Offer) -> None:
        """Note that the agent's leg is dead: its session is over, and the callee waits again."""
        with self.store.transaction() as tx:
            tx.calls.lock({call_id}, states=ON_SWITCH)
            connect.leg_died(self._work(tx), leg_id=offer.leg)

    def release(self, call_id: CallId, offer: Offer) -> None:
        """Note that the callee does not need the agent any more."""
        with self.store.transaction() as tx:
            tx.calls.lock({call_id}, states=ON_SWITCH)
            connect.not_connected(self._work(tx), call_id=call_id, agent_ids=[offer.agent_id], answered=True)

    def _work(self, tx: DispatchTransaction) -> AgentWork:
        return AgentWork(tx=tx, queue=self.queue, now=self.now(), new_id=self.new_id)


def _is_reached(agent: Agent, *, switch: str) -> bool:
    """Return True when the switch can connect the callee to the agent at once; a phone that is to ring cannot."""
    return agent.leg is Leg.OFF_HOOK and bool(agent.leg_id) and agent.switch == switch
