"""The hold of an installation: while it lasts nothing is planned and nothing is dialled, whatever a campaign says."""

from dataclasses import dataclass
from typing import Final

from pendulum import DateTime
from typing_extensions import override

from worker.domain.errors import Unavailable
from worker.domain.reason import Reason, Why

HELD: Final = "held"
"""The word with which every refusal begins."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Since when, why and by whom the installation is held."""

    since: DateTime
    why: str
    by: str

    @override
    def __str__(self) -> str:
        """Return it as operators and clients read it."""
        return f"{HELD} since {self.since.to_iso8601_string()}: {self.why}"

    def with_more(self, why: str) -> "Hold":
        """Return the same hold with another reason beside its own; a reason that it has is not repeated."""
        return self if why in self.why else Hold(self.since, f"{self.why}; {why}", self.by)


class Held(Unavailable):
    """The installation is held; the same request may succeed when an operator has released it."""

    def __init__(self, hold: Hold) -> None:
        """State since when and why."""
        super().__init__(str(hold))


def why_held(hold: Hold | None) -> Why | None:
    """Return the reason that a hold is; None without one."""
    return None if hold is None else Why(Reason.HELD, since=hold.since, cause=hold.why)
