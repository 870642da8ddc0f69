"""The folder in which embedded parts keep their files: readable for its owner alone."""

import logging
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from worker.domain.errors import Rejected

logger = logging.getLogger(__name__)

UMASK: Final = 0o077
"""Files and folders that our processes create are for their owner alone."""
PRIVATE: Final = 0o700
OURS: Final = (
    "callbeat.sqlite3*", "secret.key*", "embedded.env", "switch.url", "switch.jsonl", "json_cdr.conf.xml", "up.lock",
    "stopping.lock", "redis.*", "supervisor.*", "flower.state*", "log", "processes", "cdr-unsent", "sounds",
    "prometheus.json",
)  # fmt: skip
"""What Callbeat keeps in its home; folders with all their files."""


class NotPrivate(Rejected):
    """The home cannot be made private; the message is the one line that the operator reads."""


def make_private(home: Path) -> Path:
    """Create the home if it is missing, and close it and our files in it to other users; return its whole path.

    Raises ``NotPrivate`` when it belongs to another user, or is open and holds only other programs' files.
    """
    home = home.absolute()
    try:
        home.mkdir(mode=PRIVATE, parents=True)
    except FileExistsError:
        pass
    except OSError as error:
        raise NotPrivate(f"{home} cannot be created ({error.strerror}): choose another by CALLBEAT_HOME") from error
    if not home.is_dir():
        raise NotPrivate(f"{home} is no folder: choose another by CALLBEAT_HOME")
    folder, me = home.stat(), os.geteuid()
    if folder.st_uid != me:
        raise NotPrivate(f"{home} belongs to the user {folder.st_uid}, and this is {me}: run as its owner")
    if _is_open(folder) and _is_shared(home, folder):
        raise NotPrivate(
            f"{home} is open to others and holds other files: `chmod 700` it, or choose another by CALLBEAT_HOME"
        )
    narrowed = sum(_narrow(path, owner=me) for path in (home, *_files(home)))
    if narrowed:
        extra = {"action": "home_narrowed", "home": str(home), "files": narrowed}
        logger.warning("the home was open to other users and is closed to them now", extra=extra)
    return home


def _files(home: Path) -> Iterator[Path]:
    for pattern in OURS:
        for path in home.glob(pattern):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from path.rglob("*")


def _is_shared(home: Path, folder: os.stat_result) -> bool:
    """Return True for a folder such as /tmp, and for one with files but none of ours."""
    return bool(folder.st_mode & stat.S_ISVTX) or (any(home.iterdir()) and not any(_files(home)))


def _narrow(path: Path, *, owner: int) -> bool:
    with suppress(FileNotFoundError):  # SQLite removes its files when nobody uses them
        found = path.lstat()
        if _is_open(found) and found.st_uid == owner and not stat.S_ISLNK(found.st_mode):
            path.chmod(stat.S_IMODE(found.st_mode) & PRIVATE)
            return True
    return False


def _is_open(found: os.stat_result) -> bool:
    return bool(stat.S_IMODE(found.st_mode) & UMASK)


def disk_free(folders: Mapping[str, Path]) -> dict[str, float]:
    """Return the share of the disk that is free for each folder; one that cannot be read is left out."""
    found = {}
    for purpose, folder in folders.items():
        with suppress(OSError):
            usage = shutil.disk_usage(folder)
            found[purpose] = usage.free / usage.total
    return found
