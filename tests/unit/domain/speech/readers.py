"""Listeners who know how Vietnamese and English are understood, and nothing of how the product composes them."""

import re
from collections.abc import Sequence
from datetime import date

VI_UNITS = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
}
VI_POWERS = (("tỷ", 10**9), ("triệu", 10**6), ("nghìn", 10**3), ("ngàn", 10**3), ("trăm", 100))
WRONG_IN_VIETNAMESE = re.compile(
    r"""mươi\ (?:một|bốn|năm)\b  # mốt, tư and lăm follow mươi
    | mười\ (?:mốt|tư|năm)\b
    | (?<!mươi\ )(?:mốt|tư)\b
    | (?<!mươi\ )(?<!mười\ )lăm\b
    | (?:linh|lẻ)\ (?:lăm|mốt|tư|mười|không)\b
    | (?:một|không)\ mươi\b
    | (?:^|tỷ\ |triệu\ |nghìn\ |ngàn\ )không\ (?:tỷ|triệu|nghìn|ngàn)\b  # a group of zeros is left out""",
    re.VERBOSE,
)
EN_UNITS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
EN_TENS = {f"{word}ty": 10 * n for n, word in enumerate("twen thir for fif six seven eigh nine".split(), start=2)}
EN_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
EN_ORDINALS = {"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine"}
MONTHS = "January February March April May June July August September October November December".split()


def vietnamese_number(words: Sequence[str]) -> int:
    """Understand a number: what stands before a power is multiplied by it, what stands behind it is added."""
    broken = WRONG_IN_VIETNAMESE.search(" ".join(words))
    assert broken is None, broken
    return _vietnamese(list(words))


def _vietnamese(words: list[str]) -> int:
    for name, power in VI_POWERS:
        if name in words:
            at = len(words) - 1 - words[::-1].index(name)
            return _vietnamese(words[:at]) * power + _vietnamese(words[at + 1 :])
    if words[:1] in (["linh"], ["lẻ"]):
        words = words[1:]
    if words[:1] == ["mười"]:
        return 10 + _vietnamese(words[1:])
    if words[1:2] == ["mươi"]:
        return VI_UNITS[words[0]] * 10 + _vietnamese(words[2:])
    if not words:
        return 0
    (only,) = words
    return VI_UNITS[only]


def vietnamese_date(words: Sequence[str]) -> date:
    """Understand "ngày … tháng … năm …"; only the months eleven and twelve have two words."""
    assert words[0] == "ngày"
    month_at = words.index("tháng")
    day = [word for word in words[1:month_at] if word != "mùng"]
    rest = list(words[month_at + 1 :])
    year_at = 2 if rest[0] == "mười" and rest[1] in {"một", "hai"} else 1
    assert rest[year_at] == "năm"
    month = 4 if rest[:year_at] == ["tư"] else vietnamese_number(rest[:year_at])
    return date(vietnamese_number(rest[year_at + 1 :]), month, vietnamese_number(day))


def english_number(words: Sequence[str]) -> int:
    """Understand a number: words add up until a scale multiplies them."""
    total, group = 0, 0
    for word in words:
        if word == "hundred":
            group *= 100
        elif word in EN_SCALES:
            total, group = total + group * EN_SCALES[word], 0
        else:
            group += EN_UNITS[word] if word in EN_UNITS else EN_TENS[word]
    return total + group


def english_ordinal(words: Sequence[str]) -> int:
    """Understand "twenty first"."""
    last = words[-1]
    cardinal = EN_ORDINALS.get(last) or ("twelve" if last == "twelfth" else re.sub("ieth$", "y", last))
    return english_number([*words[:-1], cardinal if cardinal != last else last.removesuffix("th")])


def english_date(words: Sequence[str]) -> date:
    """Understand "November twenty ninth twenty twenty six"."""
    length = 2 if words[1] in EN_TENS else 1
    return date(_english_year(words[1 + length :]), MONTHS.index(words[0]) + 1, english_ordinal(words[1 : 1 + length]))


def _english_year(words: Sequence[str]) -> int:
    if "thousand" in words or "hundred" in words:
        return english_number(words)
    halves = [english_number([word]) if word != "oh" else 0 for word in words]
    for cut in range(1, len(words)):
        century, rest = halves[:cut], halves[cut:]
        if sum(century) >= 10 and (len(century) == 1 or century[0] >= 20) and _is_two_digits(words[cut:], rest):
            return sum(century) * 100 + sum(rest)
    raise AssertionError(words)


def _is_two_digits(words: Sequence[str], numbers: Sequence[int]) -> bool:
    if words[0] == "oh":
        return len(words) == 2
    return numbers[0] >= 10 and (len(numbers) == 1 or (numbers[0] >= 20 and len(numbers) == 2))
