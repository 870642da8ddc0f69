"""LeaderLeases: work that one process at a time does, while others stand by to take it over."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

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
