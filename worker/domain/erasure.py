"""The erasure of a person: what stands in place of the number, and how the number is known again."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from worker.domain.callback_text import LEFT_OUT
from worker.domain.json_value import Json
from worker.domain.keys import keys_on_wire

ERASED: Final = "erased"
"""In place of a number; nobody may dial it."""
IS_ERASED: Final = "the person behind this number was erased"
_BETWEEN: Final = r"[\s.()\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]*"
"""What people and word processors write between the digits of a number: blanks, dashes of every kind, marks."""
_BEFORE: Final = r"[+\d]{0,12}"
"""A country's code, a carrier's prefix."""
_CLEARED: Final[Mapping[str, Json]] = {
    "to_number": ERASED,
    "additional": {},
    "ref_id": "",
    "press_key": keys_on_wire(()),
    "presskey_delay": 0,
    "autocall_presskey_epoch": "",
    "time_presskey": "",
    "recording_url": "",
    "autocall_recording_url": "",
    LEFT_OUT: None,
}


def hash_of(phone: str, *, key: str) -> str:
    """Return a number's keyed hash: without the key, all numbers of a country could be tried in a minute."""
    return hmac.new(key.encode(), phone.encode(), hashlib.sha256).hexdigest()


def without_person(body: Mapping[str, Json], *, phone: str) -> dict[str, Json]:
    """Return the body of a callback without the number, the data and reference of the client, keys and recordings."""
    kept = {name: without_number(value, phone=phone) for name, value in body.items() if name not in _CLEARED}
    return {**kept, **{name: empty for name, empty in _CLEARED.items() if name in body and name != LEFT_OUT}}


def without_number(value: Json, *, phone: str, instead: str = ERASED) -> Json:
    """Return a value in which ``instead`` stands for each form of the number: ``0…``, ``84…``, with any prefix."""
    match value:
        case str():
            return _form_of(phone).sub(instead, value)
        case Mapping():
            return {
                _form_of(phone).sub(instead, name): without_number(inner, phone=phone, instead=instead)
                for name, inner in value.items()
            }
        case list():
            return [without_number(inner, phone=phone, instead=instead) for inner in value]
        case bool() | int() | float() | None:
            return instead if _form_of(phone).search(str(value)) else value


def pattern_of(phone: str) -> str:
    """Return an SQL pattern that each text with the number matches, and few others: its digits, whatever is between."""
    return f"%{'%'.join(phone.removeprefix('0'))}%"


def cursor_before(phone: str) -> str:
    """Return a text that sorts before the number: a cursor there repeats the few numbers that share its beginning."""
    return phone[:-1]


def _form_of(phone: str) -> re.Pattern[str]:
    """Return what finds the number: its digits behind the leading 0, whatever stands before them or between."""
    return re.compile(_BEFORE + _BETWEEN.join(phone.removeprefix("0")) + r"(?!\d)")
