"""Gives a Python process a clock that can be told to jump; Python imports this by its name when it starts.

The offset from the machine's clock, in seconds, is in the file that the environment names. Until it is first told to
jump, nothing is touched. The monotonic clock never is.
"""

import os
import threading
import time
from pathlib import Path
from typing import Final

import time_machine

LOOK_SECONDS: Final = 0.02
NANOSECONDS: Final = 1_000_000_000


class Clock:
    """The process's clock."""

    def __init__(self, file: Path) -> None:
        """Be as wrong as the file says."""
        self._file = file
        self._traveller: time_machine.Traveller | None = None
        self.follow()

    def follow(self) -> None:
        """Be as wrong as the file says now."""
        offset = round(float(self._file.read_text()) * NANOSECONDS)
        if self._traveller is None:
            if offset == 0:
                return
            self._traveller = time_machine.travel(time.time() + offset / NANOSECONDS, tick=True).start()
            self._traveller.time_ns()  # it counts from when it was first asked
        # Set from the moment at which it began to count, so that an offset of 0 is the machine's own time again.
        self._traveller._destination_timestamp_ns = self._traveller._real_start_timestamp_ns + offset

    def follow_for_ever(self) -> None:
        """Look at the file again and again."""
        while True:
            time.sleep(LOOK_SECONDS)
            self.follow()


if "CALLBEAT_TEST_CLOCK" in os.environ:
    threading.Thread(target=Clock(Path(os.environ["CALLBEAT_TEST_CLOCK"])).follow_for_ever, daemon=True).start()
