"""A disk of a few megabytes that one process and its children see, and that can be filled to the last byte.

The mount is in a mount namespace of that process: nobody else sees it, and it ends with its last process.
"""

import errno
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

TOOLS: Final = ("unshare", "nsenter", "mount", "sh")
PIECE: Final = 64 * 1024
FILLER: Final = "filler"
COPY: Final = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=15).execute('VACUUM INTO ?', [sys.argv[2]])"
COPY_SECONDS: Final = 60.0
MOUNTED: Final = 'mount -t tmpfs -o "size=$1,mode=0700" callbeat "$2" && shift 2 && exec "$@"'


def on_small_disk(words: Sequence[str], *, folder: Path, size: str) -> list[str]:
    """Give the command that mounts a disk of that size on the folder, for another command alone."""
    return ["unshare", "--mount", "sh", "-c", MOUNTED, "sh", size, str(folder), *words]


def why_not() -> str:
    """Say why there can be no such disk here; nothing if there can."""
    if sys.platform != "linux" or os.geteuid() != 0 or any(shutil.which(tool) is None for tool in TOOLS):
        return "a small disk needs Linux, root, unshare and mount"
    command = on_small_disk(["true"], folder=Path("/mnt"), size="1m")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return f"no small disk: {shlex.join(command)}: {done.stderr}" if done.returncode else ""


def copy_database(pid: int, file: Path, *, to: Path) -> None:
    """Copy an SQLite database that a process sees: SQLite itself finds no file by another's path."""
    to.unlink(missing_ok=True)
    command = ["nsenter", f"--mount=/proc/{pid}/ns/mnt", sys.executable, "-c", COPY, str(file), str(to)]
    subprocess.run(command, check=True, timeout=COPY_SECONDS)


def seen_by(pid: int, folder: Path) -> Path:
    """Give the path by which everybody finds a folder as a process sees it."""
    return Path(f"/proc/{pid}/root{folder}")


def fill(folder: Path) -> int:
    """Write until not one more byte fits; give how many bytes that took."""
    written = 0
    with (folder / FILLER).open("ab", buffering=0) as filler:
        for piece in (b"." * PIECE, b"."):
            while (taken := _written(filler.fileno(), piece)) > 0:
                written += taken
    return written


def free(folder: Path) -> None:
    """Take away what filled it."""
    (folder / FILLER).unlink()


def _written(descriptor: int, piece: bytes) -> int:
    try:
        return os.write(descriptor, piece)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return 0
