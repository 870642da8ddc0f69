"""One process of a whole Callbeat, watched as `callbeat up` watches it: what died is started again a second later."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

RESTART_SECONDS: Final = 1.0
STOP_SECONDS: Final = 15.0
"""How long a process may take to end; then it is killed. Longer than the drain time that tests give their processes."""
DIES_WITH_PARENT: Final = 1
"""``PR_SET_PDEATHSIG`` of Linux: nothing that a run starts outlives it, however the run ends."""
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Part:
    """A command that is kept running, and what the faults do to its process."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    user: str | None = None
    ends_on: signal.Signals = signal.SIGTERM
    is_held: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _died_at: float | None = None
    _kill_at: float | None = None

    def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one call of libc, which takes no lock
            )
        self._died_at = self._kill_at = None

    def tend(self) -> None:
        """Start what died a second ago, unless it is to stay away; kill what does not end."""
        if self.is_alive:
            if self._kill_at is not None and time.monotonic() > self._kill_at:
                self.kill()
            return
        if self._died_at is None:
            self._died_at = time.monotonic()
        elif not self.is_held and time.monotonic() > self._died_at + RESTART_SECONDS:
            self.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, frozen or not."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Give the process's number; it must have been started."""
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    def kill(self) -> None:
        """Kill it where it stands."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> None:
        """Tell it to end."""
        if self.process is not None:
            self.process.send_signal(self.ends_on)
            self._kill_at = time.monotonic() + STOP_SECONDS

    def freeze(self) -> None:
        """Stop it and its children between two instructions."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it and its children go on."""
        self._signal_all(signal.SIGCONT)

    def hold(self) -> None:
        """End it, and keep it away."""
        self.is_held = True
        self.terminate()

    def release(self) -> None:
        """Start it again at once."""
        self.is_held = False
        if self.is_alive:
            self.kill()
        self.start()

    def end(self) -> None:
        """End it for good."""
        self.is_held = True
        if not self.is_alive:
            return
        self.thaw()
        self.terminate()
        with suppress(subprocess.TimeoutExpired):
            if self.process is not None:
                self.process.wait(STOP_SECONDS)
        self.kill()

    def _signal_all(self, number: signal.Signals) -> None:
        if not self.is_alive or self.process is None:
            return
        with suppress(psutil.NoSuchProcess):
            for one in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)
        self.process.send_signal(number)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent ends, however that ends; called between fork and exec."""
    if _LIBC is not None:
        _LIBC.prctl(DIES_WITH_PARENT, signal.SIGTERM)
