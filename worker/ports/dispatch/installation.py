"""The port for what holds for the installation as a whole."""

from typing import Protocol

from pendulum import DateTime

from worker.domain.hold import Hold


class Installation(Protocol):
    """The one row of the installation. Plans and dials read the hold with their campaigns, not here."""

    def hold(self) -> Hold | None:
        """Return the hold that lasts; None without one."""

    def lock_dials(self) -> None:
        """Lock all carriers: when it returns, no plan and no dial is under way that has not seen this change."""

    def save_hold(self, hold: Hold) -> None:
        """Write a hold that lasts from now on."""

    def release(self, *, at: DateTime) -> bool:
        """End the hold and make every carrier due to be planned; return False when there was none."""
