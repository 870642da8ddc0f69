"""Sounds in memory, an engine that a test steers, and the names of both."""

from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from worker.domain.errors import CallbeatError, NotFound
from worker.domain.speech.pcm import wav_of
from worker.domain.speech.sounds import Rendered
from worker.domain.speech.voice import Voice
from worker.ports.sounds import SoundNames, SoundStore, SpeechEngines
from worker.sounds.names import KeyedNames

ENGINE = "engine"


class FakeSounds(SoundStore):
    """A dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    @override
    def kept(self, names: Collection[str]) -> set[str]:
        return set(names) & set(self.files)

    @override
    def read(self, name: str) -> bytes:
        try:
            return self.files[name]
        except KeyError as error:
            raise NotFound("sound not found") from error

    @override
    def write(self, name: str, sound: bytes) -> None:
        self.files[name] = sound

    @override
    def delete(self, names: Collection[str]) -> None:
        for name in names:
            self.files.pop(name, None)

    @override
    def names(self, kind: str) -> Iterator[str]:
        yield from [name for name in self.files if name.startswith(kind)]


@dataclass
class FakeEngines(SpeechEngines):
    """One engine for all voices, which renders 10 ms for each letter, and fails as it is told to."""

    fails: dict[str, CallbeatError] = field(default_factory=dict)
    """What each text raises; the text ``*`` stands for all."""
    budget: int | None = None
    rendered: list[str] = field(default_factory=list)

    @override
    def engine_of(self, voice: Voice) -> str:
        return ENGINE

    @override
    def per_minute(self, engine: str) -> int | None:
        return self.budget

    @override
    def render(self, texts: Sequence[Rendered]) -> list[bytes | CallbeatError]:
        return [self._result(one.text) for one in texts]

    def _result(self, text: str) -> bytes | CallbeatError:
        fault = self.fails.get(text, self.fails.get("*"))
        if fault is not None:
            return fault
        self.rendered.append(text)
        return wav_of(array("h", bytes(160 * len(text))))


def some_names() -> SoundNames:
    """Return the names of an installation."""
    return KeyedNames(lambda: b"key", rendered_by=lambda _: ENGINE)
