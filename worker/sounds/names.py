"""Names of sounds in this installation."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Final

from typing_extensions import override

from worker.domain.speech.sounds import Naming, Rendered, Source, library_name, sound_name
from worker.domain.speech.voice import Voice
from worker.ports.sounds import SoundNames

SOUND_KEY_BYTES: Final = 32
_UNRENDERED: Final = Naming(b"", engine="")
_MOST_VOICES: Final = 64
"""Library names that are remembered; a voice at several speeds counts as several."""


class KeyedNames(SoundNames):
    """Names that depend on the installation's key, which is read when the first name is asked for."""

    def __init__(self, read_key: Callable[[], bytes], *, rendered_by: Callable[[Voice], str]) -> None:
        """Use the key that the first returns; the second names what renders a voice."""
        self._read_key = read_key
        self._rendered_by = rendered_by
        self._library = lru_cache(maxsize=_MOST_VOICES)(self._library_name)

    @override
    def name(self, source: Source) -> str:
        match source:
            case Rendered():
                return sound_name(source, naming=self._naming(source.voice))
            case _:
                return sound_name(source, naming=_UNRENDERED)

    @override
    def library(self, voice: Voice) -> str:
        return self._library(voice)

    def _library_name(self, voice: Voice) -> str:
        return library_name(voice, naming=self._naming(voice))

    def _naming(self, voice: Voice) -> Naming:
        return Naming(self._key, engine=self._rendered_by(voice))

    @cached_property
    def _key(self) -> bytes:
        return self._read_key()
