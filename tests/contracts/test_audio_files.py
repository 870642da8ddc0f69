"""Uploaded sounds on each database."""

from uuid import UUID

import pytest
from pendulum import DateTime
from sqlalchemy import update

from tests.builders import NOON, TEMPLATE, TENANT, fill_store
from worker.domain.caps import Cap
from worker.domain.errors import Conflict, NotFound
from worker.domain.ids import AudioId
from worker.ports.paging import Slice
from worker.ports.records.audio import AudioRecord, NamedTemplate
from worker.store.base.tables import templates
from worker.store.transaction import SqlStore

FIRST, SECOND = AudioId(UUID(int=1)), AudioId(UUID(int=2))


def a_sound(audio_id: AudioId, *, name: str, at: DateTime = NOON) -> AudioRecord:
    return AudioRecord(id=audio_id, tenant_id=TENANT, name=name, milliseconds=1500, created_at=at)


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    fill_store(store)
    with store.transaction() as tx:
        tx.audio_files.add(a_sound(FIRST, name="first"))
        tx.audio_files.add(a_sound(SECOND, name="second", at=NOON.add(seconds=1)))
    return store


def test_sounds_are_read_and_counted(filled: SqlStore) -> None:
    with filled.reading() as tx:
        everything = tx.audio_files.page(TENANT, Slice(10, 0), name=None, audio_id=None)
        named = tx.audio_files.page(TENANT, Slice(10, 0), name="first", audio_id=None)
        one = tx.audio_files.get(TENANT, FIRST)
        used = tx.tenant_caps.used(TENANT, Cap.AUDIO)

    assert [row.name for row in everything.rows] == ["second", "first"]
    assert (everything.total, used, one) == (2, 2, a_sound(FIRST, name="first"))
    assert [row.id for row in named.rows] == [FIRST]


def test_a_name_is_taken_once(filled: SqlStore) -> None:
    with pytest.raises(Conflict, match="audio is existed"), filled.transaction() as tx:
        tx.audio_files.add(a_sound(AudioId(UUID(int=3)), name="first"))


def test_a_template_that_names_a_sound_is_found(filled: SqlStore) -> None:
    body = {"exit_sound": {"voice_type": "audio_file", "audio_file": str(FIRST)}}
    with filled.transaction() as tx:
        tx.connection.execute(update(templates).where(templates.c.id == TEMPLATE).values(body=body, name="bye"))

    with filled.reading() as tx:
        assert tx.audio_files.used_by(TENANT, FIRST) == [NamedTemplate(TEMPLATE, "bye")]
        assert tx.audio_files.used_by(TENANT, SECOND) == []


def test_a_sound_that_is_deleted_is_gone(filled: SqlStore) -> None:
    with filled.transaction() as tx:
        tx.sounds.note_ready({"ua": 5, "ub": 5}, now=NOON)
        tx.audio_files.delete(FIRST)
        tx.sounds.drop("ua")

    with filled.reading() as tx:
        assert set(tx.sounds.known({"ua", "ub"})) == {"ub"}
        with pytest.raises(NotFound, match="audio not found"):
            tx.audio_files.get(TENANT, FIRST)
