"""LeaderLeases: work that one process at a time does, while others stand by to take it over."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pendulum import Duration

LEASE: Final = Duration(seconds=3)
"""Whoever says nothing for so long has lost the post to whoever stands by."""
RENEWED_EVERY: Final = Duration(seconds=1)
RETRIED_EVERY: Final = Duration(milliseconds=500)
STANDBY_PRECEDENCE: Final = Duration(seconds=1)
"""How much longer a post waits for somebody who stood by when it was last kept: a newcomer has missed things."""

SETTLES_WITHIN: Final = Duration(milliseconds=1100)
"""A switch that stood still carries out what it was told before: so long it is told of nothing more, for a carrier's
calls per second are counted where they begin."""

BEAT: Final = "beat"
_LISTENER: Final = "listener "


@dataclass(frozen=True, slots=True)
class LeaderLease:
    """A post, and the process that holds it or would."""

    name: str
    holder: UUID


def listener_of(switch: str) -> str:
    """Name the post of whoever settles a switch's calls by its events."""
    return _LISTENER + switch


def switch_of(name: str) -> str | None:
    """Name the switch whose listener's post this is; None for another post."""
    return name.removeprefix(_LISTENER) if name.startswith(_LISTENER) else None
