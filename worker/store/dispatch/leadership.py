"""Leader leases in SQL: one row each, of the holder that renewed it last."""

from typing import Final
from uuid import UUID

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, delete, select, update
from typing_extensions import override

from worker.domain.errors import Superseded
from worker.domain.leadership import LeaderLease, switch_of
from worker.domain.timing import CLOCK_SET_BACK, LEADER_LEASE, STANDBY_PRECEDENCE
from worker.ports.dispatch.leadership import LeaderLeases
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.tables import leader_leases

_HOLDER: Final = (
    select(leader_leases.c.holder).where(leader_leases.c.name == bindparam("lease")).with_for_update(read=True)
)
_HELD: Final = select(leader_leases.c.name, leader_leases.c.since).where(
    leader_leases.c.held_until > bindparam("now"),
    (leader_leases.c.open_from <= bindparam("now")) | (leader_leases.c.open_from > bindparam("set_back")),
)


class SqlLeaderLeases(LeaderLeases):
    """Leader leases."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def acquire(self, lease: LeaderLease, *, since: DateTime, now: DateTime, open_from: DateTime | None = None) -> bool:
        opens = since if open_from is None else open_from
        held = {"holder": lease.holder, "since": since, "held_until": now + LEADER_LEASE, "open_from": opens}
        missed_nothing = leader_leases.c.held_until >= since + LEADER_LEASE
        lapsed = (leader_leases.c.held_until <= now) & missed_nothing | (
            leader_leases.c.held_until <= now - STANDBY_PRECEDENCE
        )
        free = (leader_leases.c.holder == lease.holder) | lapsed
        taking = update(leader_leases).where(leader_leases.c.name == lease.name, free).values(held)
        if self._connection.execute(taking).rowcount:
            return True
        first = (
            insert_or_ignore(self._connection, leader_leases)
            .values(name=lease.name, **held)
            .returning(leader_leases.c.name)
        )
        return self._connection.scalar(first) is not None

    @override
    def release(self, lease: LeaderLease) -> None:
        self._connection.execute(
            delete(leader_leases).where(leader_leases.c.name == lease.name, leader_leases.c.holder == lease.holder)
        )

    @override
    def check(self, lease: LeaderLease) -> None:
        holder: UUID | None = self._connection.scalar(_HOLDER, {"lease": lease.name})
        if holder != lease.holder:
            raise Superseded(f"another process is {lease.name} now")

    @override
    def is_led(self, name: str, *, now: DateTime) -> bool:
        held = select(leader_leases.c.name).where(leader_leases.c.name == name, leader_leases.c.held_until > now)
        return self._connection.scalar(held) is not None

    @override
    def listeners(self, *, now: DateTime) -> dict[str, DateTime]:
        held = self._connection.execute(_HELD, {"now": now, "set_back": now + CLOCK_SET_BACK})
        return {switch: row.since for row in held if (switch := switch_of(row.name)) is not None}
