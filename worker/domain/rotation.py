"""The memory of round-robin sharing: who was served last, so that the next plan starts after them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Served:
    """Who was served last in one priority class."""

    pool: str = ""
    claimants: Mapping[str, str] = field(default_factory=dict)
    """The claimant that was served last in each pool, by the pool's name."""


Rotation = Mapping[str, Served]
"""By priority class. A class or a pool that is missing starts with its first name."""


def next_in_rotation(name: str, *, after: str) -> tuple[bool, str]:
    """Return a sort key that starts the order with the name after the one served last."""
    return name <= after, name
