"""Text as people and programs write it, brought to one form before it is compared.

Word processors, spreadsheets and phones add what nobody sees: marks of direction, digits of full width, long dashes,
accents as characters of their own.
"""

import re
import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cf", "Zs", "Zl", "Zp"})
"""Unicode categories: marks of direction and zero width, blanks of every kind."""
_JOINERS: Final = frozenset({"\u200c", "\u200d"})
_DASHES: Final = frozenset({"Pd"})
_MINUS: Final = "\u2212"
_WIDTHS: Final = ("<wide>", "<narrow>", "<small>")
"""Of NFKC's replacements these alone are taken: a raised or encircled digit is a footnote, not part of a number."""
_SCHEME: Final = re.compile(r"tel:", re.IGNORECASE)
_ASCII_SEPARATORS: Final = dict.fromkeys((*range(9, 14), *range(28, 33), *map(ord, "-.()")))
"""Code points that are dropped from a number, of ASCII; a table because a file has a million numbers."""


def dialled_characters(text: str) -> str:
    """Return a phone number without ``tel:``, invisible characters, blanks, dashes, dots and brackets.

    Digits of full width become ordinary ones. What else is in the text stays, so that it is no number.
    """
    if text.isascii():
        kept = text.translate(_ASCII_SEPARATORS)
    else:
        kept = "".join(_ordinary(character) for character in text if not _is_separator(character))
    scheme = _SCHEME.match(kept)
    return kept[scheme.end() :] if scheme else kept


def plain_name(text: str) -> str:
    """Return a name in its composed form (NFC), without blanks around it and marks that nobody sees.

    Equal names are equal texts. Joiners stay: words of some scripts and many emoji are made with them.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    if text.isprintable():
        seen = text  # marks that nobody sees are not printable
    else:
        seen = "".join(one for one in text if one in _JOINERS or unicodedata.category(one) != "Cf")
    return unicodedata.normalize("NFC", seen).strip()


def _ordinary(character: str) -> str:
    is_other_width = unicodedata.decomposition(character).startswith(_WIDTHS)
    return unicodedata.normalize("NFKC", character) if is_other_width else character


def _is_separator(character: str) -> bool:
    category = unicodedata.category(character)
    is_mark = _ordinary(character) in {_MINUS, ".", "(", ")"}
    return category in _UNSEEN or category in _DASHES or is_mark or character.isspace()
