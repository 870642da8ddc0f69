"""A clock that a test moves."""

from pendulum import DateTime
from typing_extensions import override

from worker.ports.dispatch.clock import Clock


class FakeClock(Clock):
    """Stands still until it is told to go on."""

    def __init__(self, now: DateTime) -> None:
        self._now = now

    @override
    def now(self) -> DateTime:
        return self._now

    def wait(self, seconds: float) -> None:
        self._now = self._now.add(microseconds=round(seconds * 1_000_000))


class Seconds:
    """A clock that never goes back, such as ``time.monotonic``; it stands still until ``pass_by``."""

    def __init__(self, now: float = 1_000.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def pass_by(self, seconds: float) -> None:
        self._now += seconds
