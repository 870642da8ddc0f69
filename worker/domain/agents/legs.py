"""The legs of off-hook agents: one call to the agent's phone that is up for the whole session."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from pendulum import DateTime

from worker.domain.agents.agent import Agent, Leg
from worker.domain.ids import AgentId
from worker.domain.timing import LEG_LOST_AFTER

_LEGS: Final = UUID("5f0f2f9e-62c5-4c47-8f6c-6a7d3a1c9b10")


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """An agent's phone has answered."""

    agent_id: AgentId
    leg_id: str


@dataclass(frozen=True, slots=True)
class LegEnded:
    """An agent's leg is over, or could not be made."""

    agent_id: AgentId
    leg_id: str
    cause: str = ""


LegEvent = LegAnswered | LegEnded


def leg_of(agent: Agent) -> str:
    """Return the id of the leg of the agent's present session.

    It follows from the session, so that a phone that was told to ring twice rings once: a switch has each id once.
    """
    return str(uuid5(_LEGS, f"{agent.id} {agent.logged_in_at.isoformat()}"))


def is_to_be_called(agent: Agent) -> bool:
    """Return True when the agent needs a leg and no switch was told to make it."""
    return agent.is_logged_in and agent.leg is Leg.OFF_HOOK and not agent.leg_id and not agent.switch


def has_lost_leg(agent: Agent, *, up: Collection[str], now: DateTime) -> bool:
    """Return True when the switch does not have the leg that it was told to make: ``up`` are its channels.

    A session that has just begun may have a leg that the switch has not made yet.
    """
    is_called = agent.is_logged_in and agent.leg is Leg.OFF_HOOK and bool(agent.switch)
    return is_called and leg_of(agent) not in up and agent.logged_in_at <= now - LEG_LOST_AFTER
