"""The whole of Callbeat as a customer gets it: real processes on free ports, driven by HTTP alone."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import httpx

from tests.stack.addresses import LOOPBACK, LOOPBACK_NETWORK, free_port
from tests.stack.callbeat import callbeat, run_callbeat
from tests.stack.described import description
from tests.stack.environment import SECRET, TOKEN, environment
from tests.stack.following import FollowedLog
from tests.stack.process import Process
from tests.stack.receiver import Receiver
from tests.stack.switch import SwitchProcess
from tests.stack.waiting import wait_until
from worker.settings import DATABASE_FILE
from worker.simulator.log import Line
from worker.simulator.options import SimulatorOptions
from worker.telephony.originate import ANSWER_APPLICATION

START_SECONDS: Final = 200.0
"""Long enough for a busy machine; a process that ends is noticed at once."""
STOP_SECONDS: Final = 60.0
BY_LAST_DIGIT: Final = SimulatorOptions(by_last_digit=True, speed=10.0)
"""A call's result is decided by its number's last digit, and ten seconds of it pass in one."""
AGAIN_SECONDS: Final = 0.5
MANY: Final = httpx.Limits(max_connections=100)
ONCE: Final = httpx.Limits(max_connections=None, max_keepalive_connections=0)
"""Each request is a connection of its own, and as many go at once as one likes."""


class Refused(AssertionError):
    """The API has understood a request and refuses it: the request must succeed in a test."""


@dataclass(frozen=True)
class Stack:
    """A running Callbeat: its API, its switch's own log, and the customer's receiver."""

    api: httpx.Client
    receiver: Receiver
    switch_log: Path
    environment: Mapping[str, str]
    flower: str = ""
    """The address of Flower's pages."""
    is_patient: bool = False
    """True where parts may be away: what the API does not answer, or answers with 5xx, is sent again."""

    @property
    def database_url(self) -> str:
        """Return the URL of the database that the processes use."""
        default = f"sqlite:///{Path(self.environment['CALLBEAT_HOME']) / DATABASE_FILE}"
        return self.environment.get("CALLBEAT_DATABASE_URL", default)

    def command(self, *words: str) -> str:
        """Run a `callbeat` command beside the running processes, and return what it prints."""
        return run_callbeat(self.environment, *words).stdout

    def carried(self) -> list[Line]:
        """Read the switch's log of the calls that it carried."""
        return self._log.lines()

    @cached_property
    def _log(self) -> FollowedLog:
        return FollowedLog(self.switch_log)

    def post(self, path: str, body: Any) -> dict[str, Any]:  # Any: JSON
        """POST what must succeed."""
        return self.ask("POST", path, json=body)

    def put(self, path: str, body: Any) -> dict[str, Any]:  # Any: JSON
        """PUT what must succeed."""
        return self.ask("PUT", path, json=body)

    def get(self, path: str, **query: Any) -> dict[str, Any]:  # Any: JSON
        """GET what must be there."""
        return self.ask("GET", path, params=query)

    def ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:  # Any: JSON
        """Send a request that must succeed. Raises ``Refused``."""
        while True:
            answer = self._answer(method, path, **request)
            if answer is not None and answer.is_success:
                return dict(answer.json())
            if answer is not None and (answer.is_client_error or not self.is_patient):
                raise Refused(f"{method} {path}: {answer.status_code} {answer.text}")
            time.sleep(AGAIN_SECONDS)

    def is_ready(self) -> bool:
        """Return True when the API says that all is well."""
        try:
            return self.api.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def _answer(self, method: str, path: str, **request: Any) -> httpx.Response | None:  # Any: JSON
        try:
            return self.api.request(method, path, **request)
        except httpx.TransportError:
            if not self.is_patient:
                raise
            return None


def client(*, port: int, host: str = LOOPBACK, timeout: float = 10.0, limits: httpx.Limits = MANY) -> httpx.Client:
    """Return a client of the API with the token of tests."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.Client(base_url=f"http://{host}:{port}", headers=headers, timeout=timeout, limits=limits)


def stack_settings(*, switch_url: str, network: str = LOOPBACK_NETWORK) -> dict[str, str]:
    """Return the settings that every whole Callbeat of tests has; its calls last as the switch says, without voice."""
    return {
        "switch_urls": switch_url,
        "answer_application": ANSWER_APPLICATION,
        "api_token": TOKEN,
        "callback_allow": network,
        "callback_secret": SECRET,
    }


@contextmanager
def running_stack(
    home: Path,
    *,
    database_url: str | None = None,
    switch_options: SimulatorOptions = BY_LAST_DIGIT,
    settings: Mapping[str, str] = MappingProxyType({}),
    metrics_port: int = 0,
) -> Iterator[Stack]:
    """Run a switch and `callbeat up` beside it while the block runs; ``settings`` are ours, such as ``log_level``."""
    ports = {name: free_port() for name in ("api", "flower")}
    options = replace(switch_options, log_path=home / "switch.jsonl")
    with ExitStack() as stack:
        switch = stack.enter_context(SwitchProcess(options, log=home / "switch.log"))
        chosen = stack_settings(switch_url=switch.setting) | dict(settings)
        if database_url is not None:
            chosen["database_url"] = database_url
        around = environment(home=home / "home", **chosen)
        log = home / "up.log"
        ours = {"api_port": ports["api"], "flower_port": ports["flower"], "metrics_port": metrics_port}
        up = running_up(around, log=log, **ours)
        stack.enter_context(up)
        api = stack.enter_context(client(port=ports["api"]))
        api.event_hooks = {"response": [description().check]}
        receiver = stack.enter_context(Receiver(secret=SECRET))
        flower = f"http://{LOOPBACK}:{ports['flower']}"
        log = home / "switch.jsonl"
        running = Stack(api=api, receiver=receiver, switch_log=log, environment=around, flower=flower)
        wait_until_ready(running, up=up)
        yield running


def running_up(
    around: Mapping[str, str],
    *,
    log: Path,
    api_port: int,
    flower_port: int | None = None,
    workers: int = 0,
    metrics_port: int = 0,
) -> Process:
    """Return a `callbeat up`, to be started by the caller.

    With ``workers`` 0 it has as many as it chooses; without a port for it, it has no Flower.
    """
    chosen = [f"--workers={workers}"] if workers else []
    chosen += [f"--metrics-port={metrics_port}"] if metrics_port else []
    flower = "--no-flower" if flower_port is None else f"--flower-port={flower_port}"
    command = callbeat("up", f"--port={api_port}", flower, *chosen)
    return Process("up", command, around, log=log, stop_seconds=STOP_SECONDS)


def wait_until_ready(running: Stack, *, up: Process) -> None:
    """Wait until the API says that all is well, as long as `callbeat up` runs."""

    def is_ready() -> bool:
        assert up.is_alive, up.said()
        return running.is_ready()

    wait_until(is_ready, seconds=START_SECONDS)
