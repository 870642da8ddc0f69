"""The callees of the demonstration: a name and an amount for each number, the same each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from worker.cli.demo.numbers import SEED, phone_numbers

FAMILY_NAMES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Vũ")
NAMES: Final = ("Thị Ánh", "Văn Dũng", "Ngọc Hằng", "Minh Khải", "Thị Thủy", "Quốc Vỹ")
LARGEST_AMOUNT: Final = 50_000
"""Thousands of dong."""


@dataclass(frozen=True, slots=True)
class Person:
    """One lead."""

    phone: str
    name: str
    amount: str

    @property
    def values(self) -> Mapping[str, str]:
        """Return what the template's placeholders name."""
        return {"name": self.name, "amount": self.amount}


def people(count: int) -> Sequence[Person]:
    """Return this many leads."""
    chance = Random(SEED)  # noqa: S311 - the same people each time
    return [Person(number, _name(chance), f"{chance.randint(1, LARGEST_AMOUNT)}000") for number in phone_numbers(count)]


def _name(chance: Random) -> str:
    return " ".join(map(chance.choice, (FAMILY_NAMES, NAMES)))
