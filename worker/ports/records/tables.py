"""The port for files with tables: CSV files and workbooks."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from worker.domain.spreadsheet.cells import Cell


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that is not empty, by its number in the file: 1 is the first."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A file's rows, and about how many they are."""

    rows: Iterator[TableRow]
    """Raises ``Invalid`` where the file cannot be read on."""
    total: int


class TableReader(Protocol):
    """Reads tables."""

    def open(self, file: BinaryIO) -> AbstractContextManager[OpenTable]:
        """Return the rows of a file, to be read inside the block.

        Its kind is seen from its content, whatever its name says. Raises ``Invalid`` for one that is no table.
        """
