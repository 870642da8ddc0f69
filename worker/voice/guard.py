"""A small process that kills this one when it stands still, so that the switch ends its calls instead of waiting.

A callee whose voice process is stopped or hangs would hear nothing, since its connection stays open. The kernel closes
the connections of a process that is killed, and the switch then goes on to its own next action.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from worker.domain.timing import VOICE_STANDS_STILL

_ONE: Final = b"."


class Guard:
    """The guard of this process."""

    def __init__(self, *, stands_still_seconds: float = VOICE_STANDS_STILL.total_seconds()) -> None:
        """Start the guard."""
        self._stands_still_seconds = stands_still_seconds
        self._start()

    def sign_of_life(self) -> None:
        """Show the guard that this process runs; a guard that died is started again."""
        try:
            os.write(self._pipe, _ONE)
        except BrokenPipeError:
            self._process.wait()
            self._start()
        except BlockingIOError:  # the guard itself is stopped, and has enough to read
            pass

    def end(self) -> None:
        """End the guard."""
        os.close(self._pipe)
        self._process.wait()

    def _start(self) -> None:
        reading, self._pipe = os.pipe()
        os.set_blocking(self._pipe, False)
        arguments = [str(os.getpid()), str(self._stands_still_seconds)]
        self._process = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guarding.py")), *arguments],
            stdin=reading,
            start_new_session=True,  # Ctrl-C ends the process that is guarded, and with it this one
        )
        os.close(reading)
