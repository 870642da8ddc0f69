"""Start a program that ends with its supervisor: ``python tether.py LOCK SUPERVISOR_PID_FILE COMMAND…``.

The program keeps a lock file for as long as it lives, however its supervisor ends. So the next ``callbeat up`` knows
what an earlier one has left behind. On Linux the kernel also sends it SIGTERM when the supervisor dies. This file is
run by its path and imports little, because every process of ``up`` begins here.
"""

import ctypes
import fcntl
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

DIES_WITH_PARENT: Final = 1
"""``PR_SET_PDEATHSIG`` of Linux; it survives the start of another program."""
STILL_RUNS: Final = 3
"""The exit code when the program's predecessor still holds the lock."""


def die_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the parent dies, where the kernel can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM)


def take(lock: Path) -> bool:
    """Lock the file until this process and what it becomes have ended; return False when another one holds it."""
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    os.ftruncate(file, 0)
    os.write(file, str(os.getpid()).encode())
    os.set_inheritable(file, True)  # noqa: FBT003 - positional only
    return True


def holder(lock: Path) -> int | None:
    """Return the number of the process that holds the lock; None when it has ended."""
    with suppress(FileNotFoundError), lock.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read() or 0)
    return None


def _run(lock: str, supervisor: str, *command: str) -> None:
    die_with_parent()
    if int(Path(supervisor).read_text()) != os.getppid():
        sys.exit(f"the supervisor has ended before {command[0]} began")
    if not take(Path(lock)):
        sys.exit(STILL_RUNS)
    os.execvp(command[0], command)  # noqa: S606 - our own command, without a shell


if __name__ == "__main__":
    _run(*sys.argv[1:])
