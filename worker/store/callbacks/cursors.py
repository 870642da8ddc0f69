"""Cursors of work that is done in batches."""

from sqlalchemy import Connection, select, update
from typing_extensions import override

from worker.ports.callbacks.deliveries import Cursors
from worker.store.base.callback_tables import cursors
from worker.store.base.dialect import insert_or_ignore


class SqlCursors(Cursors):
    """Cursors in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def lock(self, name: str) -> str | None:
        self._connection.execute(insert_or_ignore(self._connection, cursors), [{"name": name, "position": ""}])
        asked = select(cursors.c.position).where(cursors.c.name == name)
        position: str | None = self._connection.scalar(asked.with_for_update(skip_locked=True))
        return position

    @override
    def save(self, name: str, *, position: str) -> None:
        self._connection.execute(update(cursors).where(cursors.c.name == name).values(position=position))
