"""How far a long command is: a bar on a terminal, nothing in a pipe; and Ctrl-C, which ends it between two steps."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

Show = Callable[[int, int], None]
"""Receives how much is done, and of how much; 0 when that is not known."""


@contextmanager
def progress(what: str, *, stays: bool = True) -> Iterator[Show]:
    """Yield what shows how far the work is, on stderr, so that stdout is the result alone.

    The bar of what only has to be waited for does not stay.
    """
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - only terminals need it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    from worker.cli.plain_text import plain  # noqa: PLC0415 - as above

    name = plain(what).plain
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=not stays) as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)


@contextmanager
def stopped_by_ctrl_c() -> Iterator[Event]:
    """Yield an event that the first Ctrl-C sets; a second one interrupts as ever."""
    stop, before = Event(), signal.getsignal(signal.SIGINT)

    def heard(_number: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, heard)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
