"""The files that a call plays: how long each lasts, as FreeSWITCH reads ``playback``'s argument."""

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_JOINED: Final = "file_string://"
_SILENCE: Final = "silence_stream://"


@dataclass(frozen=True, slots=True)
class Heard:
    """One sound that was played."""

    name: str
    seconds: float


def sounds_of(argument: str) -> list[Heard]:
    """Return what is heard: missing files among several are passed over, as a real switch was seen to do."""
    names = argument.removeprefix(_JOINED).split("!") if argument.startswith(_JOINED) else [argument]
    return [heard for name in names if (heard := _sound(name)) is not None]


def _sound(name: str) -> Heard | None:
    if name.startswith(_SILENCE):
        milliseconds = name.removeprefix(_SILENCE)
        return Heard(name, int(milliseconds) / 1000) if milliseconds.isdecimal() else None
    try:
        with wave.open(str(Path(name)), "rb") as file:
            return Heard(Path(name).stem, file.getnframes() / file.getframerate())
    except (OSError, EOFError, wave.Error):
        return None
