"""The product's processes: the commands that start them, and commands that an operator runs beside them."""

import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from tests.stack.addresses import LOOPBACK
from worker.cli.process_list import QUICK_QUEUES
from worker.jobs import names

COMMAND_SECONDS: Final = 240.0


def callbeat(*words: str) -> list[str]:
    """Return the command line of a `callbeat` command."""
    return [sys.executable, "-m", "worker.cli", *words]


def api_command(*, port: int, host: str = LOOPBACK) -> list[str]:
    """Return the command of an API process."""
    return callbeat("api", f"--host={host}", f"--port={port}")


def worker_commands(count: int) -> dict[str, list[str]]:
    """Return the commands of the workers that plan, dial and repair, by name."""
    numbered = [f"worker-{number}" for number in range(1, count + 1)]
    return {name: worker_command(name, queues=QUICK_QUEUES) for name in numbered}


def callback_command(name: str = "callbacks") -> list[str]:
    """Return the command of a worker that sends callbacks."""
    return worker_command(name, queues=names.CALLBACKS)


def worker_command(name: str, *, queues: str) -> list[str]:
    """Return the command of a worker for the given queues."""
    return callbeat("worker", f"--queues={queues}", f"--name={name}")


def run_callbeat(environment: Mapping[str, str], *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run a `callbeat` command to its end; unless told otherwise it must succeed."""
    done = subprocess.run(
        callbeat(*words),
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done
