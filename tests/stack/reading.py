"""A debt reminder as a person would read it aloud in northern Vietnamese, written without the product's own rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from random import Random
from typing import Any, Final

DIGITS: Final = "không một hai ba bốn năm sáu bảy tám chín".split()
AFTER_TENS: Final[dict[int, list[str]]] = {0: [], 1: ["mốt"], 4: ["tư"], 5: ["lăm"]}
SCALES: Final[tuple[list[str], ...]] = (["tỷ"], ["triệu"], ["nghìn"], [])
GREETING, DEBT, DUE = "Kính chào", "Quý khách còn nợ", "hạn trả"
INVITATION: Final = "Bấm phím 1 để xác nhận, phím 2 để gặp nhân viên."
CONFIRMED, STOPPED, WRONG, GOODBYE = "Cảm ơn quý khách.", "Chúng tôi sẽ không gọi nữa.", "Phím không đúng.", "Tạm biệt."
EXTENSION: Final = "101"
TEMPLATE: Final[dict[str, Any]] = {  # Any: JSON
    "voice_type": "tts",
    "voice_tts": "north-f-01",
    "content": f"{GREETING} {{{{name}}}}. {DEBT} [[amount]] đồng, {DUE} {{{{due}}}}. {INVITATION}",
    "enable_option": True,
    "press_options": [
        {"press_num": "1", "type": "say", "content": CONFIRMED},
        {"press_num": "2", "type": "transfer", "extension": EXTENSION},
        {"press_num": "9", "type": "opt_out", "content": STOPPED},
    ],
    "invalid_sound": {"content": WRONG},
    "exit_sound": {"content": GOODBYE},
    "press_timeout": 1,
    "max_timeout": 1,
}
LETTERS: Final = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
"""Every letter of Vietnamese that is not one of the Latin alphabet's."""
AMOUNTS: Final = (1_000_000_000, 999_999_999, 1_000, 5, 21_015_004, 500_000_105, 10_410_000)
MANNERS: Final = ("00", "01", "02", "09", "50", "61", "07", "62", "69", "00")
"""The digits before a number's last one, by which the simulated switch knows what its callee does."""


@dataclass(frozen=True)
class Debtor:
    """One lead, and what its callee does."""

    phone: str
    name: str
    amount: int
    due: date
    is_iso: bool
    """True: the date was written as 2026-03-05, else as 05/03/2026."""

    @property
    def row(self) -> dict[str, Any]:  # Any: JSON
        """Return the lead as it is imported."""
        due = self.due.isoformat() if self.is_iso else self.due.strftime("%d/%m/%Y")
        additional = {"name": self.name, "amount": str(self.amount), "due": due}
        return {"phone_number": self.phone, "additional": additional}

    @property
    def keys(self) -> list[str]:
        """Return the keys that the callee presses."""
        manner, key = self.phone[-3], self.phone[-2]
        return [] if key == "0" else (["8"] if manner == "6" else []) + [key]

    @property
    def hangs_up(self) -> bool:
        """Return whether the callee hangs up in the middle."""
        return self.phone[-3] == "5"

    @property
    def prompt(self) -> list[str]:
        """Return the whole message, each text and each word."""
        amount, due = number_in_words(self.amount), date_in_words(self.due)
        return [GREETING, self.name, DEBT, *amount, "đồng", DUE, *due, INVITATION]


def debtors(count: int) -> list[Debtor]:
    """Return so many leads; every letter, many amounts and dates, and every manner are among them."""
    chance, letters, manners = Random(17), cycle(LETTERS), cycle(MANNERS)
    return [
        Debtor(
            phone=f"0981{place:03d}{next(manners)}0",
            name=f"Nguyễn Th{next(letters)}m L{next(letters)}nh",
            amount=AMOUNTS[place] if place < len(AMOUNTS) else chance.randrange(1, 10 ** chance.randint(1, 9)),
            due=date.fromordinal(chance.randint(date(2026, 1, 1).toordinal(), date(2027, 12, 31).toordinal())),
            is_iso=place % 2 == 0,
        )
        for place in range(count)
    ]


def number_in_words(number: int) -> list[str]:
    """Return a number below 10¹² in words."""
    groups = [number // 10**power % 1000 for power in (9, 6, 3, 0)]
    said: list[str] = []
    for group, scale in zip(groups, SCALES, strict=True):
        if group:
            said += [*_group(group, is_first=not said), *scale]
    return said or ["không"]


def date_in_words(day: date) -> list[str]:
    """Return "ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu"."""
    mung = ["mùng"] if day.day <= 10 else []
    month = ["tư"] if day.month == 4 else number_in_words(day.month)
    return ["ngày", *mung, *number_in_words(day.day), "tháng", *month, "năm", *number_in_words(day.year)]


def _group(group: int, *, is_first: bool) -> list[str]:
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    said = [DIGITS[hundreds], "trăm"] if hundreds or not is_first else []
    match tens, units:
        case 0, 0:
            return said
        case 0, _:
            return [*said, *(["linh"] if said else []), DIGITS[units]]
        case 1, _:
            return [*said, "mười", *([] if units == 0 else ["lăm"] if units == 5 else [DIGITS[units]])]
        case _:
            return [*said, DIGITS[tens], "mươi", *AFTER_TENS.get(units, [DIGITS[units]])]


def is_start_of(heard: Sequence[str], whole: Sequence[str]) -> bool:
    """Return whether the first is how the second begins."""
    return list(whole[: len(heard)]) == list(heard)
