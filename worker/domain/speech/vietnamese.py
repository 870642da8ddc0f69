"""Vietnamese: numbers, dates and times as they are said in the north and in the south."""

from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Final

from typing_extensions import override

from worker.domain.speech.digits import fraction_digits, minor_units
from worker.domain.speech.speaker import Currency, Speaker, TimeOfDay, Words
from worker.domain.speech.voice import Region

DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_MUOI: Final = {5: "lăm"}
_AFTER_TENS: Final = {1: "mốt", 4: "tư", 5: "lăm"}
"""Digits that change their word after ``mười``, and after twenty and the higher tens."""

_LETTERS: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "a|bê|xê|đê|e|ép|giê|hát|i|gi|ca|lờ|mờ|nờ|o|pê|quy|rờ|sờ|tê|u|vê|vê kép|ích|y dài|dét".split("|"),
        strict=True,
    )
)
_BILLION: Final = 1_000_000_000
_APRIL: Final = 4
_LAST_EARLY_DAY: Final = 10
"""The first ten days of a month are ``mùng`` in the north."""

_THOUSAND: Final = {Region.NORTH: "nghìn", Region.SOUTH: "ngàn"}
_AND: Final = {Region.NORTH: "linh", Region.SOUTH: "lẻ"}


class Vietnamese(Speaker):
    """Vietnamese in the words of one region."""

    def __init__(self, region: Region) -> None:
        """Use the words of this region."""
        self._region = region
        self._thousand = _THOUSAND[region]
        self._and = _AND[region]

    @override
    def library(self) -> frozenset[str]:
        counting = (*DIGITS, "mười", "mươi", "mốt", "tư", "lăm", "trăm", "triệu", "tỷ", "phẩy", "âm", "số", "cộng")
        calendar = ("ngày", "mùng", "tháng", "năm", "giờ", "phút", "giây")
        units = ("phần trăm", "đồng", "đô la", "xu")
        said = (self._thousand, self._and, *self.once_more())
        return frozenset((*counting, *calendar, *units, *said, *_LETTERS.values()))

    @override
    def number(self, number: Decimal) -> Words:
        sign = ("âm",) if number < 0 else ()
        fraction = fraction_digits(number)
        point = ("phẩy", *self.characters(fraction)) if fraction else ()
        return (*sign, *self._cardinal(int(abs(number))), *point)

    @override
    def numbered(self, number: int) -> Words:
        return ("số", *self._cardinal(number))

    @override
    def characters(self, text: str) -> Words:
        return tuple("cộng" if one == "+" else _LETTERS.get(one) or DIGITS[int(one)] for one in text)

    @override
    def day(self, day: date) -> Words:
        early = ("mùng",) if self._region is Region.NORTH and day.day <= _LAST_EARLY_DAY else ()
        month = ("tư",) if day.month == _APRIL else self._cardinal(day.month)
        return ("ngày", *early, *self._cardinal(day.day), "tháng", *month, "năm", *self._cardinal(day.year))

    @override
    def time(self, time: TimeOfDay) -> Words:
        seconds = () if time.second is None else (*self._cardinal(time.second), "giây")
        minutes = (*self._cardinal(time.minute), "phút") if time.minute or seconds else ()
        return (*self._cardinal(time.hour), "giờ", *minutes, *seconds)

    @override
    def moment(self, day: date, time: TimeOfDay) -> Words:
        return (*self.time(time), *self.day(day))

    @override
    def percent(self, number: Decimal) -> Words:
        return (*self.number(number), "phần trăm")

    @override
    def money(self, amount: Decimal, currency: Currency) -> Words:
        if currency is Currency.VND:
            return (*self.number(amount), "đồng")
        cents = minor_units(amount)
        if cents is None:
            return (*self.number(amount), "đô la")
        return (*self._cardinal(int(amount)), "đô la", *self._cardinal(cents), "xu")

    @override
    def once_more(self) -> Words:
        return ("xin nhắc lại",)

    def _cardinal(self, number: int) -> Words:
        """Read by groups of three digits; a group of zeros is left out, and the next one is then read in full."""
        if number == 0:
            return (DIGITS[0],)
        billions, rest = divmod(number, _BILLION)
        above = (*self._cardinal(billions), "tỷ") if billions else ()
        groups = ((rest // 1_000_000, "triệu"), (rest // 1000 % 1000, self._thousand), (rest % 1000, ""))
        said: list[Words] = [above]
        for group, name in groups:
            if group:
                said.append((*self._group(group, in_full=any(said)), *([name] if name else [])))
        return tuple(chain.from_iterable(said))

    def _group(self, group: int, *, in_full: bool) -> Words:
        """Read a group of up to three digits, with its missing hundreds when other groups went before."""
        hundreds, below = divmod(group, 100)
        hundred = (DIGITS[hundreds], "trăm") if hundreds or in_full else ()
        tens, units = divmod(below, 10)
        if tens == 0:
            between = (self._and,) if hundred and units else ()
            return (*hundred, *between, *([DIGITS[units]] if units else []))
        ten = ("mười",) if tens == 1 else (DIGITS[tens], "mươi")
        changed = _AFTER_MUOI if tens == 1 else _AFTER_TENS
        return (*hundred, *ten, *([changed.get(units, DIGITS[units])] if units else []))
