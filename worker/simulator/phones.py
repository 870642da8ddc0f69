"""The agents' telephones at ``user/EXTENSION``: whether they answer, how long an agent talks, and when a leg dies."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, assert_never

from worker.simulator.model import FarEnd, Fate
from worker.simulator.options import SimulatorOptions

_SETUP: Final = 0.05


class PhoneState(StrEnum):
    """The condition of an extension's telephone, as ``api agent EXTENSION STATE`` sets it."""

    ANSWERS = "answers"
    BUSY = "busy"
    SILENT = "silent"
    """It rings until ``originate_timeout``."""
    UNREGISTERED = "unregistered"
    """The switch knows no address of it, and refuses the call without a channel."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """How long an agent talks with a callee, and when his leg dies meanwhile; seconds of the model."""

    seconds: float
    dies_after: float | None


class Phones:
    """The telephones by their extensions; one answers until it is set otherwise."""

    def __init__(self, options: SimulatorOptions) -> None:
        """Seed a random generator of their own, so that the fates of callees stay as they are."""
        self._options = options
        self._states: dict[str, PhoneState] = {}
        self._chance = Random(f"phones {options.seed}")  # noqa: S311 - the model must be repeatable

    def set(self, extension: str, state: PhoneState) -> None:
        """Set the state; it holds for calls that begin from now on."""
        self._states[extension] = state

    def is_registered(self, extension: str) -> bool:
        """Return False when the switch cannot reach the telephone."""
        return self._states.get(extension) is not PhoneState.UNREGISTERED

    def fate_of(self, extension: str) -> Fate:
        """Decide what becomes of a call to the telephone."""
        match self._states.get(extension, PhoneState.ANSWERS):
            case PhoneState.ANSWERS:
                return Fate(FarEnd.ANSWERED, _SETUP, self._chance.uniform(*self._options.agent_ring_seconds))
            case PhoneState.BUSY:
                return Fate(FarEnd.BUSY, _SETUP)
            case PhoneState.SILENT:
                return Fate(FarEnd.NO_ANSWER, _SETUP)
            case PhoneState.UNREGISTERED:
                return Fate(FarEnd.UNAVAILABLE, _SETUP)
            case never:
                assert_never(never)

    def conversation(self) -> Conversation:
        """Decide how long the next conversation lasts, and whether the agent's leg dies in it."""
        low, high = self._options.agent_talk_seconds
        seconds = self._chance.triangular(low, high, low + (high - low) / 4)
        dies = self._chance.random() < self._options.agent_dies_share
        return Conversation(seconds, self._chance.uniform(0, seconds) if dies else None)

    def bridge_delay(self) -> float:
        """Return the seconds from ``uuid_bridge`` to ``CHANNEL_BRIDGE``; 40 to 60 ms were recorded."""
        return self._chance.uniform(0.04, 0.06)
