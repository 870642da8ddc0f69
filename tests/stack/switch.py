"""The simulated switch as a process of its own, which a test can kill and start again on its port."""

import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from pydantic import TypeAdapter

from tests.stack.addresses import free_port
from tests.stack.environment import environment
from tests.stack.following import FollowedLog
from tests.stack.process import Process
from tests.stack.waiting import wait_until
from worker.domain.switch_address import SwitchUrl
from worker.simulator.log import Line
from worker.simulator.options import SimulatorOptions

START_SECONDS: Final = 60.0
ROOT: Final = Path(__file__).parents[2]


def switch_command(options: SimulatorOptions) -> list[str]:
    """Return the command of a simulated switch with these options."""
    given = TypeAdapter(SimulatorOptions).dump_json(options).decode()
    return [sys.executable, "-m", "tests.stack.run_switch", given]


def switch_url(options: SimulatorOptions) -> str:
    """Return the switch's address as the setting ``switch_urls`` takes it."""
    return f"esl://:{options.password}@{options.host}:{options.port}"


class SwitchProcess:
    """A simulated switch that runs from its making to ``stop``, or while a block runs."""

    def __init__(self, options: SimulatorOptions, *, log: Path | None = None) -> None:
        """Start it, on a free port unless the options name one; it listens when this returns."""
        self.options = options if options.port else replace(options, port=free_port())
        around = environment(home=ROOT) | {"PYTHONPATH": str(ROOT)}
        self._log = None if options.log_path is None else FollowedLog(options.log_path)
        self.process = Process("switch", switch_command(self.options), around, log=log)
        self.restart()

    @property
    def url(self) -> SwitchUrl:
        return SwitchUrl(host=self.options.host, port=self.options.port, password=self.options.password)

    @property
    def setting(self) -> str:
        """Return its address as the setting ``switch_urls`` takes it."""
        return switch_url(self.options)

    @property
    def pid(self) -> int:
        return self.process.pid

    def log(self) -> Sequence[Line]:
        """Read its log of the calls that it carried."""
        assert self._log is not None, "it was made without a log"
        return self._log.lines()

    def restart(self) -> None:
        self.process.start()
        wait_until(self._listens, seconds=START_SECONDS)

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        self.process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _listens(self) -> bool:
        assert self.process.is_alive, f"the switch has ended: {self.process.said()}"
        with suppress(OSError), socket.create_connection((self.options.host, self.options.port), timeout=1):
            return True
        return False
