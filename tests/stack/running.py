"""The whole of Callbeat as a customer gets it: real processes on free ports, driven by HTTP alone."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.stack.addresses import free_port
from tests.stack.waiting import wait_until
from worker.cli.demo.receiver import Receiver, receiving
from worker.simulator.log import Line, read_log

TOKEN = "acceptance-token"
SECRET = "whsec_Y2FsbGJlYXQtYWNjZXB0YW5jZS10ZXN0LWtleQ=="
START_SECONDS = 200.0
STOP_SECONDS = 60.0


@dataclass(frozen=True)
class Stack:
    """A running Callbeat: its API, its switch's own log, and the customer's receiver."""

    api: httpx.Client
    receiver: Receiver
    switch_log: Path
    environment: Mapping[str, str]

    def command(self, *words: str) -> str:
        """Run a `callbeat` command beside the running processes; give what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "worker.cli", *words],
            env=dict(self.environment),
            check=True,
            capture_output=True,
            timeout=START_SECONDS,
        )
        return done.stdout.decode()

    def carried(self) -> list[Line]:
        """Read what the switch says it carried."""
        return read_log(self.switch_log)

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """POST what must succeed."""
        answer = self.api.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def put(self, path: str, body: Any) -> dict[str, Any]:
        """PUT what must succeed."""
        answer = self.api.put(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET what must be there."""
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@contextmanager
def running_stack(
    home: Path, *, database_url: str | None = None, speed: float = 10.0, switch_options: Sequence[str] = ()
) -> Iterator[Stack]:
    """Run `callbeat switch` (fates by the last digit) and `callbeat up` beside it while the block runs."""
    ports = {name: free_port() for name in ("switch", "api", "flower")}
    switch_url = f"esl://:ClueCon@127.0.0.1:{ports['switch']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")} | {
        "CALLBEAT_HOME": str(home / "home"),
        "CALLBEAT_SWITCH_URLS": switch_url,
        "CALLBEAT_API_TOKEN": TOKEN,
        "CALLBEAT_CALLBACK_ALLOW": "127.0.0.0/8",
        "CALLBEAT_CALLBACK_SECRET": SECRET,
    }
    if database_url is not None:
        environment["CALLBEAT_DATABASE_URL"] = database_url
    switch_log = home / "switch.jsonl"
    with ExitStack() as stack:
        run = stack.enter_context(_runner(environment, home=home))
        run(
            "switch",
            f"--url={switch_url}",
            "--by-last-digit",
            f"--speed={speed}",
            f"--record={switch_log}",
            *switch_options,
        )
        up = run("up", f"--port={ports['api']}", f"--flower-port={ports['flower']}")
        api = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{ports['api']}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
            )
        )
        wait_until(lambda: _is_ready(api, up=up, log=home / "up.log"), seconds=START_SECONDS)
        receiver = stack.enter_context(receiving(secret=SECRET))
        yield Stack(api=api, receiver=receiver, switch_log=switch_log, environment=environment)


@contextmanager
def _runner(environment: dict[str, str], *, home: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def run(command: str, *options: str) -> subprocess.Popen[bytes]:
        with (home / f"{command}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "worker.cli", command, *options], env=environment, stdout=log, stderr=log
            )
        started.append(process)
        return process

    try:
        yield run
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(STOP_SECONDS)


def _is_ready(api: httpx.Client, *, up: subprocess.Popen[bytes], log: Path) -> bool:
    assert up.poll() is None, log.read_text()
    try:
        return api.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False
