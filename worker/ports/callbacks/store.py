"""The store as the use cases of callbacks need it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from worker.ports.callbacks.deliveries import CallbackUrls, Cursors, Deliveries, Hosts, Subscriptions
from worker.ports.callbacks.fan_outs import WaitingFanOuts
from worker.ports.callbacks.records import CallbackRecords
from worker.ports.dispatch.tenant_caps import TenantCaps


class CallbackTransaction(Protocol):
    """One transaction; actions registered with ``after_commit`` run only when it has committed."""

    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def hosts(self) -> Hosts: ...
    @property
    def callback_urls(self) -> CallbackUrls: ...
    @property
    def tenant_caps(self) -> TenantCaps: ...
    @property
    def cursors(self) -> Cursors: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def fan_outs(self) -> WaitingFanOuts: ...
    @property
    def callback_records(self) -> CallbackRecords: ...
    def after_commit(self, action: Callable[[], None]) -> None:
        """Run the action when the transaction has committed; never when it rolls back."""


class CallbackStore(Protocol):
    """The database; both methods raise ``Unavailable`` when it cannot be reached or is too busy."""

    def transaction(self) -> AbstractContextManager[CallbackTransaction]:
        """Begin a transaction that may write; commit at the end of the block, roll back on an error."""

    def reading(self) -> AbstractContextManager[CallbackTransaction]:
        """Begin a read-only transaction, which sees the data of one moment."""
