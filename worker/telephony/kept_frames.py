"""Frames that a standby keeps until they are handled or too old, bounded in bytes."""

from collections import deque
from typing import Final

from worker.telephony.esl import Frame

MOST_BYTES: Final = 32 * 1024 * 1024
"""About 4 500 events of 6 kB; a standby of a busy switch keeps 15 s of them. One that has kept this much stops reading;
the switch then holds back the rest."""
FRAME_BYTES: Final = 1024
"""What a frame takes in memory beside its body."""


class KeptFrames:
    """Frames by the moment at which they arrived, oldest first."""

    def __init__(self, *, most_bytes: int = MOST_BYTES) -> None:
        """Keep nothing yet."""
        self._most_bytes = most_bytes
        self._batches: deque[tuple[float, list[Frame], int]] = deque()
        self._bytes = 0

    def __bool__(self) -> bool:
        """Return True when something is kept."""
        return bool(self._batches)

    @property
    def is_full(self) -> bool:
        """Return True when no more should be read."""
        return self._bytes >= self._most_bytes

    def add(self, frames: list[Frame], *, at: float) -> None:
        """Keep frames that arrived together."""
        size = sum(FRAME_BYTES + len(frame.body) for frame in frames)
        self._batches.append((at, frames, size))
        self._bytes += size

    def drop_before(self, moment: float) -> None:
        """Forget what arrived earlier."""
        while self._batches and self._batches[0][0] < moment:
            self._bytes -= self._batches.popleft()[2]

    def take(self) -> list[tuple[float, list[Frame]]]:
        """Return what is kept, and keep it no longer."""
        taken = [(at, frames) for at, frames, _ in self._batches]
        self._batches.clear()
        self._bytes = 0
        return taken
