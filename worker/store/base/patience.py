"""How long a process waits for the database, and a connection that closes when the server does not answer.

Read against psycopg 3.2: it overrides the driver's internal ``wait``.
"""

from collections.abc import Generator
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Connection, Engine, event
from typing_extensions import override

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds after which a process gives up; its transaction is rolled back."""

    pool_seconds: float
    connect_seconds: int
    lock_seconds: int
    statement_seconds: int
    transaction_seconds: float | None = None
    """Longest transaction, from begin to commit, whether the server answers or not; None for no limit."""


WORKERS: Final = Patience(pool_seconds=15, connect_seconds=5, lock_seconds=15, statement_seconds=60)
CLIENTS: Final = Patience(pool_seconds=2, connect_seconds=3, lock_seconds=3, statement_seconds=5, transaction_seconds=6)
"""For a process whose clients wait for an answer: they get an early 503 instead of a late success."""
IDLE_SECONDS: Final = 2.0
"""For answers outside a transaction: whether the server is there, and the end of a rollback."""
COMMIT_SECONDS: Final = 5.0
"""A commit without an answer may have succeeded or not, so it gets time of its own."""


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time."""


class TooLong(NoAnswer):
    """The server has answered statements of this transaction, but all of them together took too long."""


class PatientConnection(psycopg.Connection[Any]):  # Any: rows of every kind
    """A connection that closes itself when the server does not answer in time.

    The server's own timeouts do not help when the server itself stands still.
    """

    give_up_at: float | None = None
    """Until when the running transaction may last."""
    answers: int = 0
    """How often the server has answered in it; the first answer is to its beginning."""
    statement_seconds: float = 0
    """After which the server itself gives up a statement: when it does not, it stands still."""

    @override
    def wait(self, gen: PQGen[Result], *args: Any, **options: Any) -> Result:  # Any: the driver's own options
        began = monotonic()
        give_up_at = began + IDLE_SECONDS if self.give_up_at is None else self.give_up_at
        try:
            found = super().wait(_until(give_up_at, gen), *args, **options)
        except NoAnswer as error:
            self.close()  # the server, once it is back, rolls back
            is_in_transaction = self.give_up_at is not None and self.answers > 1
            if is_in_transaction and monotonic() - began < self.statement_seconds:
                raise TooLong(str(error)) from error
            raise
        self.answers += 1
        return found

    @override
    def commit(self) -> None:
        if self.give_up_at is not None and monotonic() < self.give_up_at:
            self.give_up_at = monotonic() + COMMIT_SECONDS
        try:
            super().commit()
        finally:
            self.give_up_at = None

    @override
    def rollback(self) -> None:
        self.give_up_at = None
        super().rollback()


def limit_transactions(engine: Engine, *, seconds: float, statement_seconds: float) -> None:
    """Make the ``PatientConnection`` of a PostgreSQL engine abandon transactions that last longer."""

    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection  # Any: the driver's type is not known to SQLAlchemy
        driver.give_up_at = monotonic() + seconds
        driver.answers = 0
        driver.statement_seconds = statement_seconds

    event.listen(engine, "begin", begin)


def _until(give_up_at: float, steps: PQGen[Result]) -> Generator[Any, Any, Result]:  # Any: the driver's own values
    """Pass the driver's waits on, until it has waited too long; raises ``NoAnswer``.

    The driver wakes up several times a second even when nothing has arrived.
    """
    if monotonic() > give_up_at:
        raise NoAnswer("the transaction has lasted too long")
    try:
        waits_for = next(steps)
        while True:
            happened = yield waits_for
            if not happened and monotonic() > give_up_at:
                raise NoAnswer("the server does not answer")
            waits_for = steps.send(happened)
    except StopIteration as done:
        result: Result = done.value
        return result
