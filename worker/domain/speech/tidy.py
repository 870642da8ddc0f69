"""Text as it is given to a speech engine: composed letters, one space, nothing invisible, no braces."""

import re
import unicodedata
from typing import Final

_NOT_SPOKEN: Final = re.compile(r"[{}\[\]]")
_SPACES: Final = re.compile(r"\s+")
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Co", "Cs", "Cn"})
"""Unicode categories of characters without a glyph: zero-width spaces, control characters, and unassigned ones."""


def tidy(text: str) -> str:
    """Return the text in NFC without braces, brackets and invisible characters, and with single spaces."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(one for one in composed if one.isspace() or unicodedata.category(one) not in _INVISIBLE)
    return _SPACES.sub(" ", _NOT_SPOKEN.sub(" ", composed)).strip()


def same_key(key: str) -> str:
    """Return a key in the form in which keys are compared: NFC, without blanks around it."""
    return unicodedata.normalize("NFC", key).strip()
