"""Numbers, dates and times are understood as they were meant, and said with words of the library only."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.speech.readers import (
    english_date,
    english_number,
    english_ordinal,
    vietnamese_date,
    vietnamese_number,
)
from worker.domain.speech.english import English
from worker.domain.speech.speaker import LARGEST_NUMBER, Currency, Speaker, TimeOfDay, Words
from worker.domain.speech.vietnamese import Vietnamese
from worker.domain.speech.voice import Region

NORTH = Vietnamese(Region.NORTH)
SOUTH = Vietnamese(Region.SOUTH)
ENGLISH = English()
SPEAKERS = {"north": NORTH, "south": SOUTH, "english": ENGLISH}
FIRST_DAY = date(1900, 1, 1)
DAYS = 200 * 365 + 48
"""Days of the years 1900 to 2099."""

numbers = st.integers(0, 10**6) | st.integers(0, LARGEST_NUMBER) | st.integers(0, 999).map(lambda n: n * 10**9 + 5)
clock_times = st.builds(TimeOfDay, st.integers(0, 23), st.integers(0, 59), st.none() | st.integers(0, 59))


def understood(speaker: Speaker, words: Words) -> int:
    return english_number(words) if speaker is ENGLISH else vietnamese_number(words)


def understood_date(speaker: Speaker, words: Words) -> date:
    return english_date(words) if speaker is ENGLISH else vietnamese_date(words)


@pytest.mark.parametrize(
    ("number", "north", "south"),
    [
        (0, "không", "không"),
        (4, "bốn", "bốn"),
        (10, "mười", "mười"),
        (11, "mười một", "mười một"),
        (14, "mười bốn", "mười bốn"),
        (15, "mười lăm", "mười lăm"),
        (20, "hai mươi", "hai mươi"),
        (21, "hai mươi mốt", "hai mươi mốt"),
        (24, "hai mươi tư", "hai mươi tư"),
        (55, "năm mươi lăm", "năm mươi lăm"),
        (101, "một trăm linh một", "một trăm lẻ một"),
        (104, "một trăm linh bốn", "một trăm lẻ bốn"),
        (105, "một trăm linh năm", "một trăm lẻ năm"),
        (110, "một trăm mười", "một trăm mười"),
        (1000, "một nghìn", "một ngàn"),
        (1005, "một nghìn không trăm linh năm", "một ngàn không trăm lẻ năm"),
        (1015, "một nghìn không trăm mười lăm", "một ngàn không trăm mười lăm"),
        (21_000, "hai mươi mốt nghìn", "hai mươi mốt ngàn"),
        (1_000_001, "một triệu không trăm linh một", "một triệu không trăm lẻ một"),
        (10_410_000, "mười triệu bốn trăm mười nghìn", "mười triệu bốn trăm mười ngàn"),
        (1_005_000, "một triệu không trăm linh năm nghìn", "một triệu không trăm lẻ năm ngàn"),
        (10**9, "một tỷ", "một tỷ"),
        (10**12, "một nghìn tỷ", "một ngàn tỷ"),
        (-24, "âm hai mươi tư", "âm hai mươi tư"),
    ],
)
def test_vietnamese_numbers(number: int, north: str, south: str) -> None:
    assert " ".join(NORTH.number(Decimal(number))) == north
    assert " ".join(SOUTH.number(Decimal(number))) == south


@pytest.mark.parametrize(
    ("number", "vietnamese", "english"),
    [
        ("12.5", "mười hai phẩy năm", "twelve point five"),
        ("0.05", "không phẩy không năm", "zero point zero five"),
        ("-0.5", "âm không phẩy năm", "minus zero point five"),
        ("3.00", "ba", "three"),
        ("1500", "một nghìn năm trăm", "one thousand five hundred"),
        ("999000000000000", "chín trăm chín mươi chín nghìn tỷ", "nine hundred ninety nine trillion"),
    ],
)
def test_numbers_with_a_point(number: str, vietnamese: str, english: str) -> None:
    assert " ".join(NORTH.number(Decimal(number))) == vietnamese
    assert " ".join(ENGLISH.number(Decimal(number))) == english


@pytest.mark.parametrize(
    ("amount", "currency", "vietnamese", "english"),
    [
        ("1500000", Currency.VND, "một triệu năm trăm nghìn đồng", "one million five hundred thousand dong"),
        ("1", Currency.USD, "một đô la", "one dollar"),
        ("15.50", Currency.USD, "mười lăm đô la năm mươi xu", "fifteen dollars fifty cents"),
        ("15.5", Currency.USD, "mười lăm đô la năm mươi xu", "fifteen dollars fifty cents"),
        ("0.01", Currency.USD, "không đô la một xu", "zero dollars one cent"),
        ("-0.5", Currency.USD, "âm không phẩy năm đô la", "minus zero point five dollars"),
    ],
)
def test_money_has_its_word(amount: str, currency: Currency, vietnamese: str, english: str) -> None:
    assert " ".join(NORTH.money(Decimal(amount), currency)) == vietnamese
    assert " ".join(ENGLISH.money(Decimal(amount), currency)) == english


@pytest.mark.parametrize(
    ("day", "north", "south", "english"),
    [
        (
            date(2026, 4, 5),
            "ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi sáu",
            "ngày năm tháng tư năm hai ngàn không trăm hai mươi sáu",
            "April fifth twenty twenty six",
        ),
        (
            date(2005, 12, 31),
            "ngày ba mươi mốt tháng mười hai năm hai nghìn không trăm linh năm",
            "ngày ba mươi mốt tháng mười hai năm hai ngàn không trăm lẻ năm",
            "December thirty first two thousand five",
        ),
        (
            date(1905, 1, 24),
            "ngày hai mươi tư tháng một năm một nghìn chín trăm linh năm",
            "ngày hai mươi tư tháng một năm một ngàn chín trăm lẻ năm",
            "January twenty fourth nineteen oh five",
        ),
    ],
)
def test_dates(day: date, north: str, south: str, english: str) -> None:
    assert [" ".join(speaker.day(day)) for speaker in SPEAKERS.values()] == [north, south, english]


@pytest.mark.parametrize(
    ("time", "vietnamese", "english"),
    [
        (TimeOfDay(0), "không giờ", "twelve a.m."),
        (TimeOfDay(8, 5), "tám giờ năm phút", "eight oh five a.m."),
        (TimeOfDay(14, 30), "mười bốn giờ ba mươi phút", "two thirty p.m."),
        (TimeOfDay(12, 0, 1), "mười hai giờ không phút một giây", "twelve p.m. and one second"),
    ],
)
def test_times(time: TimeOfDay, vietnamese: str, english: str) -> None:
    assert " ".join(NORTH.time(time)) == vietnamese
    assert " ".join(ENGLISH.time(time)) == english


@pytest.mark.parametrize(
    ("text", "vietnamese", "english"),
    [
        ("0912", "không chín một hai", "zero nine one two"),
        ("+84", "cộng tám bốn", "plus eight four"),
        ("A5", "a năm", "A five"),
    ],
)
def test_characters_one_by_one(text: str, vietnamese: str, english: str) -> None:
    assert " ".join(NORTH.characters(text)) == vietnamese
    assert " ".join(ENGLISH.characters(text)) == english


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
def test_every_character_has_a_word_of_its_own(speaker: Speaker) -> None:
    every = speaker.characters("+0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    assert len(set(every)) == 37


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
@given(number=numbers)
def test_a_number_is_understood(speaker: Speaker, number: int) -> None:
    words = speaker.number(Decimal(number))

    assert understood(speaker, words) == number
    assert set(words) <= speaker.library()


@pytest.mark.thorough
@pytest.mark.parametrize("speaker", [NORTH, ENGLISH], ids=["vietnamese", "english"])
def test_every_number_to_a_million_is_understood(speaker: Speaker) -> None:
    assert [n for n in range(10**6 + 1) if understood(speaker, speaker.number(Decimal(n))) != n] == []


@pytest.mark.thorough
def test_numbers_differ_in_the_south_by_two_words_only() -> None:
    southern = {"nghìn": "ngàn", "linh": "lẻ"}

    assert [
        n
        for n in map(Decimal, range(0, 10**6, 7))
        if SOUTH.number(n) != tuple(southern.get(word, word) for word in NORTH.number(n))
    ] == []


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
@given(day=st.dates(FIRST_DAY, date(2099, 12, 31)))
def test_a_date_is_understood(speaker: Speaker, day: date) -> None:
    words = speaker.day(day)

    assert understood_date(speaker, words) == day
    assert set(words) <= speaker.library()


@pytest.mark.thorough
@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
def test_every_day_of_two_hundred_years_is_understood(speaker: Speaker) -> None:
    every = [FIRST_DAY + timedelta(days=n) for n in range(DAYS + 1)]

    assert every[-1] == date(2099, 12, 31)
    assert [day for day in every if understood_date(speaker, speaker.day(day)) != day] == []


@pytest.mark.parametrize("speaker", [NORTH, SOUTH], ids=["north", "south"])
@given(time=clock_times)
def test_a_vietnamese_time_is_understood(speaker: Speaker, time: TimeOfDay) -> None:
    words = list(speaker.time(time))

    hour, rest = words[: words.index("giờ")], words[words.index("giờ") + 1 :]
    minute = rest[: rest.index("phút")] if "phút" in rest else []
    second = rest[rest.index("phút") + 1 : -1] if rest[-1:] == ["giây"] else None
    assert vietnamese_number(hour) == time.hour
    assert (vietnamese_number(minute) if minute else 0) == time.minute
    assert (None if second is None else vietnamese_number(second)) == time.second
    assert set(words) <= speaker.library()


@given(time=clock_times)
def test_an_english_time_is_understood(time: TimeOfDay) -> None:
    words = list(ENGLISH.time(time))

    at = next(n for n, word in enumerate(words) if word in {"a.m.", "p.m."})
    cut = 1
    hour = english_number(words[:cut]) % 12 + (12 if words[at] == "p.m." else 0)
    minute = english_number([word for word in words[cut:at] if word != "oh"])
    second = english_number(words[at + 2 : -1]) if words[at + 1 :] else None
    assert (hour, minute, second) == (time.hour, time.minute, time.second)
    assert set(words) <= ENGLISH.library()


@pytest.mark.parametrize("number", range(1, 32))
def test_an_english_ordinal_is_understood(number: int) -> None:
    month, *ordinal = ENGLISH.day(date(2026, 1, number))[: -len(("twenty", "twenty", "six"))]

    assert (month, english_ordinal(ordinal)) == ("January", number)


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
@given(number=st.decimals(-(10**12), 10**12, places=2), currency=st.sampled_from(Currency))
def test_all_that_is_said_is_of_the_library(speaker: Speaker, number: Decimal, currency: Currency) -> None:
    said = {*speaker.money(number, currency), *speaker.percent(number), *speaker.numbered(7), *speaker.once_more()}

    assert said <= speaker.library()


def test_regions_differ_only_where_people_do() -> None:
    assert NORTH.library() - SOUTH.library() == {"nghìn", "linh"}
    assert SOUTH.library() - NORTH.library() == {"ngàn", "lẻ"}
