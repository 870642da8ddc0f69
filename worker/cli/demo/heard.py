"""What callees heard, in words, by the simulated switch's own log, which has nothing but names of sounds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from secrets import token_bytes

from worker.cli.bootstrap import opened
from worker.cli.demo.operator import Answer
from worker.cli.demo.people import Person
from worker.clock import SystemClock
from worker.domain.script import script_of
from worker.domain.script_parts import every_part
from worker.domain.speech.sounds import Rendered, sources_of
from worker.domain.template import template_of
from worker.ports.sounds import SoundNames
from worker.settings import Settings
from worker.sounds.configuration import read_engines
from worker.sounds.names import SOUND_KEY_BYTES, KeyedNames
from worker.sounds.reader import MiniaudioReader
from worker.usecases.dispatch.sound_key import sound_key

Line = Mapping[str, object]
Words = Mapping[str, str]
"""Texts of sounds, by their names."""


def sample_of(lines: Sequence[Line], *, callees: Sequence[Person], words: Callable[[Person], Words]) -> str:
    """Return what the callee heard who was told most, in words, with the keys; empty when nobody heard anything."""
    calls: dict[str, list[Line]] = {}
    for line in lines:
        calls.setdefault(str(line["call"]), []).append(line)
    if not any(line["event"] == "sound" for line in lines):
        return ""
    call = max(calls.values(), key=lambda told: (any(one["event"] == "key" for one in told), len(told)))
    person = next(one for one in callees if one.phone == call[0]["number"])
    return " ".join(_told(call, words=words(person)))


def words_of(person: Person, *, template: Answer, names: SoundNames) -> Words:
    """Return the texts that the template has for a callee, by the names of their sounds."""
    script = script_of(template_of(template), values=person.values)
    sources = sources_of(every_part(script), voice=script.voice)
    return {names.name(source): source.text for source in sources if isinstance(source, Rendered)}


@contextmanager
def names_of(chosen: Settings) -> Iterator[SoundNames]:
    """Yield the names of this installation's sounds."""
    engines = read_engines(chosen.speech, reader=MiniaudioReader(), wait=SystemClock().wait)
    with opened(chosen) as store:
        read_key = partial(sound_key, store, new_key=partial(token_bytes, SOUND_KEY_BYTES))
        yield KeyedNames(read_key, rendered_by=engines.rendered_by)


def _told(call: Sequence[Line], *, words: Words) -> Iterator[str]:
    for line in call:
        match line["event"]:
            case "sound":
                if word := words.get(str(line["sound"])):
                    yield word
            case "key":
                yield f"[key {line['key']}]"
            case _:
                pass
