"""Keys that a terminal sends while a live view is shown."""

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Final

Wait = Callable[[float], bool]
"""Waits for so many seconds; returns True as soon as the view is to end."""
ENDING: Final = frozenset(b"qQ\x04")
"""Also Ctrl-D; Ctrl-C arrives as a signal."""
_LONGEST_READ: Final = 256


@contextmanager
def keys() -> Iterator[Wait]:
    """Yield what waits for a key; the terminal gets its settings back however the block ends.

    Without a terminal to read from it only waits.
    """
    if not sys.stdin.isatty():
        yield Event().wait
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        yield lambda seconds: _is_ended(terminal, seconds)
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def _is_ended(terminal: int, seconds: float) -> bool:
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        ready, _, _ = select.select([terminal], [], [], left)
        if ready:
            typed = os.read(terminal, _LONGEST_READ)
            if not typed or ENDING & frozenset(typed):  # nothing: the terminal is gone
                return True
    return False
