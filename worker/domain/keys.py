"""The keys that a callee pressed: from events while the call is up, and at its end from the switch's own record."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pendulum import DateTime

MOST_KEYS: Final = 100
"""Keys that are kept; a held or broken key sends many more."""
_KEYS: Final = frozenset("0123456789*#ABCD")
NO_KEY: Final = "127"
"""Stands for calls without a key in the original's chart of keys."""


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key, and how many seconds after the answer it was pressed; None when only the key is known."""

    digit: str
    seconds: float | None = None


def is_key(text: str) -> bool:
    """Return True for what a telephone can send."""
    return text in _KEYS


def with_key(noted: Sequence[KeyPress], press: KeyPress) -> tuple[KeyPress, ...]:
    """Return the keys of a call with one more, unless it is there: a new leader reads the last events again.

    No callee presses a key twice in a millisecond.
    """
    is_there = press.seconds is not None and _text(press) in map(_text, noted)
    return tuple(noted) if is_there else (*noted, press)[:MOST_KEYS]


def settle_keys(noted: Sequence[KeyPress], *, dialled: str | None) -> tuple[KeyPress, ...]:
    """Return the keys of a call that has ended: those of the switch's record, with the times that events told.

    ``dialled`` is None when the switch's record is missing; then what was noted counts.
    """
    if dialled is None:
        return tuple(noted[:MOST_KEYS])
    left = list(noted)
    settled = []
    for digit in filter(is_key, dialled[:MOST_KEYS]):
        place = next((place for place, press in enumerate(left) if press.digit == digit), None)
        settled.append(KeyPress(digit) if place is None else left[place])
        left = left if place is None else left[place + 1 :]
    return tuple(settled)


def keys_on_wire(keys: Sequence[KeyPress]) -> str:
    """Return the text of ``press_key``: JSON with the last key and all of them; ``{}`` without keys."""
    if not keys:
        return "{}"
    return json.dumps({"key": keys[-1].digit, "keys": [press.digit for press in keys]}, separators=(",", ":"))


def delay_of(keys: Sequence[KeyPress]) -> float | None:
    """Return the seconds from the answer to the last key; None when they are not known."""
    return keys[-1].seconds if keys else None


def pressed_at(keys: Sequence[KeyPress], *, answered_at: DateTime | None) -> DateTime | None:
    """Return when the last key was pressed."""
    delay = delay_of(keys)
    return None if delay is None or answered_at is None else answered_at.add(microseconds=round(delay * 1_000_000))


def as_text(keys: Sequence[KeyPress]) -> str | None:
    """Return the stored form, such as ``8:1.5 1:3.25``; None without keys."""
    return " ".join(_text(press) for press in keys) or None


def from_text(stored: str | None) -> tuple[KeyPress, ...]:
    """Return the keys of a stored form."""
    return tuple(_press(one) for one in (stored or "").split())


def _text(press: KeyPress) -> str:
    return f"{press.digit}:" if press.seconds is None else f"{press.digit}:{round(press.seconds, 3):g}"


def _press(text: str) -> KeyPress:
    digit, _, seconds = text.partition(":")
    return KeyPress(digit, float(seconds) if seconds else None)
