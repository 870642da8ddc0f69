"""The store as the use cases of callbacks see it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from worker.ports.callbacks.deliveries import CallbackUrls, Deliveries, Hosts, Subscriptions
from worker.ports.callbacks.records import CallbackRecords


class CallbackTransaction(Protocol):
    """One transaction: all of it or nothing, and what is to be told is told after the commit."""

    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def hosts(self) -> Hosts: ...
    @property
    def callback_urls(self) -> CallbackUrls: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def callback_records(self) -> CallbackRecords: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this once the transaction has committed; not at all if it rolls back."""


class CallbackStore(Protocol):
    """Where the truth is kept; both raise ``Unavailable`` when the database is away or too busy."""

    def transaction(self) -> AbstractContextManager[CallbackTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[CallbackTransaction]:
        """Begin a transaction that only reads, at one moment."""
