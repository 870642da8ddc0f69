"""Sounds in memory, whose names are their texts."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from typing_extensions import override

from worker.domain.errors import NotFound
from worker.domain.speech.pcm import samples_from, wav_of
from worker.domain.speech.sounds import Rendered, Silence, Source, Uploaded
from worker.domain.speech.voice import Voice
from worker.ports.sounds import SoundNames, SoundPlaces, SoundStore

BYTES_OF_A_SECOND = 16_000


@dataclass
class FakeSounds(SoundStore, SoundPlaces, SoundNames):
    """A store that has every sound of a second, but those that are missing."""

    missing: set[str] = field(default_factory=set)
    written: dict[str, bytes] = field(default_factory=dict)

    @override
    def kept(self, names: Collection[str]) -> set[str]:
        return set(names) - self.missing

    @override
    def read(self, name: str) -> bytes:
        if name in self.missing:
            raise NotFound("sound not found")
        letter = name[:1].encode() or b"-"
        return self.written.get(name) or wav_of(samples_from(letter * BYTES_OF_A_SECOND))

    @override
    def write(self, name: str, sound: bytes) -> None:
        self.written[name] = sound

    @override
    def delete(self, names: Collection[str]) -> None:
        for name in names:
            self.written.pop(name, None)

    @override
    def names(self, kind: str) -> Iterator[str]:
        return iter([name for name in self.written if name.startswith(kind)])

    @override
    def place(self, name: str) -> str:
        return f"/s/{name}"

    @override
    def name(self, source: Source) -> str:
        match source:
            case Rendered():
                return source.text
            case Uploaded():
                return source.audio_file
            case Silence():
                return f"s{source.milliseconds}"

    @override
    def library(self, voice: Voice) -> str:
        return f"library {voice.name}"
