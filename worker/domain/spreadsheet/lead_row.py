"""What a row of a table says of a lead."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from worker.domain.spreadsheet.cells import Cell, text_of
from worker.domain.spreadsheet.columns import AFTER_DAY, DESCRIPTION, FIELDS, Columns

LONG_FIELDS: Final = frozenset({"address", "comment"})
LONGEST_FIELD: Final = 255
LONGEST_TEXT: Final = 4000
LARGEST_ADDITIONAL: Final = 8192
"""Bytes of a lead's additional data as JSON; the API has the same limits for single leads."""
LONGEST_WAIT: Final = 3650
"""Days until a lead's first call: ten years."""
LEAD_FIELDS: Final = FIELDS - {DESCRIPTION}


@dataclass(frozen=True, slots=True)
class LeadCells:
    """A row's fields without its number, and the data beside them."""

    profile: Mapping[str, str]
    after_day: int
    additional: Mapping[str, str]


def lead_of(row: Sequence[Cell], columns: Columns) -> LeadCells:
    """Return what a row says; empty cells are left out. Raises ``ValueError`` that names the field."""
    profile = _texts(row, columns.fields)
    additional = _texts(row, columns.additional)
    after_day = _days(profile.pop(AFTER_DAY, ""))
    for name, text in profile.items():
        longest = LONGEST_TEXT if name in LONG_FIELDS else LONGEST_FIELD
        if len(text) > longest:
            raise ValueError(f"{name} is longer than {longest} characters")
    if sum(len(name) + len(text) for name, text in additional.items()) * 4 > LARGEST_ADDITIONAL:
        size = len(json.dumps(additional, ensure_ascii=False, separators=(",", ":")).encode())
        if size > LARGEST_ADDITIONAL:
            raise ValueError(f"the other columns have more than {LARGEST_ADDITIONAL} bytes")
    return LeadCells(profile, after_day, additional)


def cell_at(row: Sequence[Cell], place: int) -> Cell:
    """Return a cell; a row may be shorter than the header."""
    return row[place] if place < len(row) else None


def _texts(row: Sequence[Cell], places: Mapping[str, int]) -> dict[str, str]:
    texts = ((name, text_of(cell_at(row, place))) for name, place in places.items())
    return {name: text for name, text in texts if text}


def _days(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and int(text) <= LONGEST_WAIT):
        raise ValueError(f"{AFTER_DAY} is no number of days up to {LONGEST_WAIT}")
    return int(text)
