"""The sounds of which speech is played: what each is made of, its name, and which a script needs."""

import hmac
import json
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from worker.domain.speech.parts import Part, Pause, Sound, Text, Word
from worker.domain.speech.spoken import speaker_of
from worker.domain.speech.voice import Voice

FORM: Final = 1
"""The form of rendered files; another one, such as another loudness, makes new names, so that no old file is played."""

_NAME_LENGTH: Final = 40
"""Hexadecimal digits: 160 bits, which no two texts share."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Text as one voice speaks it; words of the library are cut to their sound, so that they join without gaps."""

    text: str
    voice: Voice
    is_word: bool = False


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A sound that a client uploaded, by its id."""

    audio_file: str


@dataclass(frozen=True, slots=True)
class Silence:
    """So many milliseconds of nothing."""

    milliseconds: int


Source = Rendered | Uploaded | Silence


@dataclass(frozen=True, slots=True)
class Naming:
    """What names of sounds depend on, besides what is heard.

    The key is the installation's secret: without it nobody can ask for a name's sound to learn whether somebody of that
    name is called. ``engine`` is what renders the voice, so that another engine makes new sounds.
    """

    key: bytes
    engine: str


def sources_of(parts: Iterable[Part], *, voice: Voice) -> tuple[Source, ...]:
    """Return what is played for the parts, in their order."""
    return tuple(_source(part, voice=voice) for part in parts)


def sound_name(source: Source, *, naming: Naming) -> str:
    """Return the name under which a sound is kept; what is heard alike has one name, all else has another."""
    match source:
        case Rendered():
            return f"r{_address(source, naming=naming)}"
        case Uploaded():
            return f"u{source.audio_file}"
        case Silence():
            return f"s{source.milliseconds}"
        case _:
            assert_never(source)


def library_of(voice: Voice) -> frozenset[Rendered]:
    """Return the words that are rendered once for a voice; of them all numbers, dates and codes are composed."""
    return frozenset(Rendered(word, voice, is_word=True) for word in speaker_of(voice).library())


def library_name(voice: Voice, *, naming: Naming) -> str:
    """Return the name that says that a voice's whole library is kept; other words make another name."""
    words = " ".join(sorted(word.text for word in library_of(voice)))
    return f"l{_address(Rendered(words, voice, is_word=True), naming=naming)}"


def missing_sounds(sources: Iterable[Source], *, kept: Collection[str], naming: Naming) -> tuple[Rendered, ...]:
    """Return what has yet to be rendered, each distinct sound once, in the order in which it is heard."""
    new = (source for source in sources if isinstance(source, Rendered))
    return tuple(_distinct(new, but=kept, naming=naming))


def _distinct(sources: Iterable[Rendered], *, but: Collection[str], naming: Naming) -> Iterator[Rendered]:
    seen: set[str] = set()
    for source in sources:
        name = sound_name(source, naming=naming)
        if name not in seen and name not in but:
            seen.add(name)
            yield source


def _source(part: Part, *, voice: Voice) -> Source:
    match part:
        case Word():
            return Rendered(part.text, voice, is_word=True)
        case Text():
            return Rendered(part.text, voice)
        case Sound():
            return Uploaded(part.audio_file)
        case Pause():
            return Silence(part.milliseconds)
        case _:
            assert_never(part)


def _address(source: Rendered, *, naming: Naming) -> str:
    voice = source.voice
    text = unicodedata.normalize("NFC", source.text)
    made_of = [FORM, naming.engine, voice.name, voice.language.value, float(voice.speed), source.is_word, text]
    written = json.dumps(made_of, ensure_ascii=True)
    return hmac.digest(naming.key, written.encode(), "sha256").hex()[:_NAME_LENGTH]
