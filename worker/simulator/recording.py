"""A call's recording: a file of silence that is as long as what was recorded."""

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SAMPLES_PER_SECOND: Final = 8000
_HEADER_BYTES: Final = 44
_MICROSECONDS: Final = 1_000_000
NOT_OPENED: Final = {"record_completion_cause": "uri-failure"}
"""What a FreeSWITCH 1.10.12 set for a file that it could not open; the call went on."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording since its beginning, in microseconds of the switch's clock."""

    path: Path
    began: int

    def close(self, *, ended: int, speed: float) -> dict[str, str]:
        """Write the file; return the variables that FreeSWITCH sets then."""
        samples = round((ended - self.began) * speed * _SAMPLES_PER_SECOND / _MICROSECONDS)
        with wave.open(str(self.path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_SAMPLES_PER_SECOND)
            file.writeframes(bytes(2 * samples))
        return {
            "record_file_size": str(_HEADER_BYTES + 2 * samples),
            "record_samples": str(samples),
            "record_seconds": str(samples // _SAMPLES_PER_SECOND),
            "record_ms": str(samples * 1000 // _SAMPLES_PER_SECOND),
            "record_completion_cause": "success-silence",
        }


def begin_recording(path: str, *, at: int) -> Recording | None:
    """Open the file, and make its folder as FreeSWITCH does; None when that is not possible."""
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError:
        return None
    return Recording(file, at)
