"""The only reader of the system clock."""

import time

import pendulum
from pendulum import DateTime
from typing_extensions import override

from worker.ports.dispatch import Clock


class SystemClock(Clock):
    """The machine's clock."""

    @override
    def now(self) -> DateTime:
        return pendulum.now("UTC")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)
