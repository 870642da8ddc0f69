"""The columns of hidden numbers and of callbacks that hold one: here they are opened and sealed, and nowhere else.

Rows of campaigns without ``enable_encrypt`` hold plain text, for which nothing is done but a look at its beginning. A
number is encrypted so that equal numbers have equal forms (AES-SIV): unique constraints and look-ups work on the
column itself. A form sorts behind all numbers and before what stands for a removed one.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, Dialect, String, Text
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from worker.domain.hidden_text import HiddenText
from worker.domain.secret_place import SecretPlace
from worker.store.base.keyring import SEALED, SEALED_NUMBER, key_id_of, number_key_id
from worker.store.base.sealing import keyring_of

BEHIND_SEALED_NUMBERS: Final = "2"
"""No number begins with another digit than 0; sealed ones begin with 1."""
IN_CLEAR: Final = ("0", SEALED_NUMBER[0])
"""From where to where numbers in clear sort."""
SEALED_RANGE: Final = (SEALED_NUMBER[0], BEHIND_SEALED_NUMBERS)
"""From where to where sealed numbers sort."""


class Phone(TypeDecorator[str]):
    """A number: a ``HiddenText`` when it is stored encrypted, otherwise as it stands."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return stored_number(value, dialect) if isinstance(value, HiddenText) else value

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith(SEALED_NUMBER):
            return value
        return HiddenText(keyring_of(dialect).open_number(value), number_key_id(value), value)


class CallbackBody(TypeDecorator[str]):
    """A callback's body: a ``HiddenText`` when it holds a number that is stored encrypted."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if not isinstance(value, HiddenText):
            return value
        return value.stored or keyring_of(dialect).seal(value, place=SecretPlace.CALLBACK_BODY, key=value.key)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith(SEALED):
            return value
        opened = keyring_of(dialect).unseal(value, place=SecretPlace.CALLBACK_BODY)
        return HiddenText(opened, key_id_of(value), value)


def stored_number(phone: str, dialect: Dialect) -> str:
    """Return the form in which a number is stored."""
    if not isinstance(phone, HiddenText):
        return phone
    return phone.stored or keyring_of(dialect).seal_number(phone, key=phone.key)


def forms_of(connection: Connection, phones: Iterable[str]) -> list[str]:
    """Return all forms in which numbers may be stored: in clear, and encrypted with each key of this process."""
    keyring, numbers = keyring_of(connection.dialect), [str(phone) for phone in phones]
    return numbers + [keyring.seal_number(phone, key=key) for key in keyring.ids for phone in numbers]
