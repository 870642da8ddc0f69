"""How long a process waits for the database; and a connection that gives up a server which does not answer."""

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
    """Seconds after which a process gives up; what it had begun is then rolled back."""

    pool_seconds: float
    connect_seconds: int
    lock_seconds: int
    statement_seconds: int
    transaction_seconds: float | None = None
    """Of all that is between begin and commit, whether the server answers or not; None is without end."""


WORKERS: Final = Patience(pool_seconds=15, connect_seconds=5, lock_seconds=15, statement_seconds=60)
CLIENTS: Final = Patience(pool_seconds=2, connect_seconds=3, lock_seconds=3, statement_seconds=5, transaction_seconds=6)
"""Of a process in which somebody waits for the answer, and would rather hear that he is to ask again."""
IDLE_SECONDS: Final = 2.0
"""For the answer to what is asked outside a transaction: whether the server is there, and the end of a rollback."""
COMMIT_SECONDS: Final = 5.0
"""A commit whose answer does not come may have been one or not: it is given time of its own."""


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time."""


class PatientConnection(psycopg.Connection[Any]):  # Any: rows of every kind
    """A connection that is closed when the server does not answer in time, as one that hangs never would.

    The server's own timeouts are of no use when the server itself stands still.
    """

    give_up_at: float | None = None
    """Until when the running transaction may last."""

    @override
    def wait(self, gen: PQGen[Result], *args: Any, **options: Any) -> Result:  # Any: the driver's own options
        give_up_at = monotonic() + IDLE_SECONDS if self.give_up_at is None else self.give_up_at
        try:
            return super().wait(_until(give_up_at, gen), *args, **options)
        except NoAnswer:
            self.close()  # the server, once it is back, finds nobody there and rolls back
            raise

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


def limit_transactions(engine: Engine, *, seconds: float) -> None:
    """Have every connection of a PostgreSQL engine give up transactions that last longer."""

    def connect(_dialect: Any, _record: Any, args: list[Any], options: dict[str, Any]) -> Any:  # Any: SQLAlchemy's own
        return PatientConnection.connect(*args, **options)

    def begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection  # Any: SQLAlchemy does not know the driver's type
        driver.give_up_at = monotonic() + seconds

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "begin", begin)


def _until(give_up_at: float, steps: PQGen[Result]) -> Generator[Any, Any, Result]:  # Any: what the driver waits for
    """Pass on what the driver waits for and what has happened, until it has waited too long.

    The driver wakes up by itself several times a second, with nothing in its hand.
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
