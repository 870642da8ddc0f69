"""What a callee does while a voice process speaks: listens, presses keys, hangs up."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

PRESSES_AFTER: Final = 1.0
"""Seconds after the first sound, and again after the first sound behind a key; by digit."""
HANGS_UP_AFTER: Final = 1.5
BEEPS_AFTER: Final = 0.8
"""Seconds after its detector was started: so soon does a machine beep."""
BEEP: Final = {
    "Event-Subclass": "avmd::beep",
    "Beep-Status": "DETECTED",
    "Frequency": "1000.232060",
    "Amplitude": "16956.014407",
}
PATIENCE: Final = 120.0
"""A callee to whom nobody says good-bye hangs up after so many seconds."""
_HANGS_UP: Final = "5"
_WRONG_FIRST: Final = "6"
_KEYS_BY_CHANCE: Final = "1112229037*#"


@dataclass(frozen=True, slots=True)
class Callee:
    """Keys, each with the seconds after the first sound behind the key before it, and when the callee hangs up."""

    keys: Sequence[tuple[float, str]] = ()
    hangs_up_after: float = PATIENCE


def callee_by_digits(number: str) -> Callee:
    """Return what the two digits before the last say: first whether they hang up early, then which key they press.

    Of ``…HK0`` K is the key, and 0 is none. H 5 hangs up in the middle; H 6 presses 8 first, then K.
    """
    manner, key = number[-3:-2], number[-2:-1]
    if manner == _HANGS_UP:
        return Callee(hangs_up_after=HANGS_UP_AFTER)
    pressed = ([] if key in {"", "0"} else [key]) if manner != _WRONG_FIRST else ["8", key]
    return Callee([(PRESSES_AFTER, digit) for digit in pressed])


def callee_by_chance(chance: Random) -> Callee:
    """Return a callee of whom half press a key, and one in eight hangs up early."""
    if chance.random() < 1 / 8:
        return Callee(hangs_up_after=chance.uniform(0.5, 4.0))
    if chance.random() < 1 / 2:
        return Callee()
    return Callee([(chance.uniform(1.0, 6.0), chance.choice(_KEYS_BY_CHANCE))])
