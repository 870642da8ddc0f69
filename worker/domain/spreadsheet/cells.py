"""What is in a cell, and which phone number it was before a spreadsheet changed it.

A spreadsheet takes a phone number for an amount: it drops the leading 0, adds ``.0``, groups the digits, or rounds them
to a few. What can be restored with certainty is restored; a number that has lost digits is refused with a word.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from worker.domain.network import NotDialable, is_national, national_form
from worker.domain.text import dialled_characters, plain_name

Cell: TypeAlias = str | int | float | bool | None
"""A cell of a workbook has a type; one of a CSV file is text. Dates are text too: ``yyyy-mm-dd``."""

ROUNDED: Final = "the spreadsheet rounded this number: format its column as text, enter it again and export again"
SHOWN_WRONG: Final = "the spreadsheet shows an error or a column that is too narrow instead of this number"
SEVERAL: Final = "more than one number in one cell"
NO_NUMBER: Final = "no phone number"
LARGEST_EXACT: Final = 2**53
"""Beyond it a spreadsheet's numbers have lost digits."""

_FORMULA: Final = re.compile(r'="?([^"]*)"?')
_WITH_EXPONENT: Final = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,2})")
_DECIMAL: Final = re.compile(r"(\+?[0-9]+)[.,]0{1,2}")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_BETWEEN: Final = re.compile(r"[;/|\n,]|\bor\b|\bhoặc\b")
_LONG: Final = re.compile(r"(?:[0-9][^0-9]*){8}")
_MOBILE_WITHOUT_ZERO: Final = re.compile(r"[35789][0-9]{8}")
_LANDLINE_WITHOUT_ZERO: Final = re.compile(r"2[0-9]{9}")


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in its national form, and whether something had to be restored."""

    number: str
    is_restored: bool = False


def text_of(cell: Cell) -> str:
    """Return a cell as text: whole numbers without a fraction, no blanks around it."""
    match cell:
        case str():  # nearly every cell
            return plain_name(cell.replace("\0", ""))
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer() and abs(cell) < LARGEST_EXACT:
            return str(int(cell))
        case _:
            return str(cell)


def phone_of(cell: Cell) -> Phone:
    """Return the phone number in a cell; raises ``NotDialable`` with a word for the operator."""
    if isinstance(cell, str) and is_national(cell):
        return Phone(cell)
    if isinstance(cell, float) and abs(cell) >= LARGEST_EXACT:
        raise NotDialable(ROUNDED)
    sent = text_of(cell)
    if not sent:
        raise NotDialable(NO_NUMBER)
    written = _as_it_was(sent)
    with_zero = _with_zero(written)
    return Phone(national_form(with_zero), is_restored=with_zero != sent)


def _as_it_was(sent: str) -> str:
    """Return a text without what a spreadsheet adds to a number."""
    text = sent.removeprefix("'")
    if formula := _FORMULA.fullmatch(text):
        text = formula[1]
    if text.startswith("#"):
        raise NotDialable(SHOWN_WRONG)
    if exponent := _WITH_EXPONENT.fullmatch(text):
        return _all_digits(exponent[1], exponent[2] or "", int(exponent[3]))
    if decimal := _DECIMAL.fullmatch(text):
        return decimal[1]
    if _GROUPED.fullmatch(text):
        return text.replace(",", "")
    if sum(_LONG.match(part.strip()) is not None for part in _BETWEEN.split(text)) > 1:
        raise NotDialable(SEVERAL)
    return text


def _all_digits(whole: str, fraction: str, exponent: int) -> str:
    """Return the digits of a number with an exponent, if none is missing."""
    if len(fraction.rstrip("0")) > exponent or len(fraction) < exponent:
        raise NotDialable(ROUNDED)
    return whole + fraction[:exponent]


def _with_zero(text: str) -> str:
    """Return a number with the leading 0 that a spreadsheet dropped."""
    digits = dialled_characters(text)
    has_lost_it = _MOBILE_WITHOUT_ZERO.fullmatch(digits) or _LANDLINE_WITHOUT_ZERO.fullmatch(digits)
    return f"0{digits}" if has_lost_it else text
