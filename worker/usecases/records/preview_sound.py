"""Render what a preview says, as one sound that lives for a few minutes."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, assert_never
from uuid import UUID

from pendulum import DateTime

from worker.domain.errors import CallbeatError, Invalid, Unavailable
from worker.domain.script import HangUp, Menu, OptOut, Record, Repeat, Say, Script, Step, Transfer
from worker.domain.speech import pcm
from worker.domain.speech.parts import Part
from worker.domain.speech.sounds import Rendered, Silence, Source, sources_of
from worker.ports.records.store import RecordStore
from worker.ports.sounds import SoundNames, SoundStore, SpeechEngines

JOINED: Final = "j"
"""As sounds of one call, it is deleted a while after it was made, and no switch or proxy may keep it."""
MOST_TEXTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPreview:
    """Where a client hears a preview: the name of a sound, and how long it lasts."""

    name: str
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booth:
    """What renders a preview."""

    engines: SpeechEngines
    sounds: SoundStore
    names: SoundNames
    new_id: Callable[[], UUID]


def preview_sound(store: RecordStore, script: Script, *, booth: Booth, now: DateTime) -> SoundPreview:
    """Render the message up to the first key; what was rendered is kept for the callees.

    Raises ``Invalid`` for a script that says nothing or too much, and ``Unavailable`` when an engine fails.
    """
    sources = sources_of(_first_parts(script.steps), voice=script.voice)
    texts = [source for source in dict.fromkeys(sources) if isinstance(source, Rendered)]
    if not sources or len(texts) > MOST_TEXTS:
        raise Invalid("nothing is said" if not sources else f"more than {MOST_TEXTS} texts are said")
    kept = booth.sounds.kept({booth.names.name(source) for source in sources if not isinstance(source, Silence)})
    missing = [text for text in texts if booth.names.name(text) not in kept]
    lengths = dict(_rendered(store, missing, booth=booth, now=now))
    if lengths:
        with store.transaction() as tx:
            tx.sounds.note_ready(lengths, now=now)
    whole = pcm.joined(_samples(source, booth=booth) for source in sources)
    name = f"{JOINED}{booth.new_id().hex}"
    booth.sounds.write(name, pcm.wav_of(whole))
    return SoundPreview(name=name, milliseconds=pcm.milliseconds(whole))


def _rendered(
    store: RecordStore, texts: Sequence[Rendered], *, booth: Booth, now: DateTime
) -> Iterable[tuple[str, int]]:
    """Yield what was rendered, with its length; an engine that rests or has no budget left is not asked."""
    for engine, group in groupby(texts, key=lambda text: booth.engines.engine_of(text.voice)):
        asked = list(group)
        _book(store, engine, wanted=len(asked), booth=booth, now=now)
        for text, result in zip(asked, booth.engines.render(asked), strict=True):
            if isinstance(result, Unavailable):
                raise result
            if isinstance(result, CallbeatError):
                raise Invalid(str(result))
            name = booth.names.name(text)
            booth.sounds.write(name, result)
            yield name, pcm.milliseconds(pcm.samples_of(result))


def _book(store: RecordStore, engine: str, *, wanted: int, booth: Booth, now: DateTime) -> None:
    per_minute = booth.engines.per_minute(engine)
    with store.transaction() as tx:
        rest = tx.sounds.engines().get(engine)
        if rest is not None and rest.lasts(now):
            raise Unavailable(f"{engine} is left alone for a while: {rest.error}")
        if per_minute is None:
            return
        if tx.sounds.take_budget(engine, wanted=wanted, per_minute=per_minute, now=now) < wanted:
            raise Unavailable(f"{engine} has no budget left in this minute")


def _samples(source: Source, *, booth: Booth) -> "array[int]":
    if isinstance(source, Silence):
        return pcm.silence(source.milliseconds)
    return pcm.samples_of(booth.sounds.read(booth.names.name(source)))


def _first_parts(steps: Iterable[Step]) -> tuple[Part, ...]:
    """Return what is said until a key is waited for, or the end."""
    said: tuple[Part, ...] = ()
    for step in steps:
        match step:
            case Say():
                said += step.parts
            case Menu():
                return said + step.prompt
            case Record():
                pass
            case Transfer() | OptOut() | Repeat() | HangUp():
                return said
            case _:
                assert_never(step)
    return said
