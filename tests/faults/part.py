"""A process of a whole Callbeat that is kept running: what died is started again, as `callbeat up` does it."""

import time
from dataclasses import dataclass, field
from typing import Final

from typing_extensions import override

from tests.stack.process import Process

RESTART_SECONDS: Final = 1.0


@dataclass
class Part(Process):
    """A process that is started again one second after its end, unless it is kept away."""

    is_held: bool = False
    starts: list[float] = field(default_factory=list)
    """Moments of the clock at which it was started."""
    kills: list[float] = field(default_factory=list)
    """Moments of the clock at which it was killed."""
    _died_at: float | None = None
    _kill_at: float | None = None

    @override
    def start(self) -> None:
        super().start()
        self.starts.append(time.time())
        self._died_at = self._kill_at = None

    @override
    def kill(self) -> None:
        super().kill()
        self.kills.append(time.time())

    def tend(self) -> None:
        """Start what died a second ago, unless it is kept away; kill what does not end."""
        if self.is_alive:
            if self._kill_at is not None and time.monotonic() > self._kill_at:
                self.kill()
            return
        if self._died_at is None:
            self._died_at = time.monotonic()
        elif not self.is_held and time.monotonic() > self._died_at + RESTART_SECONDS:
            self.start()

    @override
    def terminate(self) -> None:
        super().terminate()
        self._kill_at = time.monotonic() + self.stop_seconds

    def hold(self) -> None:
        """End the process, and keep it away."""
        self.is_held = True
        self.terminate()

    def kill_for_good(self) -> None:
        """Kill the process, and keep it away."""
        self.is_held = True
        self.kill()

    def release(self) -> None:
        """Start the process again at once."""
        self.is_held = False
        if self.is_alive:
            self.kill()
        self.start()

    @override
    def end(self) -> None:
        self.is_held = True
        super().end()
