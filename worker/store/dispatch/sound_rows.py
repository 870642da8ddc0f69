"""Sounds and engines in SQL."""

import base64
from collections.abc import Collection, Mapping
from typing import Final

from pendulum import DateTime
from sqlalchemy import Connection, bindparam, delete, or_, select, update
from typing_extensions import override

from worker.domain.speech.back_off import Rest
from worker.ports.dispatch.sound_rows import SoundRows, SoundState
from worker.store.base.dialect import among, insert_or_ignore, insert_or_replace
from worker.store.base.sound_tables import sound_keys, sounds, speech_engines

_ONLY: Final = 1
_KEY: Final = select(sound_keys.c.key).where(sound_keys.c.id == _ONLY)
_KNOWN: Final = select(sounds).where(among(sounds.c.name, "names"))
_USED: Final = update(sounds).where(sounds.c.name == bindparam("sound")).values(used_at=bindparam("now"))
_RENDERED: Final = or_(sounds.c.name.startswith("r"), sounds.c.name.startswith("l"))
_RESTING: Final = select(speech_engines).where(speech_engines.c.failures > 0)


class SqlSoundRows(SoundRows):
    """Sounds and engines in SQL."""

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

    @override
    def known(self, names: Collection[str]) -> dict[str, SoundState]:
        if not names:
            return {}
        return {
            row.name: SoundState(row.ready_at is not None, row.used_at, Rest(row.failures, row.retry_at, row.error))
            for row in self._connection.execute(_KNOWN, {"names": list(names)})
        }

    @override
    def note_ready(self, lengths: Mapping[str, int], *, now: DateTime) -> None:
        fresh = {"ready_at": now, "used_at": now, "failures": 0, "retry_at": None, "error": ""}
        self._replace([{"name": name, "milliseconds": length, **fresh} for name, length in sorted(lengths.items())])

    @override
    def note_failed(self, failed: Mapping[str, Rest], *, now: DateTime) -> None:
        fresh = {"ready_at": None, "used_at": now, "milliseconds": 0}
        rows = [{"name": name, **_of(rest), **fresh} for name, rest in sorted(failed.items())]
        self._replace(rows)

    def _replace(self, rows: list[dict[str, object]]) -> None:
        if not rows:
            return
        columns = [column.name for column in sounds.columns if column.name != "name"]
        inserting = insert_or_replace(
            self._connection, sounds, same=["name"], new=lambda row: {name: row[name] for name in columns}
        )
        self._connection.execute(inserting, rows)

    @override
    def note_used(self, names: Collection[str], *, now: DateTime) -> None:
        if names:
            self._connection.execute(_USED, [{"sound": name, "now": now} for name in sorted(names)])

    @override
    def unused(self, *, since: DateTime, limit: int) -> list[str]:
        oldest = select(sounds.c.name).where(sounds.c.used_at < since, _RENDERED).order_by(sounds.c.used_at)
        return list(self._connection.scalars(oldest.limit(limit)))

    @override
    def forget(self, names: Collection[str], *, unused_since: DateTime) -> list[str]:
        still = delete(sounds).where(sounds.c.name.in_(names), sounds.c.used_at < unused_since, _RENDERED)
        return list(self._connection.scalars(still.returning(sounds.c.name)))

    @override
    def drop(self, name: str) -> None:
        self._connection.execute(delete(sounds).where(sounds.c.name == name))

    @override
    def engines(self) -> dict[str, Rest]:
        return {row.name: Rest(row.failures, row.retry_at, row.error) for row in self._connection.execute(_RESTING)}

    @override
    def note_engine(self, engine: str, rest: Rest) -> None:
        inserting = insert_or_replace(
            self._connection,
            speech_engines,
            same=["name"],
            new=lambda row: {name: row[name] for name in ("failures", "retry_at", "error")},
        )
        self._connection.execute(inserting, {"name": engine, **_of(rest)})

    @override
    def take_budget(self, engine: str, *, wanted: int, per_minute: int, now: DateTime) -> int:
        minute = now.start_of("minute")
        self._connection.execute(insert_or_ignore(self._connection, speech_engines), {"name": engine})
        asked = select(speech_engines.c.minute, speech_engines.c.requests).where(speech_engines.c.name == engine)
        row = self._connection.execute(asked.with_for_update()).one()
        used = row.requests if row.minute == minute else 0
        taken = max(0, min(wanted, per_minute - used))
        noting = update(speech_engines).where(speech_engines.c.name == engine)
        self._connection.execute(noting.values(minute=minute, requests=used + taken))
        return taken


def _of(rest: Rest) -> dict[str, object]:
    return {"failures": rest.failures, "retry_at": rest.retry_at, "error": rest.error}
