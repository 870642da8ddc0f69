"""What the simulated switch remembers of a call that is up, and who hears of it."""

from asyncio import TimerHandle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from worker.simulator.channel import Channel
from worker.simulator.frames import Event

ReportResult = Callable[[str], None]
"""Called once with the result of a command."""
PostCdr = Callable[[str, bytes], None]


class Listener(Protocol):
    """A client that receives events."""

    def receive(self, event: Event) -> None:
        """Send the event to the client if it subscribed to it."""


@dataclass(slots=True)
class Up:
    """A call that is up, the callback for its result, and the timers of its next steps."""

    channel: Channel
    report: ReportResult | None
    timers: list[TimerHandle] = field(default_factory=list)
    bounds: list[TimerHandle] = field(default_factory=list)
    """Those of the timers that ``sched_hangup`` set."""

    def stop_timers(self) -> None:
        """Stop all timers."""
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()
        self.bounds.clear()

    def stop_fate(self) -> None:
        """Stop what the fate has planned; what ``sched_hangup`` bounds stays."""
        for timer in self.timers:
            if timer not in self.bounds:
                timer.cancel()
        self.timers = list(self.bounds)

    def forget_bounds(self) -> int:
        """Stop what ``sched_hangup`` set; return how many there were."""
        count = len(self.bounds)
        for timer in self.bounds:
            timer.cancel()
        self.bounds.clear()
        return count

    def tell(self, result: str) -> None:
        """Report the result of the originate, once."""
        if self.report is not None:
            report, self.report = self.report, None
            report(result)
