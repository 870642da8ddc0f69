"""Sounds that clients uploaded, which templates play."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pendulum import DateTime

from worker.domain.ids import AudioId, TemplateId, TenantId
from worker.ports.paging import Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioRecord:
    """An uploaded sound."""

    id: AudioId
    tenant_id: TenantId
    name: str
    milliseconds: int
    created_at: DateTime


@dataclass(frozen=True, slots=True)
class NamedTemplate:
    """A template that plays a sound."""

    id: TemplateId
    name: str


class AudioFiles(Protocol):
    """Uploaded sounds of tenants; their files are in the store of sounds."""

    def get(self, tenant_id: TenantId, audio_id: AudioId) -> AudioRecord:
        """Return the tenant's sound; raises ``NotFound``."""

    def add(self, audio: AudioRecord) -> None:
        """Add a sound; raises ``Conflict`` when its name is taken."""

    def delete(self, audio_id: AudioId) -> None:
        """Remove a sound."""

    def used_by(self, tenant_id: TenantId, audio_id: AudioId) -> Sequence[NamedTemplate]:
        """Return the tenant's templates that name the sound, by name."""

    def page(
        self, tenant_id: TenantId, part: Slice, *, name: str | None, audio_id: AudioId | None
    ) -> Page[AudioRecord]:
        """Return the tenant's sounds, newest first; ``name`` and ``audio_id`` limit them to one (None: any)."""
