"""The text of a template: literal text, and placeholders that a lead's values fill."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from worker.domain.errors import Rejected
from worker.domain.speech.tidy import same_key

_PLACEHOLDER: Final = re.compile(r"\{\{([^{}\[\]]*)\}\}|\[\[([^{}\[\]]*)\]\]")
_LEFT_OVER: Final = re.compile(r"\{\{|\}\}|\[\[|\]\]")


class Malformed(Rejected):
    """A placeholder is not closed, not opened or without a key; the message says which."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that every callee hears."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value: ``{{key}}`` or ``[[key]]``."""

    key: str


@lru_cache(maxsize=256)  # an import fills the same few texts for each of its rows
def pattern_of(text: str) -> tuple[Literal | Slot, ...]:
    """Return the pieces of a template's text in their order; raises ``Malformed``."""
    pieces: list[Literal | Slot] = []
    end = 0
    composed = unicodedata.normalize("NFC", text)
    for found in _PLACEHOLDER.finditer(composed):
        pieces += _literals(composed[end : found.start()])
        pieces.append(Slot(_key(found)))
        end = found.end()
    return (*pieces, *_literals(composed[end:]))


def _literals(text: str) -> list[Literal]:
    if left_over := _LEFT_OVER.search(text):
        raise Malformed(f"a placeholder is not complete: {text[left_over.start() :][:20]}")
    return [Literal(text)] if text else []


def _key(found: re.Match[str]) -> str:
    key = same_key(found[1] if found[2] is None else found[2])
    if not key:
        raise Malformed(f"a placeholder has no key: {found[0]}")
    return key
