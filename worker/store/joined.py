"""A store for one request: its transactions are a single one, which ends when the answer is known."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType

from typing_extensions import override

from worker.ports.records.joined import JoinedTransactions
from worker.ports.records.store import RecordTransaction
from worker.store.base.outages import outages_named
from worker.store.transaction import SqlStore, SqlTransaction


class _GivenUp(Exception):
    """Rolls back a transaction that nobody needs any more."""


class _Session:
    """The one transaction, which copies of a store share."""

    def __init__(self) -> None:
        self.block = ExitStack()
        self.running: SqlTransaction | None = None


class JoinedStore(SqlStore, JoinedTransactions):
    """A store whose first transaction stays open for all later ones, each of which is a savepoint in it.

    So an error in one undoes that one alone, as it would outside. The store is for one request, whose use cases run one
    after the other.
    """

    def __init__(self, store: SqlStore, *, first: Callable[[RecordTransaction], None]) -> None:
        """Use the store's connections; ``first`` is done at the beginning of the transaction."""
        super().__init__(store._engine)  # noqa: SLF001 - it is one of its own kind
        self._first = first
        self._session = _Session()

    @override
    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        tx = self._session.running or self._begin()
        before = len(tx.after_commit_actions)
        try:
            with outages_named(), tx.connection.begin_nested():
                yield tx
        except BaseException:
            del tx.after_commit_actions[before:]
            raise

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
        if self._session.running is not None:
            self._end(_GivenUp, _GivenUp(), None)

    def _begin(self) -> SqlTransaction:
        self._session.running = self._session.block.enter_context(super().transaction())
        self._first(self._session.running)
        return self._session.running

    def _end(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.running = None  # what is sent after the commit reads in a transaction of its own
        self._session.block.__exit__(kind, error, trace)
