"""Leader leases: one process at a time leads a piece of work, the others are standby."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

BEAT: Final = "beat"
_LISTENER: Final = "listener "


@dataclass(frozen=True, slots=True)
class LeaderLease:
    """A lease by name, and the process that holds it or asks for it."""

    name: str
    holder: UUID


def listener_of(switch: str) -> str:
    """Return the name of the lease of a switch's listener."""
    return _LISTENER + switch


def switch_of(name: str) -> str | None:
    """Return the switch of a listener's lease; None for another lease."""
    return name.removeprefix(_LISTENER) if name.startswith(_LISTENER) else None
