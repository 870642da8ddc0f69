"""The forms in which a value can be spoken."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from worker.domain.speech.speaker import Currency, TimeOfDay


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is read as a quantity."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency."""

    number: Decimal
    currency: Currency


@dataclass(frozen=True, slots=True)
class Percentage:
    """A number with ``%``."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Numbered:
    """``#15``: the number of a thing in a series."""

    number: int


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits that are read one by one, with a pause after each group; the first may begin with ``+``."""

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code: read slowly, and twice."""

    characters: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    day: date


@dataclass(frozen=True, slots=True)
class Time:
    """A wall-clock time."""

    time: TimeOfDay


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with a time."""

    day: date
    time: TimeOfDay


@dataclass(frozen=True, slots=True)
class Free:
    """Any other text: a name, an address."""

    text: str


Form = Amount | Money | Percentage | Numbered | Digits | Code | Day | Time | Moment | Free
