"""The parts of which speech is composed, in the order in which the callee hears them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never


@dataclass(frozen=True, slots=True)
class Word:
    """A token: a word or fixed phrase of a language's library, which is rendered once for each voice."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence, a piece of one, or a name: rendered as it is, once for each distinct text and voice."""

    text: str


@dataclass(frozen=True, slots=True)
class Sound:
    """An uploaded sound, by its id."""

    audio_file: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    milliseconds: int


Part = Word | Text | Sound | Pause


def heard(parts: Iterable[Part]) -> str:
    """Return the parts in words; an uploaded sound is its id in angle brackets, and a pause is nothing."""
    return " ".join(text for part in parts if (text := _in_words(part)))


def _in_words(part: Part) -> str:
    match part:
        case Word() | Text():
            return part.text
        case Sound():
            return f"<{part.audio_file}>"
        case Pause():
            return ""
        case _:
            assert_never(part)
