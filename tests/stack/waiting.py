"""Waiting for something that processes do by themselves."""

import time
from collections.abc import Callable
from typing import Final

LOOK_SECONDS: Final = 0.1


def wait_until(happened: Callable[[], bool], *, seconds: float, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Look again and again until it has happened; fail when it has not happened in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s"
        meanwhile()
        time.sleep(LOOK_SECONDS)
