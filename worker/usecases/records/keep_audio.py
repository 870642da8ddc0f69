"""Take, read and delete sounds that clients upload; templates name them by their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from pendulum import DateTime

from worker.domain.caps import Cap, check_cap
from worker.domain.errors import Conflict, Invalid, InvalidFields, NotFound, Problem
from worker.domain.ids import AudioId
from worker.domain.speech.pcm import milliseconds, prepared, wav_of
from worker.domain.template import Template
from worker.ports.paging import Page, Slice
from worker.ports.records.audio import AudioRecord, NamedTemplate
from worker.ports.records.entities import Tenant
from worker.ports.records.store import RecordStore, RecordTransaction
from worker.ports.sounds import AudioReader, SoundStore

LONGEST_SECONDS: Final = 300
_MARGIN: Final = 200
"""Milliseconds of the silence around a sound that stay: a callee lifts the phone to his ear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that a client sends."""

    id: AudioId
    tenant: Tenant
    name: str
    file: bytes


def take_audio(
    store: RecordStore,
    upload: Upload,
    *,
    reader: AudioReader,
    sounds: SoundStore,
    caps: Mapping[Cap, int],
    now: DateTime,
) -> AudioRecord:
    """Keep a file as 16-bit 8 kHz mono at the level of all sounds.

    Raises ``Invalid`` for what is no sound, silent or too long, ``Conflict`` for a taken name, and ``OverCap``.
    """
    samples = prepared(reader.read(upload.file, most_seconds=LONGEST_SECONDS), margin_milliseconds=_MARGIN)
    if not samples:
        raise Invalid("the sound is silent: nobody could hear it on a telephone")
    tenant_id, name = upload.tenant.id, file_name(upload.id)
    length = milliseconds(samples)
    audio = AudioRecord(id=upload.id, tenant_id=tenant_id, name=upload.name, milliseconds=length, created_at=now)
    with store.transaction() as tx:
        tx.tenant_caps.lock(tenant_id, Cap.AUDIO)
        own, used = tx.tenant_caps.own(tenant_id), tx.tenant_caps.used(tenant_id, Cap.AUDIO)
        check_cap(Cap.AUDIO, own=own, defaults=caps, used=used)
        tx.audio_files.add(audio)
        tx.sounds.note_ready({name: length}, now=now)
        sounds.write(name, wav_of(samples))  # last: without it nothing is committed
    return audio


def delete_audio(store: RecordStore, *, tenant: Tenant, audio_id: AudioId, sounds: SoundStore) -> None:
    """Delete a sound that no template names; raises ``Conflict`` with the templates that do, and ``NotFound``."""
    with store.transaction() as tx:
        tx.tenants.lock(tenant.id)  # so that no template gets it meanwhile
        tx.audio_files.get(tenant.id, audio_id)
        using = tx.audio_files.used_by(tenant.id, audio_id)
        if using:
            names = ", ".join(template.name for template in using)
            raise Conflict(f"delete audio failed: it is played by {names}")
        tx.audio_files.delete(audio_id)
        tx.sounds.drop(file_name(audio_id))
        tx.after_commit(partial(sounds.delete, [file_name(audio_id)]))


def get_audio(store: RecordStore, *, tenant: Tenant, audio_id: AudioId) -> tuple[AudioRecord, Sequence[NamedTemplate]]:
    """Return a sound, and the templates that name it; raises ``NotFound``."""
    with store.reading() as tx:
        return tx.audio_files.get(tenant.id, audio_id), tx.audio_files.used_by(tenant.id, audio_id)


def list_audio(
    store: RecordStore, *, tenant: Tenant, part: Slice, name: str | None, audio_id: AudioId | None
) -> Page[AudioRecord]:
    """Return the tenant's sounds, newest first."""
    with store.reading() as tx:
        return tx.audio_files.page(tenant.id, part, name=name, audio_id=audio_id)


def check_audio(tx: RecordTransaction, template: Template, *, tenant: Tenant) -> None:
    """Raise ``InvalidFields`` for each sound that the template names and the tenant has not."""
    named = dict.fromkeys(prompt.audio_file for prompt in template.prompts if prompt.audio_file)
    missing = [text for text in named if not _exists(tx, text, tenant=tenant)]
    if missing:
        raise InvalidFields(tuple(Problem("audio_file", f"audio {text} not found") for text in missing))


def _exists(tx: RecordTransaction, text: str, *, tenant: Tenant) -> bool:
    try:
        return str(tx.audio_files.get(tenant.id, AudioId(UUID(text))).id) == text
    except (ValueError, NotFound):
        return False


def file_name(audio_id: AudioId) -> str:
    """Return the name of the sound's file; see ``sound_name``."""
    return f"u{audio_id}"
