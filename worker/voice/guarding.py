"""What the guard runs: kill the process whose signs of life stop. It imports nothing of ours, to start at once."""

import os
import select
import signal
import sys
from contextlib import suppress

AGAIN_SECONDS = 0.2
"""After a silence it looks once more: a whole machine that was suspended wakes the guard and the guarded alike."""


def guard(process: int, stands_still_seconds: float) -> None:
    """Read signs of life from standard input until they end, or kill the process when they stop."""
    while True:
        if not (_is_readable(stands_still_seconds) or _is_readable(AGAIN_SECONDS)):
            if os.getppid() == process:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            return
        if not os.read(0, 4096):
            return


def _is_readable(seconds: float) -> bool:
    return bool(select.select([0], [], [], seconds)[0])


if __name__ == "__main__":
    guard(int(sys.argv[1]), float(sys.argv[2]))
