"""Commands that an operator types during a run, one after the other, beside everything else."""

import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from tests.stack.callbeat import run_callbeat

PATIENCE_SECONDS: Final = 600.0
AGAIN_SECONDS: Final = 1.0


class Errands:
    """Runs commands in the order in which they are given; while the database is away a command is repeated."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Use this environment for every command."""
        self._environment = environment
        self._thread = ThreadPoolExecutor(1)
        self._given: list[Future[None]] = []

    @property
    def are_done(self) -> bool:
        """Return True when nothing is left to do. Raises what a command has raised."""
        for errand in self._given:
            if errand.done():
                errand.result()
        return all(errand.done() for errand in self._given)

    def command(self, *words: str, unless: str | None = None) -> None:
        """Run a `callbeat` command soon; give it up when it is refused with the text ``unless``."""
        self.do(lambda: self._insist(words, unless=unless))

    def do(self, work: Callable[[], None]) -> None:
        """Do anything else soon, after what was given before."""
        self._given.append(self._thread.submit(work))

    def close(self) -> None:
        """Drop what has not begun, and wait for the rest."""
        self._thread.shutdown(cancel_futures=True)

    def _insist(self, words: tuple[str, ...], *, unless: str | None) -> None:
        insist(self._environment, *words, unless=unless)


def insist(environment: Mapping[str, str], *words: str, unless: str | None = None) -> str:
    """Run a `callbeat` command until it succeeds, and return what it prints. Raises ``AssertionError``.

    It is given up when it is refused with the text ``unless``.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            done = run_callbeat(environment, *words, check=False)
        except subprocess.TimeoutExpired:
            done = None
        if done is not None and done.returncode == 0:
            return done.stdout
        if done is not None and unless is not None and unless in done.stderr:
            return ""
        assert time.monotonic() < deadline, f"callbeat {' '.join(words)}: {'' if done is None else done.stderr}"
        time.sleep(AGAIN_SECONDS)
