"""Long answers in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a long answer is wanted."""

    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One part of a long answer, and how long all of it is."""

    rows: Sequence[RowT] = ()
    total: int = 0


ONE: Final = Slice(limit=1)
