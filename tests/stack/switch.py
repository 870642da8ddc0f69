"""The simulated switch as a process of its own, which a test can kill and start again on its port."""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from worker.domain.switch_address import SwitchUrl
from worker.simulator.log import Line, read_log
from worker.simulator.options import SimulatorOptions

_PROGRAM = """
import pickle, sys
from worker.simulator.server import run_simulator
run_simulator(pickle.load(sys.stdin.buffer))
"""


class SwitchProcess:
    """Runs from its making to ``stop``."""

    def __init__(self, options: SimulatorOptions) -> None:
        self._options = options
        self._process = self._start()

    @property
    def url(self) -> SwitchUrl:
        return SwitchUrl(host=self._options.host, port=self._options.port, password=self._options.password)

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> Sequence[Line]:
        assert self._options.log_path is not None
        return read_log(self._options.log_path)

    def restart(self) -> None:
        self._process = self._start()

    def kill(self) -> None:
        self._process.kill()
        self._wait()

    def stop(self) -> None:
        self._process.terminate()
        self._wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.stop()

    def _start(self) -> subprocess.Popen[bytes]:
        root = Path(__file__).parents[2]
        environment = os.environ | {"PYTHONPATH": str(root)}
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(pickle.dumps(self._options))
        process.stdin.close()
        port = int(process.stdout.readline().decode().rsplit(":", 1)[1])
        self._options = replace(self._options, port=port)
        return process

    def _wait(self) -> None:
        self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()
