"""A store for one request: its transactions are a single one, which ends when the answer is known."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType

from typing_extensions import override

from worker.ports.records.joined import JoinedTransactions
from worker.ports.records.store import RecordTransaction
from worker.store.transaction import SqlStore, SqlTransaction


class _GivenUp(Exception):
    """Rolls back a transaction that nobody needs any more."""


class _Session:
    """The one transaction, which copies of a store share."""

    def __init__(self) -> None:
        self.block = ExitStack()
        self.running: SqlTransaction | None = None


class JoinedStore(SqlStore, JoinedTransactions):
    """A store whose first transaction stays open for all later ones; an error in one rolls all of them back.

    It is for one request, whose use cases run one after the other.
    """

    def __init__(self, store: SqlStore, *, first: Callable[[RecordTransaction], None]) -> None:
        """Use the store's connections; ``first`` is done at the beginning of the transaction."""
        super().__init__(store._engine)  # noqa: SLF001 - it is one of its own kind
        self._first = first
        self._session = _Session()

    @override
    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        with self._rolled_back_on_error():
            yield self._begin() if self._session.running is None else self._session.running

    @override
    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        if self._session.running is not None:
            yield self._session.running
            return
        with super().reading() as tx:
            yield tx

    @override
    def finish(self, last: Callable[[RecordTransaction], None]) -> None:
        with self.transaction() as tx:
            last(tx)
        self._end(None, None, None)

    @override
    def give_up(self) -> None:
        with suppress(_GivenUp), self._rolled_back_on_error():
            raise _GivenUp

    def _begin(self) -> SqlTransaction:
        self._session.running = self._session.block.enter_context(super().transaction())
        self._first(self._session.running)
        return self._session.running

    @contextmanager
    def _rolled_back_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._end(*sys.exc_info())
            raise

    def _end(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.running = None  # what is sent after the commit reads in a transaction of its own
        self._session.block.__exit__(kind, error, trace)
