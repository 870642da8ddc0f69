"""English, as it is said in America: no "and" inside numbers, the month before the day, twelve hours a half day."""

from datetime import date
from decimal import Decimal
from typing import Final

from typing_extensions import override

from worker.domain.speech.digits import fraction_digits, minor_units
from worker.domain.speech.speaker import Currency, Speaker, TimeOfDay, Words

_UP_TO_19: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split()
)
_TENS: Final = ("", "", *"twenty thirty forty fifty sixty seventy eighty ninety".split())
_FIRST_TO_19TH: Final = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth".split()
)
_ROUND_ORDINALS: Final = {20: "twentieth", 30: "thirtieth"}
_MONTHS: Final = "January February March April May June July August September October November December".split()
_LETTERS: Final = {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_SCALES: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_TEENS_END: Final = 20
_NOON: Final = 12
_OF_CURRENCY: Final = {Currency.VND: ("dong", "dong"), Currency.USD: ("dollar", "dollars")}
"""The word of one, and of many."""


class English(Speaker):
    """American English."""

    @override
    def library(self) -> frozenset[str]:
        numbers = (
            *_UP_TO_19,
            *_TENS[2:],
            "hundred",
            *(name for _, name in _SCALES),
            "point",
            "minus",
            "plus",
            "number",
        )
        days = (*_FIRST_TO_19TH[1:], *_ROUND_ORDINALS.values(), *_MONTHS, "oh")
        units = ("percent", "dong", "dollar", "dollars", "cent", "cents", "a.m.", "p.m.", "and", "second", "seconds")
        return frozenset((*numbers, *days, *units, *_LETTERS, *self.once_more()))

    @override
    def number(self, number: Decimal) -> Words:
        sign = ("minus",) if number < 0 else ()
        fraction = fraction_digits(number)
        point = ("point", *self.characters(fraction)) if fraction else ()
        return (*sign, *_cardinal(int(abs(number))), *point)

    @override
    def numbered(self, number: int) -> Words:
        return ("number", *_cardinal(number))

    @override
    def characters(self, text: str) -> Words:
        return tuple("plus" if one == "+" else _LETTERS.get(one) or _UP_TO_19[int(one)] for one in text)

    @override
    def day(self, day: date) -> Words:
        return (_MONTHS[day.month - 1], *_ordinal(day.day), *_year(day.year))

    @override
    def time(self, time: TimeOfDay) -> Words:
        hour = _cardinal(time.hour % _NOON or _NOON)
        oh = ("oh",) if 0 < time.minute < 10 else ()  # noqa: PLR2004 - one digit
        minute = (*oh, *_cardinal(time.minute)) if time.minute else ()
        half = "a.m." if time.hour < _NOON else "p.m."
        return (*hour, *minute, half, *_seconds(time.second))

    @override
    def moment(self, day: date, time: TimeOfDay) -> Words:
        return (*self.day(day), *self.time(time))

    @override
    def percent(self, number: Decimal) -> Words:
        return (*self.number(number), "percent")

    @override
    def money(self, amount: Decimal, currency: Currency) -> Words:
        cents = minor_units(amount) if currency is Currency.USD else None
        whole = amount if cents is None else Decimal(int(amount))
        one, many = _OF_CURRENCY[currency]
        said = (*self.number(whole), one if abs(whole) == 1 else many)
        return said if cents is None else (*said, *_cardinal(cents), "cent" if cents == 1 else "cents")

    @override
    def once_more(self) -> Words:
        return ("once more",)


def _cardinal(number: int) -> Words:
    if number < _TEENS_END:
        return (_UP_TO_19[number],)
    for size, name in (*_SCALES, (100, "hundred")):
        if number >= size:
            above, below = divmod(number, size)
            return (*_cardinal(above), name, *(_cardinal(below) if below else ()))
    tens, units = divmod(number, 10)
    return (_TENS[tens], *((_UP_TO_19[units],) if units else ()))


def _ordinal(number: int) -> Words:
    if number < _TEENS_END:
        return (_FIRST_TO_19TH[number],)
    tens, units = divmod(number, 10)
    return (_TENS[tens], _FIRST_TO_19TH[units]) if units else (_ROUND_ORDINALS[number],)


def _year(year: int) -> Words:
    """Read a year in two halves, as in "nineteen oh five", but "two thousand five"."""
    century, rest = divmod(year, 100)
    if century % 10 == 0 and rest < 10:  # noqa: PLR2004 - 2000 to 2009, and years before 10
        return _cardinal(year)
    if rest == 0:
        return (*_cardinal(century), "hundred")
    if century == 0:
        return _cardinal(rest)
    return (*_cardinal(century), *(("oh",) if rest < 10 else ()), *_cardinal(rest))  # noqa: PLR2004 - one digit


def _seconds(second: int | None) -> Words:
    if second is None:
        return ()
    return ("and", *_cardinal(second), "second" if second == 1 else "seconds")
