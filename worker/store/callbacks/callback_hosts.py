"""The hosts that receive callbacks: who holds each host's lease, and how the host behaves."""

from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, Row, select, update
from typing_extensions import override

from worker.domain.breaker import HostHealth
from worker.ports.callbacks.deliveries import Hosts
from worker.store.base.callback_tables import callback_hosts
from worker.store.base.dialect import commit_without_waiting, insert_or_ignore

_NEW: Final = HostHealth()
_READ: Final = [callback_hosts.c[name] for name in HostHealth.__dataclass_fields__]


class SqlHosts(Hosts):
    """Hosts in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def acquire(self, host: str, *, lease: UUID, now: DateTime, until: DateTime) -> HostHealth | None:
        commit_without_waiting(self._connection)
        row = self._lock(host)
        if row is None:
            added = {"host": host, "concurrency": _NEW.concurrency, "failures": _NEW.failures}
            self._connection.execute(insert_or_ignore(self._connection, callback_hosts), [added])
            row = self._lock(host)
        if row is None or (row.lease_until is not None and now < row.lease_until):
            return None
        health = HostHealth(row.concurrency, row.failures, row.shut_until)
        if health.is_shut(now):
            return health
        taken = update(callback_hosts).where(callback_hosts.c.host == host)
        self._connection.execute(taken.values(lease=lease, lease_until=until))
        return health

    @override
    def renew(self, host: str, *, lease: UUID, health: HostHealth, until: DateTime) -> bool:
        commit_without_waiting(self._connection)  # if the record of an attempt is lost, it is sent again
        return self._write(host, lease=lease, health=health, until=until)

    @override
    def release(self, host: str, *, lease: UUID, health: HostHealth) -> None:
        self._write(host, lease=lease, health=health, until=None)

    def _lock(self, host: str) -> Row[*tuple[object, ...]] | None:
        asked = select(*_READ, callback_hosts.c.lease_until).where(callback_hosts.c.host == host)
        return self._connection.execute(asked.with_for_update()).one_or_none()

    def _write(self, host: str, *, lease: UUID, health: HostHealth, until: DateTime | None) -> bool:
        ours = update(callback_hosts).where(callback_hosts.c.host == host, callback_hosts.c.lease == lease)
        written = self._connection.execute(
            ours.values(
                lease=None if until is None else lease,
                lease_until=until,
                concurrency=health.concurrency,
                failures=health.failures,
                shut_until=health.shut_until,
            )
        )
        return written.rowcount == 1
