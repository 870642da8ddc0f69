"""The hosts that receive callbacks: who holds each host's lease, and how the host behaves."""

from typing import Any, Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, Row, select, update
from typing_extensions import override

from worker.domain.breaker import HostHealth
from worker.domain.ids import TenantId
from worker.ports.callbacks.deliveries import Hosts, HostState
from worker.store.base.callback_tables import callback_hosts
from worker.store.base.dialect import commit_without_waiting, insert_or_ignore

_NEW: Final = HostHealth()
_READ: Final = [
    callback_hosts.c[name]
    for name in (*HostHealth.__dataclass_fields__, "lease_until", "served_tenant_id", "served_url")
]


class SqlHosts(Hosts):
    """Hosts in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def acquire(self, host: str, *, lease: UUID, now: DateTime, until: DateTime) -> HostState | None:
        commit_without_waiting(self._connection)
        row = self._lock(host)
        if row is None:
            added = {"host": host, "concurrency": _NEW.concurrency, "failures": _NEW.failures}
            self._connection.execute(insert_or_ignore(self._connection, callback_hosts), [added])
            row = self._lock(host)
        if row is None or (row.lease_until is not None and now < row.lease_until):
            return None
        state = _to_state(row)
        if state.health.is_shut(now):
            return state
        taken = update(callback_hosts).where(callback_hosts.c.host == host)
        self._connection.execute(taken.values(lease=lease, lease_until=until))
        return state

    @override
    def renew(self, host: str, *, lease: UUID, state: HostState, until: DateTime) -> bool:
        commit_without_waiting(self._connection)  # if the record of an attempt is lost, it is sent again
        return self._write(host, lease=lease, state=state, until=until)

    @override
    def release(self, host: str, *, lease: UUID, state: HostState) -> None:
        self._write(host, lease=lease, state=state, until=None)

    def _lock(self, host: str) -> Row[Any] | None:  # Any: a column's own type each
        asked = select(*_READ).where(callback_hosts.c.host == host)
        return self._connection.execute(asked.with_for_update()).one_or_none()

    def _write(self, host: str, *, lease: UUID, state: HostState, until: DateTime | None) -> bool:
        ours = update(callback_hosts).where(callback_hosts.c.host == host, callback_hosts.c.lease == lease)
        written = self._connection.execute(
            ours.values(
                lease=None if until is None else lease,
                lease_until=until,
                concurrency=state.health.concurrency,
                failures=state.health.failures,
                shut_until=state.health.shut_until,
                answered_at=state.health.answered_at,
                served_tenant_id=None if state.served is None else state.served[0],
                served_url=None if state.served is None else state.served[1],
            )
        )
        return written.rowcount == 1


def _to_state(row: Row[Any]) -> HostState:  # Any: see above
    served = None if row.served_url is None else (TenantId(row.served_tenant_id), row.served_url)
    return HostState(HostHealth(row.concurrency, row.failures, row.shut_until, row.answered_at), served)
