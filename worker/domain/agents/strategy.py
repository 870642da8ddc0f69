"""Which of the free agents gets a callee who has answered."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, assert_never

from pendulum import DateTime

from worker.domain.agents.agent import Agent, Leg
from worker.domain.rotation import next_in_rotation


class Strategy(StrEnum):
    """A campaign's ``call_center_queue_strategy``; an empty one is that of the longest idle agent."""

    LONGEST_IDLE = ""
    RING_ALL = "ring-all"
    TOP_DOWN = "top-down"
    FEWEST_CALLS = "agent-with-fewest-calls"
    ROUND_ROBIN = "round-robin"
    RANDOM = "random"


NOBODY: Final[tuple[Agent, ...]] = ()


def choose_agents(
    free: Sequence[Agent], *, strategy: Strategy, last_offered: str, chance: Callable[[], float]
) -> tuple[Agent, ...]:
    """Return the agents to reserve: one, or with ``ring-all`` every on-hook agent; none when nobody is free.

    ``last_offered`` is the extension that was offered a call last in this campaign, empty for none.
    """
    if not free:
        return NOBODY
    if strategy is Strategy.RING_ALL and any(agent.leg is Leg.ON_HOOK for agent in free):
        return tuple(agent for agent in free if agent.leg is Leg.ON_HOOK)
    ordered = sorted(free, key=_order_of(strategy, last_offered=last_offered))
    place = int(chance() * len(ordered)) if strategy is Strategy.RANDOM else 0
    return (ordered[min(place, len(ordered) - 1)],)


def _order_of(strategy: Strategy, *, last_offered: str) -> Callable[[Agent], tuple[Any, ...]]:  # Any: keys to sort by
    match strategy:
        case Strategy.LONGEST_IDLE | Strategy.RING_ALL | Strategy.RANDOM:
            return _idle_since
        case Strategy.TOP_DOWN:
            return lambda agent: (_place(agent.extension),)
        case Strategy.FEWEST_CALLS:
            return lambda agent: (agent.calls_taken, *_idle_since(agent))
        case Strategy.ROUND_ROBIN:
            after = _place(last_offered)
            return lambda agent: next_in_rotation(_place(agent.extension), after=after)
        case never:
            assert_never(never)


def last_offered(agents: Sequence[Agent]) -> str:
    """Return the extension of the agent who was reserved last; empty when none was."""
    offered = [(agent.offered_at, agent.extension) for agent in agents if agent.offered_at is not None]
    return max(offered)[1] if offered else ""


def _idle_since(agent: Agent) -> tuple[DateTime, str]:
    return agent.since, _place(agent.extension)


def _place(extension: str) -> str:
    """Return a text by which extensions sort as numbers do: 99 before 101."""
    return f"{len(extension):04}{extension}"
