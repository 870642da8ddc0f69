"""The request to end this process, how much of its drain time is left, and the notice that the whole home stops."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from pendulum import Duration

from worker.domain.errors import Unavailable

NOTICE: Final = "stopping.lock"
"""In the home: a file that `callbeat up` locks while it stops. Who is killed leaves no lock behind."""


class Stop:
    """A request to stop. Safe for several threads; the first request counts."""

    def __init__(self, *, drain: Duration, steady: Callable[[], float] = time.monotonic) -> None:
        """``drain`` is how long the process may stay after the request, while calls are up."""
        self._drain_seconds = drain.total_seconds()
        self._steady = steady
        self._event = Event()
        self._at: float | None = None

    @property
    def is_requested(self) -> bool:
        """Return True once the process is to end."""
        return self._event.is_set()

    @property
    def seconds_left(self) -> float:
        """Return what is left of the drain time, at least 0; all of it before the request."""
        if self._at is None:
            return self._drain_seconds
        return max(0.0, self._at + self._drain_seconds - self._steady())

    @property
    def is_over(self) -> bool:
        """Return True once the drain time is over."""
        return self.is_requested and self.seconds_left <= 0

    def request(self) -> None:
        """Ask the process to end."""
        if self._at is None:
            self._at = self._steady()
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait; a request ends the wait, and a wait after the request ends with the drain time."""
        if self._event.is_set():
            Event().wait(min(seconds, self.seconds_left))
        else:
            self._event.wait(seconds)


@contextmanager
def notice_of_stop(home: Path) -> Iterator[None]:
    """Hold a lock by which the other processes of the home know that all of them stop."""
    with (home / NOTICE).open("w") as notice:
        fcntl.flock(notice, fcntl.LOCK_EX)
        yield


def check_not_stopping(home: Path) -> None:
    """Raise ``Unavailable`` while the whole home stops."""
    try:
        with (home / NOTICE).open() as notice:
            fcntl.flock(notice, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except BlockingIOError as error:
        raise Unavailable("stopping: no new calls, those that are up go on") from error
