"""The side file of what callees heard and did, one JSON object a line; tests and the demo read it.

The events are ``connected`` (to a voice process), ``sound``, ``stopped`` (the sound before it was broken off), ``key``,
``bridged``, and ``left`` (the callee hung up). A file that exists for one call only may be copied before it is gone.
"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import orjson


class HeardLog:
    """Appends lines without a buffer."""

    def __init__(self, path: Path | None, *, copies: Path | None = None) -> None:
        """Open the file; without a path nothing is written. Sounds are copied into ``copies``."""
        self._file: BinaryIO | None = None if path is None else path.open("ab", buffering=0)
        self._copies = copies

    def write(self, event: str, *, call: str, number: str, at: float, **values: object) -> None:
        """Append one line; ``at`` is in seconds since 1970."""
        if self._file is not None:
            line = {"event": event, "call": call, "number": number, "at": at, **values}
            self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def copy(self, argument: str) -> None:
        """Copy a sound file, so that a test can listen to it later."""
        if self._copies is not None:
            with suppress(OSError):
                shutil.copy(argument, self._copies)

    def keep(self, name: str, data: bytes) -> None:
        """Write a sound that was fetched beside those copies."""
        if self._copies is not None:
            with suppress(OSError):
                (self._copies / name).write_bytes(data)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


def read_heard(path: Path) -> list[Mapping[str, object]]:
    """Return all complete lines, oldest first."""
    *complete, _unfinished = path.read_bytes().split(b"\n") if path.exists() else [b""]
    return [orjson.loads(line) for line in complete]
