"""The port of a store for one request, whose transactions are a single one."""

from collections.abc import Callable
from typing import Protocol

from worker.ports.records.store import RecordTransaction


class JoinedTransactions(Protocol):
    """All transactions of one request as a single one, which ends only when the answer is known."""

    def finish(self, last: Callable[[RecordTransaction], None]) -> None:
        """Do the last thing in the transaction, commit, and send what waits for the commit."""

    def give_up(self) -> None:
        """Roll back what is not committed."""
