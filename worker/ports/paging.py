"""Paging of long results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of a long result are wanted."""

    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One page of a long result; ``total`` counts the rows of all pages."""

    rows: Sequence[RowT] = ()
    total: int = 0


ONE: Final = Slice(limit=1)
