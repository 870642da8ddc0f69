"""Text in one form, whatever way it takes: ASCII and printable text take a short one."""

import sys
import unicodedata
from typing import Final

import pytest

from worker.domain.text import dialled_characters, plain_name

LONG_WAY: Final = "\uff11"
"""A 1 of full width: a text with it is read character by character."""


@pytest.mark.parametrize("code", range(128))
def test_each_ascii_character_of_a_number_is_read_alike_on_both_ways(code: int) -> None:
    written = f"09{chr(code)}81"

    assert dialled_characters(written) + "1" == dialled_characters(written + LONG_WAY)


def test_no_printable_character_is_a_mark_that_nobody_sees() -> None:
    unseen = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"]

    assert not [one for one in unseen if one.isprintable()]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (" An ", "An"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("\u200bAn\u200e", "An"),
        ("An\u00a0", "An"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("An\tBình", "An\tBình"),
    ],
)
def test_a_name_has_one_form(written: str, name: str) -> None:
    assert plain_name(written) == name
