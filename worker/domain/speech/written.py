"""How the form of a value is recognised by the way in which the value is written."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from worker.domain.errors import Rejected
from worker.domain.json_value import Json
from worker.domain.one_time_code import CODE
from worker.domain.speech.forms import (
    Amount,
    Code,
    Day,
    Digits,
    Form,
    Free,
    Moment,
    Money,
    Numbered,
    Percentage,
    Time,
)
from worker.domain.speech.speaker import LARGEST_NUMBER, Currency, TimeOfDay
from worker.domain.speech.tidy import tidy
from worker.domain.speech.voice import Language

PHONE_KEY: Final = "phone_number"

_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TIME: Final = re.compile(r"([0-9]{1,2})(?:[hH]|[:hH]([0-9]{2})(?::([0-9]{2}))?)")
_DAY_AND_TIME: Final = re.compile(r"(\S+?)(?: |T)(\S+)")
_NUMBERED: Final = re.compile(r"# ?([0-9]{1,15})")
_SPACED: Final = re.compile(r"[0-9]+(?: [0-9]+)+")
_PHONE: Final = re.compile(r"(\+|0)[0-9 .()-]{6,24}")
_ONLY_DIGITS: Final = re.compile(r"[0-9]+")
_GROUPED: Final = re.compile(r"-?[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]{1,6})?")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:[.,][0-9]{1,6})?")
_ENGLISH_DECIMAL: Final = re.compile(r"-?[0-9]+\.[0-9]{3}")
_PERCENTAGE: Final = re.compile(r"(\S+) ?%")
_MONEY: Final = re.compile(r"(\S+?) ?(đồng|đ|₫|vnđ|vnd|usd|\$)", re.IGNORECASE)
_DOLLARS: Final = re.compile(r"\$ ?(\S+)")
_NOT_IN_A_CODE: Final = re.compile(r"[ .-]")
_READABLE_CODE: Final = re.compile(r"[0-9A-Z]+")
_DIGITS_OF_A_MOBILE: Final = 10
_DIGITS_OF_A_LANDLINE: Final = 11

UNIT: Final = re.compile(r"\s*(%|đồng\b|đ\b|₫|vnđ\b|vnd\b|usd\b|\$)", re.IGNORECASE)
"""A unit that stands behind a number in the text of a template."""


class Unreadable(Rejected):
    """A value that is a date or a code by its form or key and cannot be read as one, or that is no text."""


def form_of(key: str, value: Json, *, language: Language) -> Form:
    """Return the form of a value that is not empty; raises ``Unreadable``.

    The rules of the wire come first: plain digits are an amount, digits with spaces are read one by one, ``#15`` is a
    number, dates are ``dd/mm/yyyy`` or ``yyyy-mm-dd`` (worker/REFERENCE.md#spoken-values).
    """
    text = text_of(value)
    if key == CODE:
        return _code(text)
    if key == PHONE_KEY and (phone := _phone(text)):
        return phone
    readers: tuple[Callable[[str, Language], Form | None], ...] = (
        _with_day,
        _time,
        _numbered,
        _spaced,
        _plain,
        _with_unit,
    )
    found = (form for reader in readers if (form := reader(text, language)) is not None)
    return next(found, None) or Free(text)


def text_of(value: Json) -> str:
    """Return a value as text; raises ``Unreadable`` for what is neither text nor a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable("is neither text nor a number")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return tidy(str(value))


def _with_day(text: str, _: Language) -> Form | None:
    if (day := _day(text)) is not None:
        return Day(day)
    halves = _DAY_AND_TIME.fullmatch(text)
    if halves is None:
        return None
    first, second = halves.groups()
    if (day := _day(first)) is not None and (time := _time_of_day(second)) is not None:
        return Moment(day, time)
    if (time := _time_of_day(first)) is not None and (day := _day(second)) is not None:
        return Moment(day, time)
    return None


def _day(text: str) -> date | None:
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unreadable(f"{text} is not a date") from error


def _time(text: str, _: Language) -> Form | None:
    time = _time_of_day(text)
    return None if time is None else Time(time)


def _time_of_day(text: str) -> TimeOfDay | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), None if found[3] is None else int(found[3])
    is_real = hour <= 23 and minute <= 59 and (second or 0) <= 59  # noqa: PLR2004 - a clock's own limits
    return TimeOfDay(hour, minute, second) if is_real else None


def _numbered(text: str, _: Language) -> Form | None:
    found = _NUMBERED.fullmatch(text)
    return None if found is None else Numbered(int(found[1]))


def _spaced(text: str, _: Language) -> Form | None:
    """Read digits one by one; digits that stand together form a group, unless all stand alone."""
    if not _SPACED.fullmatch(text):
        return None
    groups = tuple(text.split(" "))
    return Digits(("".join(groups),) if all(len(one) == 1 for one in groups) else groups)


def _plain(text: str, language: Language) -> Form | None:
    number = number_in(text, language=language)
    if number is not None:
        return Amount(number)
    if phone := _phone(text):
        return phone
    return Digits((text,)) if _ONLY_DIGITS.fullmatch(text) else None


def _phone(text: str) -> Digits | None:
    """Return the groups in which a phone number is said: 4, 3, 3 digits for mobiles, 3, 4, 4 for landlines."""
    if not _PHONE.fullmatch(text):
        return None
    bare = re.sub("[^0-9]", "", text)
    if text.startswith("+"):
        local = _phone("0" + bare.removeprefix("84")) if bare.startswith("84") else None
        return local or Digits(_split(f"+{bare}", 4, 3, 3))
    if len(bare) == _DIGITS_OF_A_MOBILE:
        return Digits(_split(bare, 4, 3))
    return Digits(_split(bare, 3, 4)) if len(bare) == _DIGITS_OF_A_LANDLINE else None


def _split(text: str, *lengths: int) -> tuple[str, ...]:
    """Cut the text into groups of these lengths, and what is left."""
    groups: list[str] = []
    for length in lengths:
        groups.append(text[:length])
        text = text[length:]
    return tuple(one for one in (*groups, text) if one)


def _with_unit(text: str, language: Language) -> Form | None:
    if found := _PERCENTAGE.fullmatch(text):
        number = _decimal_in(found[1])
        return None if number is None else Percentage(number)
    if found := _DOLLARS.fullmatch(text):
        number = number_in(found[1], language=Language.ENGLISH)
        return None if number is None else Money(number, Currency.USD)
    if found := _MONEY.fullmatch(text):
        number = number_in(found[1], language=language)
        currency = Currency.USD if found[2].casefold() in {"usd", "$"} else Currency.VND
        return None if number is None else Money(number, currency)
    return None


def number_in(text: str, *, language: Language) -> Decimal | None:
    """Return the number that the text writes; None when it is none, or too large to be followed.

    One group of three digits after a point or a comma is thousands, as in ``1.500`` and ``1,500``; only in English
    is ``1.500`` one and a half.
    """
    is_decimal = language is Language.ENGLISH and _ENGLISH_DECIMAL.fullmatch(text)
    grouped = None if is_decimal else _GROUPED.fullmatch(text)
    number = _decimal_in(text if grouped is None else text.replace(grouped[1], ""))
    return None if number is None or abs(number) > LARGEST_NUMBER else number


def _decimal_in(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _code(text: str) -> Code:
    bare = _NOT_IN_A_CODE.sub("", text).upper()
    if not _READABLE_CODE.fullmatch(bare):
        raise Unreadable("holds a character that cannot be read aloud")
    return Code(bare)
