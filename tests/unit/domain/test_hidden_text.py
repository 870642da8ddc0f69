"""Texts that are stored encrypted are texts like others, and keep how they are stored."""

from copy import deepcopy
from dataclasses import asdict, dataclass

from worker.domain.hidden_text import HiddenText, hidden, hidden_like, is_hidden


@dataclass(frozen=True)
class Row:
    phone: str


def test_a_hidden_text_equals_the_text() -> None:
    assert (hidden("098", key="k"), {hidden("098", key="k")}) == ("098", {"098"})


def test_without_a_key_a_text_stays_in_clear() -> None:
    assert [is_hidden(hidden("098", key=key)) for key in ("", "k")] == [False, True]


def test_a_copy_keeps_key_and_stored_form() -> None:
    text = HiddenText("098", "k", "1:k:x")
    for copied in (deepcopy(text), asdict(Row(text))["phone"]):
        assert isinstance(copied, HiddenText)
        assert (copied, copied.key, copied.stored) == ("098", "k", "1:k:x")


def test_a_text_is_hidden_as_another_is_but_has_a_form_of_its_own() -> None:
    body = hidden_like("{}", HiddenText("098", "k", "1:k:x"))
    assert isinstance(body, HiddenText)
    assert (body, body.key, body.stored) == ("{}", "k", "")
    assert not is_hidden(hidden_like("{}", "098"))
