"""The files that a call plays: how long each lasts, as FreeSWITCH reads ``playback``'s argument."""

import wave
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

_JOINED: Final = "file_string://"
_SILENCE: Final = "silence_stream://"


@dataclass(frozen=True, slots=True)
class Heard:
    """One sound that was played."""

    name: str
    seconds: float


def names_in(argument: str) -> list[str]:
    """Return the files, addresses and silences that ``playback`` plays, in their order."""
    return argument.removeprefix(_JOINED).split("!") if argument.startswith(_JOINED) else [argument]


def heard_on_disk(name: str) -> Heard | None:
    """Return what is heard of a file or a silence; None when it cannot be played."""
    if name.startswith(_SILENCE):
        milliseconds = name.removeprefix(_SILENCE)
        return Heard(name, int(milliseconds) / 1000) if milliseconds.isdecimal() else None
    return _heard(str(Path(name)), name=Path(name).stem)


def heard_in(data: bytes, *, name: str) -> Heard | None:
    """Return what is heard of a WAV file's bytes; None when they are none."""
    return _heard(BytesIO(data), name=name)


def _heard(file: str | BytesIO, *, name: str) -> Heard | None:
    try:
        with wave.open(file, "rb") as read:
            return Heard(name, read.getnframes() / read.getframerate())
    except (OSError, EOFError, wave.Error):
        return None
