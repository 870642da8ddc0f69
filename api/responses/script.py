"""Scripts as the preview of a template writes them."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from worker.domain.json_value import Json
from worker.domain.script import HangUp, Menu, OptOut, Record, Repeat, Say, Script, Step, Transfer
from worker.domain.speech.parts import Part, Pause, Sound, Text, Word, heard


def script_shape(script: Script) -> dict[str, Json]:
    """Return a script; ``silent`` means that a callee would hear nothing."""
    return {
        "language": script.voice.language.value,
        "voice_tts": script.voice.name,
        "speed_tts": script.voice.speed,
        "silent": not script.says_something,
        "steps": _steps(script.steps),
    }


_NAMES: Final[Mapping[type[Step], str]] = {OptOut: "opt_out", Record: "record", Repeat: "repeat"}


def _steps(steps: Sequence[Step]) -> list[Json]:
    return [_step(step) for step in steps]


def _step(step: Step) -> dict[str, Json]:
    match step:
        case Say():
            return {"step": "say", **_speech(step.parts)}
        case Menu():
            return _menu(step)
        case Transfer():
            return {"step": "transfer", "extension": step.extension}
        case OptOut() | Record() | Repeat():
            return {"step": _NAMES[type(step)]}
        case HangUp():
            return {"step": "hangup", "finish": step.finish.value}
        case _:
            assert_never(step)


def _menu(menu: Menu) -> dict[str, Json]:
    return {
        "step": "menu",
        **_speech(menu.prompt),
        "plays": menu.plays,
        "wait_seconds": menu.wait_seconds,
        "bounce_seconds": menu.bounce_seconds,
        "keys": {digit: _steps(steps) for digit, steps in menu.keys.items()},
        "wrong_key": _speech(menu.wrong_key),
        "after_wrong_keys": _steps(menu.after_wrong_keys),
    }


def _speech(parts: Sequence[Part]) -> dict[str, Json]:
    return {"heard": heard(parts), "parts": [_part(part) for part in parts]}


def _part(part: Part) -> dict[str, Json]:
    match part:
        case Word():
            return {"word": part.text}
        case Text():
            return {"text": part.text}
        case Sound():
            return {"audio_file": part.audio_file}
        case Pause():
            return {"pause_milliseconds": part.milliseconds}
        case _:
            assert_never(part)
