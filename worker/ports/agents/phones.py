"""Ports for the legs of agents: making and ending them on a switch, and the rows of those who need one."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.agents.agent import Agent
from worker.domain.ids import AgentId


@dataclass(frozen=True, slots=True)
class LegToCall:
    """A leg that a switch is to make."""

    agent_id: AgentId
    leg_id: str
    extension: str


class Phones(Protocol):
    """The agents' phones, through the switches. Each method raises ``Unavailable`` or ``NotFound`` for its switch."""

    def call(self, leg: LegToCall, *, switch: str) -> None:
        """Ring the phone, and keep the leg up when it answers."""

    def end(self, leg_id: str, *, switch: str) -> None:
        """End a leg; nothing happens when the switch has none of this id."""

    def up(self, switch: str) -> Collection[str]:
        """Return the ids of the switch's channels."""


class LegRows(Protocol):
    """Agents' rows by their legs, read without a lock."""

    def without(self) -> list[Agent]:
        """Return logged-in off-hook agents who have no leg, in id order."""

    def called_on(self, switch: str) -> list[Agent]:
        """Return logged-in off-hook agents whose leg is on the switch, or who are being called by it."""

    def left_since(self, moment: DateTime) -> list[Agent]:
        """Return off-hook agents who have logged out since, or whose leg has ended since."""
