"""The repositories of callbacks, which every transaction has."""

from functools import cached_property

from sqlalchemy import Connection

from worker.store.callbacks.callback_hosts import SqlHosts
from worker.store.callbacks.callback_records import SqlCallbackRecords
from worker.store.callbacks.callback_urls import SqlCallbackUrls
from worker.store.callbacks.cursors import SqlCursors
from worker.store.callbacks.deliveries import SqlDeliveries
from worker.store.callbacks.fan_outs import SqlFanOuts
from worker.store.callbacks.subscriptions import SqlSubscriptions


class SqlCallbackRepositories:
    """Outbox, receivers and subscriptions of one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self.connection = connection

    @cached_property
    def deliveries(self) -> SqlDeliveries:
        return SqlDeliveries(self.connection)

    @cached_property
    def hosts(self) -> SqlHosts:
        return SqlHosts(self.connection)

    @cached_property
    def callback_urls(self) -> SqlCallbackUrls:
        return SqlCallbackUrls(self.connection)

    @cached_property
    def cursors(self) -> SqlCursors:
        return SqlCursors(self.connection)

    @cached_property
    def subscriptions(self) -> SqlSubscriptions:
        return SqlSubscriptions(self.connection)

    @cached_property
    def fan_outs(self) -> SqlFanOuts:
        return SqlFanOuts(self.connection)

    @cached_property
    def callback_records(self) -> SqlCallbackRecords:
        return SqlCallbackRecords(self.connection)
