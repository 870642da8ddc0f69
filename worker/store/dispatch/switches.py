"""Switches in SQL."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any, Final

from pendulum import DateTime
from sqlalchemy import Connection, RowMapping, Select, bindparam, func, select, update
from typing_extensions import override

from worker.domain.call import ON_SWITCH
from worker.domain.secret_place import SecretPlace
from worker.domain.switch import Switch
from worker.ports.dispatch.switches import SwitchRows
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.sealing import Sealer
from worker.store.base.switch_tables import switches
from worker.store.base.tables import LIVE_ROWS, calls

_COLUMNS: Final = tuple(field.name for field in fields(Switch))
_ALL: Final = select(switches).order_by(switches.c.name)
_ONE: Final = select(switches).where(switches.c.name == bindparam("asked"))
_URL: Final = select(switches.c.url).where(switches.c.name == bindparam("asked"))
_LOCKED: Final = _ONE.with_for_update()
_CALLS_UP: Final = (
    select(calls.c.switch, func.count().label("up"))
    .where(LIVE_ROWS, calls.c.state.in_(ON_SWITCH))
    .group_by(calls.c.switch)
)
_LAST_DIALS: Final = (
    select(calls.c.switch, func.max(calls.c.dialing_at).label("at"))
    .where(LIVE_ROWS, calls.c.state.in_(ON_SWITCH))
    .group_by(calls.c.switch)
)


class SqlSwitches(SwitchRows):
    """All switches."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection
        self._sealer = Sealer(connection)

    @override
    def all(self) -> list[Switch]:
        return [self._read(row) for row in self._connection.execute(_ALL).mappings()]

    @override
    def named(self, name: str) -> Switch | None:
        return self._one(_ONE, name)

    @override
    def lock(self, name: str) -> Switch | None:
        return self._one(_LOCKED, name)

    @override
    def calls_up(self) -> dict[str, int]:
        return {row.switch: row.up for row in self._connection.execute(_CALLS_UP)}

    @override
    def last_dials(self) -> dict[str, DateTime]:
        return {row.switch: row.at for row in self._connection.execute(_LAST_DIALS) if row.at is not None}

    @override
    def insert_missing(self, switches_: Collection[Switch]) -> None:
        if switches_:
            rows = [_row(switch) | {"url": self._sealed(switch.url)} for switch in switches_]
            self._connection.execute(insert_or_ignore(self._connection, switches), rows)

    @override
    def set_clock_skew(self, name: str, *, milliseconds: int) -> None:
        setting = update(switches).where(switches.c.name == name)
        self._connection.execute(setting.values(clock_skew_ms=milliseconds))

    @override
    def count_refused_cdrs(self, name: str, *, refused: int) -> None:
        counting = update(switches).where(switches.c.name == name)
        self._connection.execute(counting.values(cdrs_refused=switches.c.cdrs_refused + refused))

    @override
    def save(self, switch: Switch) -> None:
        stored = self._connection.scalar(_URL, {"asked": switch.name}) or ""
        is_same = self._sealer.unseal(stored, place=SecretPlace.SWITCH_URL) == switch.url
        row = _row(switch) | {"url": stored if is_same else self._sealed(switch.url)}
        self._connection.execute(update(switches).where(switches.c.name == switch.name).values(row))

    def _one(self, asked: Select[Any], name: str) -> Switch | None:  # Any: a row of the table
        row = self._connection.execute(asked, {"asked": name}).mappings().one_or_none()
        return None if row is None else self._read(row)

    def _sealed(self, url: str) -> str:
        return self._sealer.seal(url, place=SecretPlace.SWITCH_URL)

    def _read(self, row: RowMapping) -> Switch:
        return Switch(**{**row, "url": self._sealer.unseal(row["url"], place=SecretPlace.SWITCH_URL)})


def _row(switch: Switch) -> dict[str, object]:
    return {name: getattr(switch, name) for name in _COLUMNS}
