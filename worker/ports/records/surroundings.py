"""What metrics tell of the machine and the broker: queues, disks, clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """Messages that wait in one queue for a worker, and since when the oldest of them should have been taken."""

    messages: int
    oldest_seconds: float | None = None
    """None: nothing waits, or an earlier release sent it, which noted no time."""


def nothing_waits() -> Mapping[str, QueueLoad]:
    """Return no queues."""
    return {}


def no_disks() -> Mapping[str, float]:
    """Return no folders."""
    return {}


def no_skew() -> float:
    """Return that both clocks agree."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What surrounds a process; what cannot be read is left out."""

    queues: Callable[[], Mapping[str, QueueLoad]] = nothing_waits
    """By the queue's name; empty while the broker is away."""
    disk_free: Callable[[], Mapping[str, float]] = no_disks
    """The share of the disk that is free, by the purpose of the folder on it."""
    clock_ahead: Callable[[], float] = no_skew
    """How many seconds this machine's clock is ahead of the database's."""
