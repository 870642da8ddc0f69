"""Phone numbers for the demonstration: valid, distinct, over all networks, the same each time."""

from random import Random
from typing import Final

PREFIXES: Final = ("098", "032", "086", "090", "077", "089", "091", "081", "088", "056", "059", "092")
LANDLINES: Final = ("024", "028", "0236")
MOBILE_LENGTH: Final = 10
LANDLINE_LENGTH: Final = 11
SEED: Final = 2023


def phone_numbers(count: int) -> list[str]:
    """Return this many numbers."""
    chance = Random(SEED)  # noqa: S311 - the same numbers each time
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        prefix = chance.choice(PREFIXES * 2 + LANDLINES)
        length = LANDLINE_LENGTH if prefix in LANDLINES else MOBILE_LENGTH
        rest = length - len(prefix)
        drawn[prefix + str(chance.randrange(10**rest)).zfill(rest)] = None
    return list(drawn)
