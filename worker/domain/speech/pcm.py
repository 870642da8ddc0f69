"""Samples of sound as the telephone carries them: 16 bits, 8 kHz, one channel; and the WAV files that hold them."""

import struct
import sys
from array import array
from collections.abc import Iterable
from math import sqrt
from operator import mul
from typing import Final

from worker.domain.errors import Rejected

RATE: Final = 8000
"""Samples a second."""

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_FORMAT_BYTES: Final = 16
_PCM: Final = 1
_SAMPLE_BYTES: Final = 2
_FRAME: Final = RATE // 50
"""20 ms: shorter than a syllable, longer than a period of the lowest voice."""
_LOUDEST: Final = 32767
_QUIETEST_FRAME: Final = _LOUDEST * 10 ** (-45 / 20)
"""Below -45 dBFS a line's own noise hides it."""
_SPEECH_LEVEL: Final = _LOUDEST * 10 ** (-20 / 20)
"""-20 dBFS, the mean of frames with speech: as loud as people on the line (-26 to -18)."""
_HIGHEST_PEAK: Final = _LOUDEST * 10 ** (-1 / 20)


def samples_from(pcm: bytes) -> "array[int]":
    """Return little-endian samples of 16 bits."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def wav_of(samples: "array[int]") -> bytes:
    """Return a WAV file with the samples."""
    data = array("h", samples)
    if sys.byteorder == "big":
        data.byteswap()
    return wav_at(data.tobytes(), rate=RATE)


def wav_at(pcm: bytes, *, rate: int) -> bytes:
    """Return a WAV file with little-endian samples of 16 bits, one channel, and this rate."""
    rates = (rate, rate * _SAMPLE_BYTES, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES)
    start = (b"RIFF", _HEADER.size - 8 + len(pcm), b"WAVE", b"fmt ", _FORMAT_BYTES, _PCM, 1)
    return _HEADER.pack(*start, *rates, b"data", len(pcm)) + pcm


def samples_of(wav: bytes) -> "array[int]":
    """Return the samples of a WAV file that ``wav_of`` made; raises ``Rejected`` for any other file."""
    if len(wav) < _HEADER.size or wav[: _HEADER.size - 4] != wav_of(array("h"))[:4] + wav[4:8] + _FIXED:
        raise Rejected("not one of our WAV files")
    return samples_from(wav[_HEADER.size :])


_FIXED: Final = wav_of(array("h"))[8 : _HEADER.size - 4]


def milliseconds(samples: "array[int]") -> int:
    """Return how long the samples last."""
    return len(samples) * 1000 // RATE


def silence(of_milliseconds: int) -> "array[int]":
    """Return samples of nothing."""
    return array("h", bytes(_SAMPLE_BYTES * (of_milliseconds * RATE // 1000)))


def joined(pieces: "Iterable[array[int]]") -> "array[int]":
    """Return the pieces one after the other."""
    whole = array("h")
    for piece in pieces:
        whole.extend(piece)
    return whole


def is_silent(samples: "array[int]") -> bool:
    """Return True when nobody could hear anything."""
    return not _heard_frames(samples)


def prepared(samples: "array[int]", *, margin_milliseconds: int) -> "array[int]":
    """Return the samples at the level of all our sounds, with this much of the silence before and behind them.

    No peak is higher than 1 dB below the highest; the result is empty when nobody could hear anything.
    """
    heard = _heard_frames(samples)
    if not heard:
        return array("h")
    margin = margin_milliseconds * RATE // 1000
    kept = samples[max(0, min(heard) * _FRAME - margin) : (max(heard) + 1) * _FRAME + margin]
    mean = sqrt(sum(heard.values()) / len(heard))
    peak = max(abs(max(kept)), abs(min(kept)))
    gain = min(_SPEECH_LEVEL / mean, _HIGHEST_PEAK / peak)
    return array("h", [int(sample * gain) for sample in kept])


def _heard_frames(samples: "array[int]") -> dict[int, float]:
    """Return the mean square of each frame that is heard, by its number."""
    squares = (
        (start // _FRAME, sum(map(mul, frame, frame)) / len(frame))
        for start in range(0, len(samples), _FRAME)
        if (frame := samples[start : start + _FRAME])
    )
    return {number: square for number, square in squares if square > _QUIETEST_FRAME**2}
