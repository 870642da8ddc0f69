"""Sends the events of the simulated switch to all who listen."""

import time
from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from worker.simulator.event_headers import common_headers
from worker.simulator.frames import Event
from worker.simulator.up import Listener

_MICROSECONDS: Final = 1_000_000


class Announcer:
    """The events of a switch, by its clock and numbered."""

    def __init__(self, *, clock_skew: float) -> None:
        """Start without listeners, as a switch that has just been started."""
        self.clock_skew = clock_skew
        """Seconds by which the switch's clock is ahead; it may be set while calls are up."""
        self.listeners: set[Listener] = set()
        self.core_id = str(uuid4())
        self._sequence = 0

    def clock(self) -> int:
        """Return the switch's time in microseconds."""
        return machine_clock() + round(self.clock_skew * _MICROSECONDS)

    def common(self, name: str) -> dict[str, str]:
        """Return the headers that every event has."""
        return common_headers(name, core_id=self.core_id, at=self.clock(), number=self._sequence)

    def fire(self, name: str, headers: Mapping[str, str], *, body: str = "", line: Listener | None = None) -> None:
        """Send an event to all listeners, and to the line of its call."""
        self._sequence += 1
        to = (*self.listeners, line) if line is not None else tuple(self.listeners)
        if not to:
            return
        event = Event({**self.common(name), **headers}, body=body)
        for listener in to:
            listener.receive(event)

    def fire_job(self, *, job: str, command: str, arguments: str, result: str) -> None:
        """Send the ``BACKGROUND_JOB`` event with a job's result."""
        headers = {"Job-UUID": job, "Job-Command": command}
        if arguments:
            headers["Job-Command-Arg"] = arguments
        self.fire("BACKGROUND_JOB", headers, body=result)


def machine_clock() -> int:
    """Return the machine's clock, in microseconds; the log goes by it whatever time the switch tells."""
    return time.time_ns() // 1000
