"""What a conversation may be told to play at once, so that all of it can be prepared when the callee answers."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from worker.domain.script import HangUp, Menu, OptOut, Record, Repeat, Say, Script, Step, Transfer
from worker.domain.speech.parts import Part

Playlist = tuple[Part, ...]
"""Parts that follow each other without a pause between."""


def playlists_of(script: Script) -> frozenset[Playlist]:
    """Return every playlist that ``conversation.respond`` can ask for, but empty ones."""
    return frozenset(parts for parts in _of(script.steps) if parts)


def _of(steps: Iterable[Step]) -> Iterator[Playlist]:
    return chain.from_iterable(map(_lists, steps))


def _lists(step: Step) -> Iterator[Playlist]:
    match step:
        case Say():
            yield step.parts
        case Menu():
            yield step.prompt
            yield (*step.wrong_key, *step.prompt)
            yield from _of(step.after_wrong_keys)
            yield from _of(chain.from_iterable(step.keys.values()))
        case Transfer() | OptOut() | Record() | Repeat() | HangUp():
            pass
        case _:
            assert_never(step)
