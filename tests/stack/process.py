"""A process that a test starts: its end, and standing still between two instructions."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import psutil

STOP_SECONDS: Final = 15.0
"""How long a process may take to end; then it is killed. Longer than the drain time that tests give their processes."""
DIES_WITH_PARENT: Final = 1
"""``PR_SET_PDEATHSIG`` of Linux: nothing that a test starts outlives it, however the test ends."""
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Process:
    """A command, and its process once it is started; as a context manager it runs while the block runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None = None
    user: str | None = None
    ends_on: signal.Signals = signal.SIGTERM
    stop_seconds: float = STOP_SECONDS
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """Start the process; its output is appended to the log."""
        with Path("/dev/null" if self.log is None else self.log).open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                user=self.user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one call of libc, which takes no lock
            )

    @property
    def is_alive(self) -> bool:
        """True while the process runs, stopped by SIGSTOP or not."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Return the process's id; the process must have been started."""
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    def said(self) -> str:
        """Return what the process has written to its log."""
        return "" if self.log is None else self.log.read_text()

    def kill(self) -> None:
        """Send SIGKILL, and wait for the end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> None:
        """Send the signal on which the process ends."""
        if self.process is not None:
            self.process.send_signal(self.ends_on)

    def wait(self, seconds: float) -> int:
        """Wait for the end, and return the exit code."""
        assert self.process is not None, f"{self.name} was never started"
        return self.process.wait(seconds)

    def freeze(self) -> None:
        """Stop the process and its children between two instructions (SIGSTOP)."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the process and its children go on (SIGCONT)."""
        self._signal_all(signal.SIGCONT)

    def end(self) -> None:
        """End the process by its signal, or by SIGKILL if it takes too long."""
        if not self.is_alive:
            return
        self.thaw()
        self.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.wait(self.stop_seconds)
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
