"""Names of sounds in this installation."""

from collections.abc import Callable
from functools import cached_property
from typing import Final

from typing_extensions import override

from worker.domain.speech.sounds import Naming, Source, sound_name
from worker.ports.sounds import SoundNames

SOUND_KEY_BYTES: Final = 32


class KeyedNames(SoundNames):
    """Names that depend on the installation's key, which is read when the first name is asked for."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Use the key that this returns."""
        self._read_key = read_key

    @override
    def name(self, source: Source) -> str:
        return sound_name(source, naming=self._naming)

    @cached_property
    def _naming(self) -> Naming:
        return Naming(self._read_key(), engine="")
