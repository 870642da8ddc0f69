"""espeak-ng: the program on the PATH, or the library that a wheel brings along. Robotic, quick, and easily had."""

import ctypes
import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any, Final

from typing_extensions import override

from worker.domain.errors import Rejected, Unavailable
from worker.domain.speech.pcm import wav_at
from worker.domain.speech.voice import Language, Region, Voice
from worker.sounds.engine import Engine

NAME: Final = "espeak-ng"
NOT_FOUND: Final = "espeak-ng is not on the PATH, and the package espeakng-loader is not installed"

_LOADER: Final = "espeakng_loader"
_WORDS_A_MINUTE: Final = 160
"""At speed 1: a little slower than its own default, since it is listened to on a telephone."""
_SLOWEST: Final = 80
_ANSWERED_WITHIN: Final = 20
"""Seconds; a page of text takes less than one."""
_CONCURRENCY: Final = 2
_SYNCHRONOUS: Final = 2
_UTF8: Final = 1
_RATE_PARAMETER: Final = 1
_KEEP_RUNNING: Final = 0x8000
"""Without this option the library ends the process when it does not find its files."""


def find_espeak() -> Engine:
    """Return the library if its package is installed, since it is twenty times as fast, else the program.

    One that is not there raises ``Unavailable`` for each text.
    """
    program = shutil.which(NAME)
    return EspeakProgram(program) if program and find_spec(_LOADER) is None else EspeakLibrary()


def _own_voice(voice: str, spoken_as: Voice) -> str:
    if voice:
        return voice
    match spoken_as.language, spoken_as.region:
        case Language.ENGLISH, _:
            return "en-us"
        case Language.VIETNAMESE, Region.SOUTH:
            return "vi-vn-x-south"
        case _:
            return "vi"


def _words_a_minute(speed: float) -> int:
    """Return 80 at speed 0, 160 at 1 and 320 at 2, the fastest that can be understood."""
    return max(_SLOWEST, round(_WORDS_A_MINUTE * 2 ** (speed - 1)))


class EspeakProgram(Engine):
    """One short process for each text, which gets the text on its standard input: process lists show no names."""

    name = NAME
    concurrency = _CONCURRENCY
    per_minute = None

    def __init__(self, program: str) -> None:
        """Run this program."""
        self._program = program

    @override
    def form(self, voice: str) -> str:
        return ""

    @override
    def speak(self, text: str, *, voice: str, spoken_as: Voice) -> bytes:
        speed = str(_words_a_minute(spoken_as.speed))
        command = [self._program, "-v", _own_voice(voice, spoken_as), "-s", speed, "-b", "1", "--stdin", "--stdout"]
        try:
            run = subprocess.run(  # noqa: S603 - a program of the operator's PATH; no argument comes from a client
                command, input=text.encode(), capture_output=True, timeout=_ANSWERED_WITHIN, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"{NAME} cannot be run: {type(error).__name__}") from error
        if run.returncode != 0:
            said = run.stderr.decode(errors="replace").strip()[-200:]
            raise Rejected(f"{NAME} ended with {run.returncode}: {said}")
        return _with_true_length(run.stdout)


def _with_true_length(wav: bytes) -> bytes:
    """Return the file with the length that it has; a program that writes to a pipe cannot know it in advance."""
    return wav[:4] + (len(wav) - 8).to_bytes(4, "little") + wav[8:40] + (len(wav) - 44).to_bytes(4, "little") + wav[44:]


class EspeakLibrary(Engine):
    """The library, in this process: a text takes milliseconds. It speaks one text at a time."""

    name = NAME
    concurrency = 1
    per_minute = None

    def __init__(self) -> None:
        """Load nothing yet."""
        self._lock = Lock()
        self._library: Any = None  # Any: functions of a C library
        self._spoken: list[bytes] = []
        self._take: Any = None  # Any: see above; kept, because the library calls it
        self._rate = 0

    @override
    def form(self, voice: str) -> str:
        return ""

    @override
    def speak(self, text: str, *, voice: str, spoken_as: Voice) -> bytes:
        with self._lock:
            library = self._loaded()
            self._spoken.clear()
            if library.espeak_SetVoiceByName(_own_voice(voice, spoken_as).encode()) != 0:
                raise Unavailable(f"{NAME} has no voice {_own_voice(voice, spoken_as)}")
            library.espeak_SetParameter(_RATE_PARAMETER, _words_a_minute(spoken_as.speed), 0)
            written = text.encode()
            size = ctypes.c_size_t(len(written) + 1)
            if library.espeak_Synth(written, size, 0, 0, 0, _UTF8, None, None) != 0:
                raise Rejected(f"{NAME} cannot speak the text")
            return wav_at(b"".join(self._spoken), rate=self._rate)

    def _loaded(self) -> Any:  # Any: see above
        if self._library is None:
            if find_spec(_LOADER) is None:
                raise Unavailable(NOT_FOUND)
            loader: Any = import_module(_LOADER)  # Any: a package of an extra, without types
            library = ctypes.CDLL(loader.get_library_path())
            rate = library.espeak_Initialize(_SYNCHRONOUS, 0, loader.get_data_path().encode(), _KEEP_RUNNING)
            if rate <= 0:
                raise Unavailable(f"{NAME} finds no files of its voices")
            self._take = _CALLBACK(self._keep)
            library.espeak_SetSynthCallback(self._take)
            self._library, self._rate = library, rate
        return self._library

    def _keep(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._spoken.append(ctypes.string_at(samples, 2 * count))
        return 0


_CALLBACK: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
