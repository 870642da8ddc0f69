"""The form in which a carrier's trunk wants the numbers that are called."""

import re
from enum import StrEnum
from typing import Final

COUNTRY: Final = "84"
PREFIX_PATTERN: Final = r"^\+?[0-9*#]*$"
"""What may be dialled before a number."""
_DIALLED: Final = re.compile(r"\+?[0-9*#]+")
_TRUNK_PREFIX: Final = "0"


class NumberFormat(StrEnum):
    """National (``0912345678``), or E.164 without or with a plus (``84912345678``, ``+84912345678``)."""

    NATIONAL = "national"
    E164 = "e164"
    PLUS_E164 = "+e164"


def dialled_form(phone: str, number_format: NumberFormat) -> str:
    """Return a stored number, ``0…``, as the trunk wants it.

    A number without the leading 0, such as a hotline (1900…) or a short code, has no international form and stays.
    """
    if number_format is NumberFormat.NATIONAL or not phone.startswith(_TRUNK_PREFIX):
        return phone
    plus = "+" if number_format is NumberFormat.PLUS_E164 else ""
    return plus + COUNTRY + phone.removeprefix(_TRUNK_PREFIX)


def is_dialled_form(text: str) -> bool:
    """Return True when a switch can dial this; a plus stands at the start only."""
    return _DIALLED.fullmatch(text) is not None


def is_prefix_of(number_format: NumberFormat, prefix: str) -> bool:
    """Return True when the prefix and a number in this format can be dialled together."""
    return is_dialled_form(prefix + dialled_form(_TRUNK_PREFIX, number_format))
