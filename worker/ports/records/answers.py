"""Answers to requests that a client may send twice: the port of the store, and its values."""

from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import TenantId


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with a client's key; of the key and of what was asked only hashes are known."""

    tenant_id: TenantId
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to the request with this fingerprint."""

    fingerprint: str
    status: int
    body: str


class Answers(Protocol):
    """Answers to requests with a key."""

    def find(self, request: KeyedRequest, *, after: DateTime) -> KeptAnswer | None:
        """Return what was answered to the key after this time; None when it is new."""

    def lock(self, request: KeyedRequest) -> bool:
        """Lock the key until this transaction ends; return False at once when another transaction has it."""

    def keep(self, request: KeyedRequest, answer: KeptAnswer, *, now: DateTime) -> None:
        """Write the answer to a locked key, in place of one that is too old."""

    def drop_old(self, *, before: DateTime, limit: int) -> int:
        """Delete answers that were given before this time; return how many."""
