"""A text that is encrypted where it is stored: a number of a campaign with ``enable_encrypt``, a callback with one."""

from collections.abc import Mapping
from typing import Final, Self

from worker.domain.json_value import Json

NUMBER_COPY: Final = "phone_number"


class HiddenText(str):
    """A text that rules and adapters read like any other, and that says how it is written to the database.

    A number that was read keeps its stored form, so that a call row gets that of its lead without another key.
    """

    __slots__ = ("key", "stored")
    key: str
    """The id of the key that encrypts it."""
    stored: str
    """Its form in the row that it was read from; empty when it is new."""

    def __new__(cls, text: str, key: str = "", stored: str = "") -> Self:
        """Take the text, and the id of its key."""
        found = super().__new__(cls, text)
        found.key, found.stored = key, stored
        return found


def hidden(text: str, *, key: str) -> str:
    """Return the text as one that this key encrypts; without a key it is stored in clear."""
    return HiddenText(text, key) if key else text


def hidden_like(text: str, other: str) -> str:
    """Return the text as one that is stored encrypted when the other is: a callback as its call's number."""
    return HiddenText(text, other.key) if isinstance(other, HiddenText) else text


def without_copy(additional: Mapping[str, Json]) -> dict[str, Json]:
    """Return a lead's own data without the number: requests for calls with a code put a copy of it there."""
    return {name: value for name, value in additional.items() if name != NUMBER_COPY}


def is_hidden(text: str) -> bool:
    """Return True for a text that is stored encrypted."""
    return isinstance(text, HiddenText)
