"""Keep a leg up to each off-hook agent: call those who logged in, notice legs that end, end those of who left."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.agents.acts import LogOut
from worker.domain.agents.agent import Agent
from worker.domain.agents.legs import LegAnswered, LegEnded, LegEvent, has_lost_leg, is_to_be_called, leg_of
from worker.domain.errors import NotFound, Unavailable
from worker.domain.ids import AgentId
from worker.domain.leadership import LeaderLease
from worker.domain.switch import SwitchState
from worker.domain.timing import LEG_ENDED_FOR
from worker.ports.agents.agents import AgentChange
from worker.ports.agents.phones import LegToCall, Phones
from worker.ports.dispatch.messages import JobQueue
from worker.ports.dispatch.store import DispatchStore, DispatchTransaction
from worker.usecases.agents.change import AgentWork
from worker.usecases.agents.connect import leg_died, leg_up

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDesk:
    """What the keeping of legs needs."""

    store: DispatchStore
    queue: JobQueue
    now: DateTime
    new_id: Callable[[], UUID]

    def work(self, tx: DispatchTransaction) -> AgentWork:
        """Return the work of one transaction."""
        return AgentWork(tx=tx, queue=self.queue, now=self.now, new_id=self.new_id)


def keep_legs(desk: LegDesk, *, phones: Phones) -> None:
    """Call agents who need a leg, on the first active switch; notice lost legs, and end those of who left.

    All legs are on one switch where that is possible, because it alone can connect callees to them.
    """
    with desk.store.reading() as tx:
        waiting = [agent.id for agent in tx.agent_legs.without() if is_to_be_called(agent)]
        left = tx.agent_legs.left_since(desk.now - LEG_ENDED_FOR)
        switches = [switch for switch in tx.switches.all() if switch.state is not SwitchState.GONE]
        called = {switch.name: tx.agent_legs.called_on(switch.name) for switch in switches}
    for switch, agents in called.items():
        _check(desk, agents, phones=phones, switch=switch)
        end_legs(phones, map(leg_of, left), switch=switch)
    active = sorted(switch.name for switch in switches if switch.state is SwitchState.ACTIVE)
    if waiting and active:
        _call(desk, waiting, phones=phones, switch=active[0])


def apply_leg_events(desk: LegDesk, events: Iterable[LegEvent], *, switch: str, lease: LeaderLease) -> list[str]:
    """Apply what a switch reported of agents' legs; return the legs that nobody needs any more.

    Raises ``Superseded``, and changes nothing, when another listener leads now.
    """
    unneeded = []
    with desk.store.transaction() as tx:
        tx.leader_leases.check(lease)
        work = desk.work(tx)
        for event in events:
            agent = _of_session(tx, event)
            match event:
                case LegAnswered(agent_id, leg_id):
                    if agent is None or not leg_up(work, agent_id=agent_id, leg_id=leg_id, switch=switch):
                        unneeded.append(leg_id)
                case LegEnded(cause=cause):
                    if agent is not None:
                        _end_session(work, agent, why=cause)
                case never:
                    assert_never(never)
    return unneeded


def end_legs(phones: Phones, leg_ids: Iterable[str], *, switch: str) -> None:
    """End legs that nobody needs; one that cannot be ended now is ended by the agent who hangs up."""
    for leg_id in leg_ids:
        try:
            phones.end(leg_id, switch=switch)
        except (Unavailable, NotFound) as error:
            extra = {"action": "agent_leg_not_ended", "switch": switch, "why": str(error)}
            logger.warning("an agent's leg cannot be ended now", extra=extra)


def _of_session(tx: DispatchTransaction, event: LegEvent) -> Agent | None:
    """Lock and return the agent, unless the leg is of an earlier session."""
    agents = tx.agents.lock([event.agent_id])
    return agents[0] if agents and leg_of(agents[0]) == event.leg_id else None


def _call(desk: LegDesk, agent_ids: Collection[AgentId], *, phones: Phones, switch: str) -> None:
    """Note first that the switch makes the legs, so that another sweep does not tell it too."""
    with desk.store.transaction() as tx:
        agents = [agent for agent in tx.agents.lock(agent_ids) if is_to_be_called(agent)]
        tx.agents.save([AgentChange(agent, replace(agent, switch=switch)) for agent in agents])
    for agent in agents:
        try:
            phones.call(LegToCall(agent.id, leg_of(agent), agent.extension), switch=switch)
        except (Unavailable, NotFound) as error:
            extra = {"action": "agent_not_called", "agent_id": agent.id, "switch": switch, "why": str(error)}
            logger.warning("an agent's phone cannot be rung now", extra=extra)


def _check(desk: LegDesk, agents: Sequence[Agent], *, phones: Phones, switch: str) -> None:
    """Notice legs that the switch does not have: it restarted, or nobody heard the end, or it was never told."""
    try:
        up = phones.up(switch) if agents else ()
    except (Unavailable, NotFound):
        return
    lost = [agent.id for agent in agents if has_lost_leg(agent, up=up, now=desk.now)]
    if not lost:
        return
    with desk.store.transaction() as tx:
        work = desk.work(tx)
        for agent in tx.agents.lock(lost):
            if agent.switch == switch and agent.leg_id == leg_of(agent):
                _end_session(work, agent, why="lost")
            elif agent.switch == switch and not agent.leg_id:
                tx.agents.save([AgentChange(agent, replace(agent, switch=""))])


def _end_session(work: AgentWork, agent: Agent, *, why: str) -> None:
    """End the agent's session: nobody can be connected to them any more."""
    extra = {"action": "agent_leg_ended", "agent_id": agent.id, "state": agent.state.value, "cause": why}
    logger.info("the leg of an agent has ended", extra=extra)
    if agent.leg_id:
        leg_died(work, leg_id=agent.leg_id)
    else:
        work.one(agent, LogOut())
