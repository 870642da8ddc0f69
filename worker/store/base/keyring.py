"""Encrypts what is secret at rest, with the operator's keys: AES-256-GCM, a fresh nonce for each value.

`cryptography` is imported when the first value is sealed or read, because many processes and all installations without
a key never need it (10 ms, 4 MiB).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from worker.domain.errors import Invalid, Unavailable
from worker.domain.secret_place import SecretPlace

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

SEALED: Final = "sealed:1:"
"""Begins every encrypted value; the key's id, the nonce and the encrypted bytes follow."""
ID_LENGTH: Final = 8
SEALED_NUMBER: Final = "1:"
"""Begins every encrypted phone number; the key's id and the encrypted bytes follow."""
HEAD_LENGTH: Final = len(SEALED) + ID_LENGTH
"""The characters of a value that say whether it is encrypted, and with which key."""
NONCE_BYTES: Final = 12


class SecretUnreadable(Unavailable):
    """A stored value cannot be decrypted with this process's keys; it stays as it is until a process has the key."""


def key_id(key: bytes) -> str:
    """Return the public name of a key, from which nothing follows about it."""
    return hmac.new(key, b"callbeat secret key", hashlib.sha256).hexdigest()[:ID_LENGTH]


def key_id_of(stored: str) -> str:
    """Return the id of the key that encrypted the value, or of its first characters; empty when it is in clear."""
    return stored[len(SEALED) : HEAD_LENGTH] if stored.startswith(SEALED) else ""


def number_key_id(stored: str) -> str:
    """Return the id of the key that encrypted a number, or of its first characters; empty when it is in clear."""
    begins = len(SEALED_NUMBER)
    return stored[begins : begins + ID_LENGTH] if stored.startswith(SEALED_NUMBER) else ""


class Keyring:
    """The keys of a process, the first of which is the newest."""

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        """Hold these keys of 32 bytes."""
        self._keys = {key_id(key): key for key in keys}
        self._of_numbers: dict[str, AESSIV] = {}

    @property
    def ids(self) -> list[str]:
        """Return the ids of the keys, the newest first."""
        return list(self._keys)

    def require(self, key: str) -> None:
        """Raise ``SecretUnreadable`` when this process does not have the key of that id."""
        self._key(key)

    def seal(self, text: str, *, place: SecretPlace, key: str) -> str:
        """Return the text encrypted with the key of that id; it can be read only in the same place."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see the module

        nonce = os.urandom(NONCE_BYTES)
        hidden = AESGCM(self._key(key)).encrypt(nonce, text.encode(), place.encode())
        return f"{SEALED}{key}:{base64.b64encode(nonce + hidden).decode()}"

    def unseal(self, stored: str, *, place: SecretPlace) -> str:
        """Return the text of a stored value, which may be in clear. Raises ``SecretUnreadable``."""
        key = key_id_of(stored)
        if not key:
            return stored
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see the module
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            hidden = base64.b64decode(stored[HEAD_LENGTH + 1 :])
            opened = AESGCM(self._key(key)).decrypt(hidden[:NONCE_BYTES], hidden[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable(f"a value of {place} was changed in the database and cannot be decrypted") from error
        return opened.decode()

    def seal_number(self, phone: str, *, key: str) -> str:
        """Return a number encrypted with the key of that id; equal numbers have equal forms."""
        hidden = self._siv(key).encrypt(phone.encode(), None)
        return f"{SEALED_NUMBER}{key}:{base64.urlsafe_b64encode(hidden).decode()}"

    def open_number(self, stored: str) -> str:
        """Return the number of a stored form. Raises ``SecretUnreadable``."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see the module

        key = number_key_id(stored)
        try:
            hidden = base64.urlsafe_b64decode(stored[len(SEALED_NUMBER) + ID_LENGTH + 1 :])
            return self._siv(key).decrypt(hidden, None).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable("a number was changed in the database and cannot be decrypted") from error

    def _siv(self, key: str) -> "AESSIV":
        found = self._of_numbers.get(key)
        if found is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - see the module

            derived = hmac.new(self._key(key), b"callbeat numbers", hashlib.sha512).digest()
            found = self._of_numbers[key] = AESSIV(derived)
        return found

    def _key(self, wanted: str) -> bytes:
        if wanted not in self._keys:
            raise SecretUnreadable(
                f"secrets in the database are encrypted with the key {wanted}, which CALLBEAT_SECRET_KEY does not have"
            )
        return self._keys[wanted]


def refuse_sealed_form(text: str) -> str:
    """Return the text. Raises ``Invalid`` when it would be taken for an encrypted value."""
    if text.startswith(SEALED):
        raise Invalid(f"a secret must not begin with {SEALED}")
    return text
