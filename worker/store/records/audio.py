"""Uploaded sounds: what is known of them; their files are in the store of sounds."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, String, cast, delete, func, insert, select
from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.ids import AudioId, TenantId
from worker.ports.paging import Page, Slice
from worker.ports.records.audio import AudioFiles, AudioRecord, NamedTemplate
from worker.store.base.dialect import conflicts_named
from worker.store.base.sound_tables import audio_files
from worker.store.base.tables import templates

NAME_TAKEN: Final = "audio is existed"
_COLUMNS: Final = [audio_files.c[name] for name in AudioRecord.__dataclass_fields__]


class SqlAudioFiles(AudioFiles):
    """Uploaded sounds in SQL."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection."""
        self._connection = connection

    @override
    def get(self, tenant_id: TenantId, audio_id: AudioId) -> AudioRecord:
        asked = select(*_COLUMNS).where(audio_files.c.tenant_id == tenant_id, audio_files.c.id == audio_id)
        row = self._connection.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound("audio not found")
        return AudioRecord(**row)

    @override
    def add(self, audio: AudioRecord) -> None:
        row = {column.name: getattr(audio, column.name) for column in _COLUMNS}
        with conflicts_named(name=NAME_TAKEN):
            self._connection.execute(insert(audio_files).values(row))

    @override
    def delete(self, audio_id: AudioId) -> None:
        self._connection.execute(delete(audio_files).where(audio_files.c.id == audio_id))

    @override
    def used_by(self, tenant_id: TenantId, audio_id: AudioId) -> Sequence[NamedTemplate]:
        named = cast(templates.c.body, String).contains(str(audio_id))
        mine = (templates.c.tenant_id == tenant_id, templates.c.deleted_at.is_(None))
        rows = self._connection.execute(
            select(templates.c.id, templates.c.name).where(*mine, named).order_by(templates.c.name)
        )
        return [NamedTemplate(row.id, row.name) for row in rows]

    @override
    def page(
        self, tenant_id: TenantId, part: Slice, *, name: str | None, audio_id: AudioId | None
    ) -> Page[AudioRecord]:
        wanted = select(*_COLUMNS).where(audio_files.c.tenant_id == tenant_id)
        if name is not None:
            wanted = wanted.where(audio_files.c.name == name)
        if audio_id is not None:
            wanted = wanted.where(audio_files.c.id == audio_id)
        newest = wanted.order_by(audio_files.c.created_at.desc(), audio_files.c.id.desc())
        rows = self._connection.execute(newest.limit(part.limit).offset(part.offset)).mappings()
        total = self._connection.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True))
        return Page([AudioRecord(**row) for row in rows], total or 0)
