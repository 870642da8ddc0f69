"""What an engine is, and which one renders which voice."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

from typing_extensions import override

from worker.domain.errors import CallbeatError, Invalid, Rejected, Unavailable
from worker.domain.speech.pcm import prepared, wav_of
from worker.domain.speech.sounds import Rendered
from worker.domain.speech.voice import Voice
from worker.ports.sounds import AudioReader, SpeechEngines
from worker.sounds.riff import ends_early

LONGEST_SECONDS: Final = 300
"""Of a text; templates have at most 5 000 characters, which are read in less."""
_TEXT_MARGIN: Final = 60
_WORD_MARGIN: Final = 15
"""Milliseconds of silence that stay around a sound: a sentence breathes, words of a number follow each other."""


class Engine(Protocol):
    """Turns text into a file of sound."""

    name: str
    concurrency: int
    """How many texts it renders at once."""
    per_minute: int | None

    def form(self, voice: str) -> str:
        """Return what else changes how it sounds, besides its own voice; empty when nothing does."""

    def speak(self, text: str, *, voice: str, spoken_as: Voice) -> bytes:
        """Return a file in any format that ``AudioReader`` reads, spoken by the engine's own voice.

        Raises ``Unavailable`` when the engine is at fault, ``Rejected`` when it will never speak this text.
        """


@dataclass(frozen=True, slots=True)
class Casting:
    """The engine that renders a voice, and what the engine calls the voice; empty: it chooses by the language."""

    engine: Engine
    voice: str = ""


class Engines(SpeechEngines):
    """Engines by the voices of templates; a voice that is not named has the default."""

    def __init__(self, castings: Mapping[str, Casting], *, default: Casting, reader: AudioReader) -> None:
        """Render each named voice as told, and all others by the default."""
        self._castings = castings
        self._default = default
        self._reader = reader

    def rendered_by(self, voice: Voice) -> str:
        """Return what names of sounds depend on: the engine, its voice, and its form."""
        casting = self._casting(voice)
        return "/".join((casting.engine.name, casting.voice, casting.engine.form(casting.voice)))

    @override
    def engine_of(self, voice: Voice) -> str:
        return self._casting(voice).engine.name

    @override
    def per_minute(self, engine: str) -> int | None:
        castings = (self._default, *self._castings.values())
        return next((one.engine.per_minute for one in castings if one.engine.name == engine), None)

    @override
    def render(self, texts: Sequence[Rendered]) -> list[bytes | CallbeatError]:
        if not texts:
            return []
        concurrency = self._casting(texts[0].voice).engine.concurrency
        with ThreadPoolExecutor(concurrency, thread_name_prefix="speech") as threads:
            return list(threads.map(self._result, texts))

    def _result(self, text: Rendered) -> bytes | CallbeatError:
        try:
            return self._render(text)
        except CallbeatError as error:
            return error

    def _render(self, text: Rendered) -> bytes:
        casting = self._casting(text.voice)
        file = casting.engine.speak(text.text, voice=casting.voice, spoken_as=text.voice)
        if ends_early(file):
            raise Unavailable(f"{casting.engine.name} answered with a sound whose end is missing")
        try:
            samples = self._reader.read(file, most_seconds=LONGEST_SECONDS)
        except Invalid as error:
            raise Rejected(f"{casting.engine.name} answered with no sound: {error}") from error
        sound = prepared(samples, margin_milliseconds=_WORD_MARGIN if text.is_word else _TEXT_MARGIN)
        if not sound:
            raise Rejected(f"{casting.engine.name} said nothing")
        return wav_of(sound)

    def _casting(self, voice: Voice) -> Casting:
        return self._castings.get(voice.name, self._default)
