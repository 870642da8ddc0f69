"""What a language can read aloud; every word that it returns is one of its library."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

Words = tuple[str, ...]

LARGEST_NUMBER = 10**15 - 1
"""Larger numbers are read digit by digit: nobody can follow them, and they are accounts or cards."""


class Currency(StrEnum):
    """Money that is read with its own word."""

    VND = "VND"
    USD = "USD"


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A wall-clock time; the seconds are read only where they were given."""

    hour: int
    minute: int = 0
    second: int | None = None


class Speaker(Protocol):
    """One language, in the words of one region."""

    def library(self) -> frozenset[str]:
        """Return every word that the other methods may return."""

    def number(self, number: Decimal) -> Words:
        """Return a number of at most ``LARGEST_NUMBER`` in words; digits after the point are read one by one."""

    def numbered(self, number: int) -> Words:
        """Return the number as that of a thing in a series: "number fifteen"."""

    def characters(self, text: str) -> Words:
        """Return ASCII digits and capital letters, and a leading ``+``, one by one."""

    def day(self, day: date) -> Words:
        """Return a date with its year."""

    def time(self, time: TimeOfDay) -> Words:
        """Return a wall-clock time."""

    def moment(self, day: date, time: TimeOfDay) -> Words:
        """Return a date with a time, in the order of the language."""

    def percent(self, number: Decimal) -> Words:
        """Return a percentage."""

    def money(self, amount: Decimal, currency: Currency) -> Words:
        """Return an amount with the word of its currency."""

    def once_more(self) -> Words:
        """Return what announces that the same is said again."""
