"""Where secrets are stored, and with which keys they are encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from pendulum import DateTime

from worker.domain.secret_place import SecretPlace


@dataclass(frozen=True, slots=True)
class Resealed:
    """A batch of values that were looked at."""

    changed: int
    """How many of them were encrypted anew."""
    after: UUID | str | None
    """Behind which row the next batch begins; None: there is no other row."""


class SecretRows(Protocol):
    """All stored secrets, and the keys by which they are encrypted."""

    def present_key(self) -> str:
        """Return the id of the key that encrypts; empty while values are stored in clear."""

    def use(self, key: str, *, now: DateTime) -> None:
        """Encrypt with this key from now on, in all processes."""

    def reseal(self, place: SecretPlace, *, after: UUID | str | None, limit: int) -> Resealed:
        """Encrypt values with the present key that are in clear or encrypted with another key, in a batch of rows."""

    def count(self, place: SecretPlace) -> Mapping[str, int]:
        """Count the values by the id of their key; those in clear have the empty id."""
