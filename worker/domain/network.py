"""The networks, and the national form in which phone numbers are stored; the number plan finds a number's network."""

import re
from enum import StrEnum
from typing import Final

from worker.domain.text import dialled_characters


class Network(StrEnum):
    """The five groups of networks for which operators sell channels."""

    VIETTEL = "viettel"
    MOBI = "mobi"
    VINA = "vina"
    TEL = "tel"
    OFFNET = "offnet"


class NotDialable(ValueError):
    """The text is not a number that a campaign may dial; the message gives the reason."""


_SUCCESSOR: Final = {
    **{f"16{n}": f"3{n}" for n in "23456789"},
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    "186": "56",
    "188": "58",
    "199": "59",
}
"""The prefixes that replaced those of eleven-digit mobile numbers in 2018; both without the leading 0."""

_COUNTRY: Final = re.compile(r"(?:\+|00)?84(?=0?[1-9][0-9]{8,9}$)0?|0(?=[1-9][0-9]{8,9}$)", re.ASCII)
"""The country code or the leading 0 before nine or ten digits; some people write the 0 after the code as well."""
_SERVICE: Final = {
    re.compile(r"(?:(?:\+|00)?84)?1800[0-9]{4,6}", re.ASCII): "a toll-free number (1800) is not for campaigns",
    re.compile(r"(?:(?:\+|00)?84)?1900[0-9]{4,6}", re.ASCII): "a premium number (1900) is not for campaigns",
    re.compile(r"(?:(?:\+|00)?840?|0)69[0-9]{4,8}", re.ASCII): "a ministry's number (069) is not for campaigns",
    re.compile(r"[1-9][0-9]{2,5}", re.ASCII): "a short code is not for campaigns",
}
_MOBILE: Final = re.compile(r"[3-9][0-9]{8}", re.ASCII)
_LANDLINE: Final = re.compile(r"2[0-9]{9}", re.ASCII)
_OLD_MOBILE: Final = re.compile(r"(1[0-9]{2})([0-9]{7})", re.ASCII)
_LONGEST_TEXT: Final = 64
_AS_STORED: Final = re.compile(r"0(?:[3-57-9][0-9]{8}|6[0-8][0-9]{7}|2[0-9]{9})", re.ASCII)
"""As most numbers are sent. It is looked for first, because a file has a million numbers."""


def is_national(text: str) -> bool:
    """Return True for a text that is a mobile or landline number in its national form, without anything around it."""
    return _AS_STORED.fullmatch(text) is not None


def national_form(text: str) -> str:
    """Return a number written as ``0…``, ``84…``, ``+84…`` or ``0084…``, with or without separators, as ``0…``.

    An eleven-digit mobile number from before 2018 becomes its owner's present ten-digit number. Raises
    ``NotDialable`` with the reason.
    """
    if is_national(text):
        return text
    if len(text) > _LONGEST_TEXT:
        raise NotDialable("phone number is too long")
    dialled = dialled_characters(text)
    for service, why in _SERVICE.items():
        if service.fullmatch(dialled):
            raise NotDialable(why)
    country = _COUNTRY.match(dialled)
    if country is None:
        raise NotDialable("not a Vietnamese phone number")
    return "0" + _present_digits(dialled[country.end() :])


def _present_digits(significant: str) -> str:
    """Return the digits after the leading 0 as they are since 2018; raises ``NotDialable``."""
    if old := _OLD_MOBILE.fullmatch(significant):
        if old[1] not in _SUCCESSOR:
            raise NotDialable(f"no eleven-digit mobile number began with 0{old[1]}")
        return _SUCCESSOR[old[1]] + old[2]
    if not (_MOBILE.fullmatch(significant) or _LANDLINE.fullmatch(significant)):
        raise NotDialable("not a Vietnamese phone number")
    return significant
