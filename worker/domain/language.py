"""The languages in which people read pages and reports, and numbers as each writes them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias


class Language(StrEnum):
    """A language of pages and reports."""

    ENGLISH = "en"
    VIETNAMESE = "vi"


Texts: TypeAlias = Mapping[str, tuple[str, str]]
"""English and Vietnamese, by key."""
_THOUSANDS: Final = {Language.ENGLISH: ",", Language.VIETNAMESE: "."}
_DECIMAL: Final = {Language.ENGLISH: ".", Language.VIETNAMESE: ","}


def text_in(texts: Texts, key: str, *, language: Language, facts: Mapping[str, object]) -> str:
    """Return a text in this language with its facts."""
    return texts[key][language is Language.VIETNAMESE].format(**facts)


def number_text(value: float, *, language: Language, digits: int = 0) -> str:
    """Return a number with its thousands apart."""
    whole, _, rest = f"{value:,.{digits}f}".partition(".")
    shown = whole.replace(",", _THOUSANDS[language])
    return shown + (_DECIMAL[language] + rest if rest else "")


def percent_text(share: float, *, language: Language) -> str:
    """Return a share in whole percent."""
    return f"{number_text(share * 100, language=language)} %"
