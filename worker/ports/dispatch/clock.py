"""Port of the clock."""

from typing import Protocol

from pendulum import DateTime


class Clock(Protocol):
    """The clock."""

    def now(self) -> DateTime:
        """Return the present time in UTC."""
