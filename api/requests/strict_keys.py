"""Keys that were probably meant to be others: a misspelt setting must not be ignored in silence."""

from collections.abc import Collection, Mapping
from typing import Final

LETTERS_FOR_TWO_MISTAKES: Final = 8
"""Shorter keys may differ by one letter only, or every short word would resemble one."""


def meant(key: str, known: Collection[str]) -> str:
    """Return the known key that was probably meant; empty when none is near."""
    plain = _plain(key)
    for other in known:
        if _plain(other) == plain:
            return other
    allowed = 2 if len(plain) >= LETTERS_FOR_TWO_MISTAKES else 1
    near = {other: distance(plain, _plain(other)) for other in known if abs(len(other) - len(key)) <= allowed}
    best = min(near, key=near.__getitem__, default="")
    return best if best and near[best] <= allowed else ""


def refuse_misspelt(
    given: Mapping[str, object], *, known: Collection[str], ignored: Collection[str], needs_one: bool
) -> None:
    """Raise ``ValueError`` for keys that are nearly known ones, and for a body that needs a known one and has none."""
    foreign = given.keys() - set(known) - set(ignored)
    wrong = {key: near for key in sorted(foreign) if (near := meant(key, known))}
    if wrong:
        raise ValueError("; ".join(f"{key[:80]} is unknown: {near} was probably meant" for key, near in wrong.items()))
    if needs_one and foreign and not given.keys() & set(known):
        raise ValueError(f"none of the keys is known: {', '.join(key[:80] for key in sorted(foreign)[:5])}")


def refuse_unknown(given: Mapping[str, object], *, known: Collection[str], ignored: Collection[str] = ()) -> None:
    """Raise ``ValueError`` for keys that are not known."""
    for key in sorted(given.keys() - set(known) - set(ignored)):
        near = meant(key, known)
        raise ValueError(f"{key[:80]} is unknown" + (f": {near} was probably meant" if near else ""))


def distance(one: str, other: str) -> int:
    """Return how many letters must be added, left out, changed or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, others in enumerate(other, start=1):
            steps = [rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != others)]
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == others:
                steps.append(rows[-2][j - 2] + 1)
            row.append(min(steps))
        rows.append(row)
    return rows[-1][-1]


def _plain(key: str) -> str:
    return "".join(character for character in key.lower() if character.isalnum())
