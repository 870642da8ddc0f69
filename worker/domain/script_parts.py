"""Everything that a script may play, on every branch."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from worker.domain.script import HangUp, Menu, OptOut, Record, Repeat, Say, Script, Step, Transfer
from worker.domain.speech.parts import Part


def every_part(script: Script) -> Iterator[Part]:
    """Yield the parts that the callee may hear, those of the message first, then those behind its keys."""
    return _of(script.steps)


def _of(steps: Iterable[Step]) -> Iterator[Part]:
    return chain.from_iterable(map(_parts, steps))


def _parts(step: Step) -> Iterator[Part]:
    match step:
        case Say():
            yield from step.parts
        case Menu():
            yield from step.prompt
            yield from step.wrong_key
            yield from _of(step.after_wrong_keys)
            yield from _of(chain.from_iterable(step.keys.values()))
        case Transfer() | OptOut() | Record() | Repeat() | HangUp():
            pass
        case _:
            assert_never(step)
