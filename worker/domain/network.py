"""Networks, and the one stored form of a phone number; which number belongs to which network says the number plan."""

import re
from enum import StrEnum
from typing import Final


class Network(StrEnum):
    """The five buckets in which operators sell channels."""

    VIETTEL = "viettel"
    MOBI = "mobi"
    VINA = "vina"
    TEL = "tel"
    OFFNET = "offnet"


class NotDialable(ValueError):
    """The text is no number that a campaign may dial; the message says why."""


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
"""What became of the eleven-digit mobile prefixes, without the leading 0, when they were shortened in 2018."""

_SEPARATORS: Final = re.compile(r"[\s.\-()]+")
_COUNTRY: Final = re.compile(r"(?:\+|00)?84(?=0?[1-9][0-9]{8,9}$)0?|0(?=[1-9][0-9]{8,9}$)", re.ASCII)
"""The way into the country, before a national number of nine or ten digits; some write its leading 0 after it too."""
_SERVICE: Final = {
    re.compile(r"(?:(?:\+|00)?84)?1800[0-9]{4,6}", re.ASCII): "a toll-free number (1800) is not for campaigns",
    re.compile(r"(?:(?:\+|00)?84)?1900[0-9]{4,6}", re.ASCII): "a premium number (1900) is not for campaigns",
    re.compile(r"(?:(?:\+|00)?84|0)69[0-9]{4,8}", re.ASCII): "a ministry's number (069) is not for campaigns",
    re.compile(r"[1-9][0-9]{2,5}", re.ASCII): "a short code is not for campaigns",
}
_MOBILE: Final = re.compile(r"[3-9][0-9]{8}", re.ASCII)
_LANDLINE: Final = re.compile(r"2[0-9]{9}", re.ASCII)
_OLD_MOBILE: Final = re.compile(r"(1[0-9]{2})([0-9]{7})", re.ASCII)
_LONGEST_TEXT: Final = 64


def national_form(text: str) -> str:
    """Read ``0…``, ``84…``, ``+84…`` or ``0084…``, separators or none, as ``0…``; ``NotDialable`` says why not.

    An eleven-digit mobile number of before 2018 becomes the ten-digit one that its owner has today.
    """
    if len(text) > _LONGEST_TEXT:
        raise NotDialable("phone number is too long")
    dialled = _SEPARATORS.sub("", text)
    for service, why in _SERVICE.items():
        if service.fullmatch(dialled):
            raise NotDialable(why)
    way_in = _COUNTRY.match(dialled)
    if way_in is None:
        raise NotDialable("not a Vietnamese phone number")
    return "0" + _converted(dialled[way_in.end() :])


def _converted(significant: str) -> str:
    if old := _OLD_MOBILE.fullmatch(significant):
        if old[1] not in _SUCCESSOR:
            raise NotDialable(f"no eleven-digit mobile number began with 0{old[1]}")
        return _SUCCESSOR[old[1]] + old[2]
    if not (_MOBILE.fullmatch(significant) or _LANDLINE.fullmatch(significant)):
        raise NotDialable("not a Vietnamese phone number")
    return significant
