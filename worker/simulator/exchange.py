"""The switch as a call on it sees it, and what is the same for all calls of a switch."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from worker.simulator.channel import Channel
from worker.simulator.fetched import Fetched
from worker.simulator.heard import HeardLog

ORDINARY: Final = "NORMAL_CLEARING"


class Exchange(Protocol):
    """The switch, as a call on it sees it."""

    def kill(self, call_id: str, *, cause: str = ORDINARY) -> bool:
        """End a call from our side."""

    def leave(self, call_id: str) -> None:
        """End a call from the callee's side."""

    def clock(self) -> int:
        """Return the switch's time in microseconds."""

    def fire_of(self, name: str, channel: Channel, more: Mapping[str, str]) -> None:
        """Send an event of the call."""

    def common(self, name: str) -> dict[str, str]:
        """Return the headers that every event has."""

    def note(self, event: str, channel: Channel, *, other: str = "") -> None:
        """Append a line to the log of calls."""

    def run(self, command: str, report: Callable[[str], None]) -> None:
        """Run an ``api`` command."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all calls of a switch."""

    heard: HeardLog
    fetched: Fetched
    speed: float
    loop: AbstractEventLoop
