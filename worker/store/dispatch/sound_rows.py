"""Sounds in SQL."""

import base64
from typing import Final

from sqlalchemy import Connection, select
from typing_extensions import override

from worker.ports.dispatch.sound_rows import SoundRows
from worker.store.base.dialect import insert_or_ignore
from worker.store.base.sound_tables import sound_keys

_ONLY: Final = 1
_KEY: Final = select(sound_keys.c.key).where(sound_keys.c.id == _ONLY)


class SqlSoundRows(SoundRows):
    """Sounds in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def key(self) -> bytes | None:
        kept = self._connection.scalar(_KEY)
        return None if kept is None else base64.b64decode(kept)

    @override
    def keep_key(self, key: bytes) -> bytes:
        row = {"id": _ONLY, "key": base64.b64encode(key).decode()}
        self._connection.execute(insert_or_ignore(self._connection, sound_keys), row)
        return base64.b64decode(self._connection.execute(_KEY).scalar_one())
