"""A table that is exported: headings, and rows in batches that are read when they are asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from worker.domain.export.cells import Cell

Row: TypeAlias = Sequence[Cell]


class Headings(StrEnum):
    """What the first row of a table says."""

    KEYS = "keys"
    """The names that answers of the API use."""
    ENGLISH = "en"
    VIETNAMESE = "vi"


class Column(NamedTuple):
    """A column's heading: by key, in English and in Vietnamese."""

    key: str
    english: str
    vietnamese: str

    def heading(self, wanted: Headings) -> str:
        """Return the heading that is wanted."""
        match wanted:
            case Headings.KEYS:
                return self.key
            case Headings.ENGLISH:
                return self.english
            case Headings.VIETNAMESE:
                return self.vietnamese


@dataclass(frozen=True, slots=True)
class Table:
    """What is exported; the batches can be read once."""

    title: str
    headings: Sequence[str]
    batches: Iterable[Sequence[Row]]
