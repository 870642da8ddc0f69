"""Where sounds are kept, what they are called in this installation, and where a switch finds them."""

from array import array
from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from worker.domain.errors import CallbeatError
from worker.domain.speech.sounds import Rendered, Source
from worker.domain.speech.voice import Voice


class SoundStore(Protocol):
    """Sounds by their names: WAV files with 16 bits, 8 kHz and one channel. Each method may raise ``Unavailable``.

    A name has lower-case letters, digits and hyphens only; another one raises ``ValueError``.
    """

    def kept(self, names: Collection[str]) -> set[str]:
        """Return those of the names whose sound is kept."""

    def read(self, name: str) -> bytes:
        """Return a sound; raises ``NotFound``."""

    def write(self, name: str, sound: bytes) -> None:
        """Keep a sound. It is whole under its name, also after a power failure, before this returns."""

    def delete(self, names: Collection[str]) -> None:
        """Remove these sounds; one that is not kept is ignored."""

    def names(self, kind: str) -> Iterator[str]:
        """Yield the kept names that begin with this letter, in no order: ``r`` rendered, ``u`` uploaded, ``j`` joined.

        They are as many as there are sounds: do not ask often.
        """


class SoundPlaces(Protocol):
    """What a switch plays."""

    def place(self, name: str) -> str:
        """Return what ``playback`` takes for the name of a sound: a path, an address, or silence.

        Neither blanks nor the marks of ``file_string://`` are in it, so that several can be joined by ``!``.
        """


class SoundNames(Protocol):
    """The names of sounds; they depend on a secret of the installation and on what renders each voice.

    Both methods may raise ``Unavailable``: the secret is read from the database once.
    """

    def name(self, source: Source) -> str:
        """Return the name of a sound."""

    def library(self, voice: Voice) -> str:
        """Return the name whose row says that the voice's whole library is kept; there is no file of this name."""


class SpeechEngines(Protocol):
    """What renders text, by voice."""

    def engine_of(self, voice: Voice) -> str:
        """Return the name of the engine that renders the voice."""

    def per_minute(self, engine: str) -> int | None:
        """Return how many texts the engine may be sent in a minute; None without a budget."""

    def render(self, texts: Sequence[Rendered]) -> list[bytes | CallbeatError]:
        """Render texts that have one engine; return a WAV file, or what prevented it, for each in its order.

        ``Unavailable`` is the engine's fault, and other texts would fail too; ``Rejected`` is the text's.
        """


class AudioReader(Protocol):
    """Reads files of sound in the usual formats."""

    def read(self, file: bytes, *, most_seconds: int) -> "array[int]":
        """Return the samples, of ``domain/speech/pcm.py``; raises ``Invalid`` for what is no sound or too long."""
