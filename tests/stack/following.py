"""The log of a simulated switch, read again and again while it grows: each line is parsed once."""

from pathlib import Path
from threading import Lock

from worker.simulator.log import Line, lines_of


class FollowedLog:
    """A log of which a test wants all lines every tenth of a second."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet: the file may come later."""
        self._path = path
        self._lines: list[Line] = []
        self._read = 0
        self._lock = Lock()

    def lines(self) -> list[Line]:
        """Return all complete lines, oldest first."""
        with self._lock:
            written = self._new()
            self._lines += lines_of(written)
            self._read += written.rfind(b"\n") + 1
            return list(self._lines)

    def _new(self) -> bytes:
        if not self._path.exists():
            return b""
        with self._path.open("rb") as file:
            file.seek(self._read)
            return file.read()
