"""The called number in the form that a carrier's trunk wants."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.network import national_form
from worker.domain.number_format import PREFIX_PATTERN, NumberFormat, dialled_form, is_dialled_form, is_prefix_of


@pytest.mark.parametrize(
    ("phone", "national", "e164", "plus_e164"),
    [
        ("0912345678", "0912345678", "84912345678", "+84912345678"),
        ("02412345678", "02412345678", "842412345678", "+842412345678"),
        ("19001234", "19001234", "19001234", "+19001234"[1:]),
        ("113", "113", "113", "113"),
    ],
)
def test_a_number_in_each_format(phone: str, national: str, e164: str, plus_e164: str) -> None:
    assert dialled_form(phone, NumberFormat.NATIONAL) == national
    assert dialled_form(phone, NumberFormat.E164) == e164
    assert dialled_form(phone, NumberFormat.PLUS_E164) == plus_e164


@given(digits=st.from_regex(r"[35789][0-9]{8}|2[0-9]{9}", fullmatch=True), number_format=st.sampled_from(NumberFormat))
def test_each_form_is_read_as_the_same_number(digits: str, number_format: NumberFormat) -> None:
    assert national_form(dialled_form("0" + digits, number_format)) == "0" + digits


@given(
    prefix=st.text(alphabet="09*#+", max_size=4),
    digits=st.from_regex(r"0[35789][0-9]{8}", fullmatch=True),
    number_format=st.sampled_from(NumberFormat),
)
def test_a_prefix_is_one_exactly_if_it_can_be_dialled_before_any_number(
    prefix: str, digits: str, number_format: NumberFormat
) -> None:
    can_be_dialled = is_dialled_form(prefix + dialled_form(digits, number_format))

    assert is_prefix_of(number_format, prefix) == can_be_dialled
    assert re.match(PREFIX_PATTERN, prefix) or not can_be_dialled
