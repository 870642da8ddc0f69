"""Phone numbers: every way of writing one gives one form, and what no campaign may dial says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.network import NotDialable, is_national, national_form


@pytest.mark.parametrize(
    "text",
    ["0981234567", "84981234567", "+84981234567", "0084981234567", "098 123 45 67", "098.123.4567", "098-123-4567",
     "(098) 1234567", "+84 (0) 98 123 45 67", " 0981234567\t", "098\u00a0123\u00a04567",
     "\u202a0981234567\u202c", "\u200e098\u200b1234567\ufeff", "098\u2013123\u20134567", "098\u2011123\u20144567",
     "098\u2212123\u22124567", "\uff10\uff19\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "\uff0b84 981 234 567",
     "tel:+84981234567", "TEL:0981234567", "\u2068tel:\u2069 098\u3000123\uff0d4567"],
)  # fmt: skip
def test_every_way_of_writing_gives_one_form(text: str) -> None:
    assert national_form(text) == "0981234567"


@given(st.from_regex("0[0-9]{8,11}", fullmatch=True))
def test_a_number_that_needs_no_work_is_what_the_rules_say(text: str) -> None:
    """The rules are tried with the country's code in front, which the short cut does not take."""
    assert not is_national(f"+84{text}")
    try:
        by_rules = national_form(f"+84{text}")
    except NotDialable:
        by_rules = ""

    assert is_national(text) == (by_rules == text)


@pytest.mark.parametrize(
    ("text", "national"),
    [
        ("0841234567", "0841234567"),  # a prefix that looks like the country's code
        ("84841234567", "0841234567"),
        ("02412345678", "02412345678"),
        ("842412345678", "02412345678"),
        ("0084 2036 123 456", "02036123456"),
    ],
)
def test_the_countrys_code_is_told_from_a_prefix(text: str, national: str) -> None:
    assert national_form(text) == national


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("01621234567", "0321234567"),
        ("01691234567", "0391234567"),
        ("01201234567", "0701234567"),
        ("01211234567", "0791234567"),
        ("01221234567", "0771234567"),
        ("01261234567", "0761234567"),
        ("01281234567", "0781234567"),
        ("01231234567", "0831234567"),
        ("01241234567", "0841234567"),
        ("01251234567", "0851234567"),
        ("01271234567", "0811234567"),
        ("01291234567", "0821234567"),
        ("01861234567", "0561234567"),
        ("01881234567", "0581234567"),
        ("01991234567", "0591234567"),
        ("+84 168 123 4567", "0381234567"),
    ],
)
def test_an_eleven_digit_mobile_is_converted(old: str, new: str) -> None:
    assert national_form(old) == new


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("18001234", "toll-free"),
        ("1800 123456", "toll-free"),
        ("+84 1800 1234", "toll-free"),
        ("19001234", "premium"),
        ("1900123456", "premium"),
        ("06912345678", "069"),
        ("0691234567", "069"),
        ("113", "short code"),
        ("12345", "short code"),
        ("01611234567", "no eleven-digit mobile number began with 0161"),
        ("0" * 70, "too long"),
    ],
)
def test_what_no_campaign_may_dial_says_why(text: str, why: str) -> None:
    with pytest.raises(NotDialable, match=why):
        national_form(text)


@pytest.mark.parametrize(
    "text",
    ["", "0123", "098123456", "09812345678", "0|81234567", "84841234", "+1 212 555 0100", "٠٩٨١٢٣٤٥٦٧", "0981234567x",
     "0201234567", "0123456789", "981234567", "00981234567", "0 0981234567", "+0981234567"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotDialable, match="not a Vietnamese phone number"):
        national_form(text)
