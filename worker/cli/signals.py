"""Hears SIGTERM and SIGINT in a thread of its own, so that a process ends in time, whatever it waits for.

Python runs a signal's handler only between two steps of the main thread, which may be waiting for a database, a broker
or a lock. The number of the signal is written into a socket at once, and a thread reads it there.
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from threading import Thread
from typing import Final, NoReturn

from worker.domain.timing import ENDED_AFTER_DRAIN
from worker.stopping import Stop

logger = logging.getLogger(__name__)

ENDING: Final = frozenset({signal.SIGTERM, signal.SIGINT})
TOO_LATE: Final = 1
"""The exit code of a process that had to be ended after the drain time."""
KILLED_BY: Final = 128
"""Added to the number of a signal: the exit code that shells know."""


def ends_on_signals(stop: Stop, *, first: Callable[[], None] = sys.exit) -> Stop:
    """Request the stop on the first signal, and end the process at once on the second or after the drain time.

    Call it in the main thread. ``first`` is what the main thread does then, until a handler is installed that knows
    better, such as Celery's.
    """
    ear, mouth = socket.socketpair()
    mouth.settimeout(0)
    signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    for number in ENDING:
        signal.signal(number, lambda *_: first())
    Thread(target=_watch, args=(ear, mouth, stop), name="signals", daemon=True).start()
    return stop


def _watch(ear: socket.socket, _mouth: socket.socket, stop: Stop) -> NoReturn:
    """Read the numbers of signals. The other end is an argument so that it stays open."""
    first = _next_signal(ear)
    logger.info(
        "the process was told to stop",
        extra={"action": "stopping", "signal": first.name, "seconds_left": stop.seconds_left},
    )
    stop.request()
    ear.settimeout(stop.seconds_left + ENDED_AFTER_DRAIN.total_seconds())
    try:
        second = _next_signal(ear)
    except TimeoutError:
        _end("ended_late", code=TOO_LATE)
    _end("ended_at_once", code=KILLED_BY + second)


def _next_signal(ear: socket.socket) -> signal.Signals:
    while True:
        for number in ear.recv(1):
            if number in ENDING:
                return signal.Signals(number)


def _end(action: str, *, code: int) -> NoReturn:
    logger.warning("the process ends in the middle of its work", extra={"action": action})
    os._exit(code)
