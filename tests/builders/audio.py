"""Files of sound as clients have them."""

import io
import wave
from array import array
from math import pi, sin

from worker.domain.speech.pcm import RATE


def a_file(*, seconds: float = 0.5, rate: int = 44_100, channels: int = 2, loudness: float = 0.05) -> bytes:
    """Make a WAV file with a tone, as a studio would send it."""
    tone = (int(32767 * loudness * sin(2 * pi * 440 * place / rate)) for place in range(int(rate * seconds)))
    samples = array("h", (one for sample in tone for one in (sample,) * channels))
    return as_wav(samples, rate=rate, channels=channels)


def as_wav(samples: "array[int]", *, rate: int = RATE, channels: int = 1) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return made.getvalue()
