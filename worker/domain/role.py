"""What the holder of an API key may do: three roles, each of which includes those below it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The role of an API key, lowest first."""

    READ_ONLY = "read-only"
    OPERATOR = "operator"
    ADMIN = "admin"


_RANK: Final[Mapping[Role, int]] = {role: rank for rank, role in enumerate(Role)}


def includes(role: Role, needed: Role) -> bool:
    """Return True when a holder of ``role`` may do what needs ``needed``."""
    return _RANK[role] >= _RANK[needed]
