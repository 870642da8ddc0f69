"""What an operator sees while ``callbeat up`` stops: calls that are still up, and the time that is left for them."""

from collections.abc import Callable, Collection
from math import ceil
from pathlib import Path
from subprocess import Popen
from threading import Event, Thread
from time import monotonic
from typing import Final

import typer

from worker.cli.supervision import LOOK_SECONDS, end_at_once, still_running, tell_to_stop
from worker.domain.errors import Unavailable
from worker.store.transaction import SqlStore

COUNT_SECONDS: Final = 0.5
LEFT_SHOWN_EVERY: Final = 5
"""Seconds; in a log file a line for each second would be many."""
TAIL_SECONDS: Final = 10
"""What leaves after the listeners may take this long after the drain time; then it is killed."""


def wind_down(
    supervisor: Popen[bytes],
    *,
    home: Path,
    drain_seconds: float,
    again: Event,
    count_calls: Callable[[], int | None],
) -> None:
    """End all processes in order and show what they wait for; a second signal, or the time, ends them at once."""
    began, told = monotonic(), ""
    tell_to_stop(supervisor, home=home)
    counter = _Counter(count_calls)
    left = drain_seconds
    while supervisor.poll() is None and left > -TAIL_SECONDS and not again.wait(LOOK_SECONDS):
        left = began + drain_seconds - monotonic()
        line = progress(calls=counter.calls, left=left, running=still_running(home))
        if line != told:
            typer.echo(line, err=True)
            told = line
    counter.stop()
    if supervisor.poll() is None:
        typer.echo("Ended at once, on a second signal." if again.is_set() else "Ended: the time is over.", err=True)
    end_at_once(supervisor, home=home)
    if counter.calls:
        typer.echo(f"{_told(counter.calls)} still up; the next start settles what the switch knows of them.", err=True)


def count_calls_up(store: SqlStore) -> int | None:
    """Return how many calls the switches have; None when the database cannot be asked."""
    try:
        with store.reading() as tx:
            return tx.calls.count_on_switch()
    except Unavailable:
        return None


def progress(*, calls: int | None, left: float, running: Collection[str]) -> str:
    """Return the line that says what is left. It changes every five seconds, and when something has changed."""
    seconds = max(0, ceil(left / LEFT_SHOWN_EVERY) * LEFT_SHOWN_EVERY)
    up = "calls unknown" if calls is None else f"{_told(calls)} up"
    return f"Stopping: {up}, at most {seconds} s left, running: {', '.join(running) or 'nothing'}. Ctrl-C ends at once."


def _told(calls: int) -> str:
    return f"{calls} call{'' if calls == 1 else 's'}"


class _Counter:
    """Counts calls in a thread of its own, because the database may not answer."""

    def __init__(self, count: Callable[[], int | None]) -> None:
        self.calls: int | None = None
        self._count = count
        self._stop, first = Event(), Event()
        Thread(target=self._run, args=(first,), daemon=True).start()
        first.wait(COUNT_SECONDS)

    def stop(self) -> None:
        self._stop.set()

    def _run(self, first: Event) -> None:
        while not self._stop.is_set():
            self.calls = self._count()
            first.set()
            self._stop.wait(COUNT_SECONDS)
