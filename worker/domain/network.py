"""Which network a phone number belongs to, and its national form.

The prefixes follow Vietnam's number plan (Circular 22/2014/TT-BTTTT and the 2018 conversion of eleven-digit mobiles).
They are a prior and not a fact: numbers are portable since November 2018 and keep their prefix.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Network(StrEnum):
    """The five buckets in which operators sell channels."""

    VIETTEL = "viettel"
    MOBI = "mobi"
    VINA = "vina"
    TEL = "tel"
    OFFNET = "offnet"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A dialable number in its one stored form: ``0`` and the national number."""

    national: str
    network: Network


class NotDialable(ValueError):
    """The text is no number that a campaign may dial; the message says why."""


_MOBILE_PREFIXES: Final = {
    Network.VIETTEL: "32 33 34 35 36 37 38 39 86 96 97 98",
    Network.MOBI: "70 76 77 78 79 89 90 93",
    Network.VINA: "81 82 83 84 85 88 91 94",
    Network.OFFNET: "52 55 56 58 59 87 92 993 994 995 996 997 998 999",
}
_NETWORK_OF: Final = {prefix: network for network, text in _MOBILE_PREFIXES.items() for prefix in text.split()}
_LONGEST_PREFIX: Final = max(map(len, _NETWORK_OF))

_CONVERTED: Final = {
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

_AREA_CODES: Final = frozenset(
    "203 204 205 206 207 208 209 210 211 212 213 214 215 216 218 219 220 221 222 225 226 227 228 229 232 233 234 235 "
    "236 237 238 239 251 252 254 255 256 257 258 259 260 261 262 263 269 270 271 272 273 274 275 276 277 290 291 292 "
    "293 294 296 297 299 24 28".split(),
)

_SEPARATORS: Final = re.compile(r"[ .\-()]+")
_DIALLED_FORM: Final = re.compile(r"(?:\+84|0084|84|0)([1-9][0-9]{7,9})", re.ASCII)
_MOBILE_DIGITS: Final = 9
_LANDLINE_DIGITS: Final = 10
_LONGEST_TEXT: Final = 32


def parse_phone_number(text: str) -> PhoneNumber:
    """Read ``0…``, ``84…``, ``+84…`` or ``0084…``, separators or none; ``NotDialable`` says why not."""
    if len(text) > _LONGEST_TEXT:
        raise NotDialable("phone number is too long")
    match = _DIALLED_FORM.fullmatch(_SEPARATORS.sub("", text))
    if match is None:
        raise NotDialable("not a Vietnamese phone number")
    significant = _convert_old_mobile(match[1])
    if significant[0] == "2":
        return _landline(significant)
    return _mobile(significant)


def _convert_old_mobile(significant: str) -> str:
    replacement = _CONVERTED.get(significant[:3])
    if replacement is None or len(significant) != _LANDLINE_DIGITS:
        return significant
    return replacement + significant[3:]


def _landline(significant: str) -> PhoneNumber:
    known = significant[:3] in _AREA_CODES or significant[:2] in _AREA_CODES
    if not known or len(significant) != _LANDLINE_DIGITS:
        raise NotDialable("not a landline of the number plan")
    return PhoneNumber("0" + significant, Network.TEL)


def _mobile(significant: str) -> PhoneNumber:
    for length in range(_LONGEST_PREFIX, 1, -1):
        network = _NETWORK_OF.get(significant[:length])
        if network is not None and len(significant) == _MOBILE_DIGITS:
            return PhoneNumber("0" + significant, network)
    raise NotDialable("not a mobile number of the number plan")
