"""Seals and reads secrets in the columns of one connection's database."""

from functools import cached_property
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Engine, select

from worker.domain.secret_place import SecretPlace
from worker.store.base.keyring import Keyring, refuse_sealed_form
from worker.store.base.secret_tables import secret_keys

KEYRING: Final = "callbeat_keyring"
"""The engine's execution option that holds the process's keys."""

_OF_DATABASES: Final[WeakKeyDictionary[Dialect, Keyring]] = WeakKeyDictionary()
"""The keys of each engine, by its dialect: all that SQLAlchemy passes to the type of a column."""
_NO_KEYS: Final = Keyring()

PRESENT_KEY: Final = select(secret_keys.c.id).order_by(secret_keys.c.used_since.desc(), secret_keys.c.id).limit(1)


def keep_keyring(engine: Engine, keyring: Keyring) -> None:
    """Make the engine's connections seal and read with these keys."""
    engine.update_execution_options(**{KEYRING: keyring})
    _OF_DATABASES[engine.dialect] = keyring


def keyring_of(dialect: Dialect) -> Keyring:
    """Return the keys of the engine that has this dialect."""
    return _OF_DATABASES.get(dialect, _NO_KEYS)


class Sealer:
    """Encrypts with the key that the database names, and not at all before an operator has begun to.

    So every process can read what the others write while a release or a key is rolled out.
    """

    def __init__(self, connection: Connection) -> None:
        """Use the keys of the connection's engine."""
        self._connection = connection
        self._keyring: Keyring = connection.get_execution_options().get(KEYRING, Keyring())

    @cached_property
    def present_key(self) -> str:
        """Return the id of the key that encrypts; empty while values are stored in clear."""
        return self._connection.scalar(PRESENT_KEY) or ""

    def seal(self, text: str, *, place: SecretPlace) -> str:
        """Return the form in which the text is stored. Raises ``SecretUnreadable`` without the key that is in use."""
        refuse_sealed_form(text)
        if not text or not self.present_key:
            return text
        return self._keyring.seal(text, place=place, key=self.present_key)

    def require_key(self) -> None:
        """Raise ``SecretUnreadable`` when this process does not have the key that is in use, if there is one."""
        if self.present_key:
            self._keyring.require(self.present_key)

    def unseal(self, stored: str, *, place: SecretPlace) -> str:
        """Return the text of a stored value. Raises ``SecretUnreadable``."""
        return self._keyring.unseal(stored, place=place)
