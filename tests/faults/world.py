"""A whole Callbeat of real processes, each of which can be killed, frozen and sent away by itself."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import httpx

from tests.faults.clocks import Clock
from tests.faults.cluster import cluster
from tests.faults.hosts import Hosts
from tests.faults.messages import Doubling
from tests.faults.places import LOOPBACK, OneMachine, Places
from tests.faults.receiver import Receiver, receiving
from tests.faults.relay import Relay, relaying
from tests.faults.ticks import Ticks
from tests.stack.addresses import free_port
from tests.stack.process import Part
from worker.cli.embedded import redis_command
from worker.cli.process_list import QUICK_QUEUES
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
    hosts: Hosts | None

    def tend(self) -> None:
        """Start again what died."""
        for part in self.parts.values():
            part.tend()

    def client(self) -> httpx.Client:
        """Give a client of the API, of which each request is a connection of its own."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Connection": "close"}
        return httpx.Client(base_url=self.api_url, headers=headers, timeout=20)


@contextmanager
def running_world(home: Path, *, seed: int, speed: float, hosts: Hosts | None = None) -> Iterator[World]:
    """Run everything while the block runs: PostgreSQL, Redis, the switch, the receiver, and our own processes.

    On one machine our processes reach the switch through the relay; between hosts it is the network that does harm.
    """
    where: Places = hosts or OneMachine()
    at = {name: (where.address(name), free_port()) for name in ("postgres", "redis", "switch", "api")}
    with ExitStack() as stack:
        relay = stack.enter_context(relaying(switch=at["switch"], chance=Random(seed)))
        receiver = stack.enter_context(receiving(secret=SECRET, host=where.here))
        reached = at if hosts else at | {"switch": (LOOPBACK, relay.port)}
        environment = _environment(home, at=reached, allowed=where.network)
        postgres = stack.enter_context(cluster()).part(at=at["postgres"], log=home / "postgres.log", places=where)
        commands = {
            "redis": [*redis_command(at["redis"][1]), "--bind", at["redis"][0], "--protected-mode", "no"],
            "switch": _switch(home, at=at["switch"], speed=speed, seed=seed),
            **{name: _callbeat(*words) for name, words in _words(api=at["api"]).items()},
        }
        clocks = _clocks(home)
        parts = {
            name: Part(
                name,
                where.command(name, words),
                environment | (clocks[name].environment if name in clocks else {}),
                log=home / f"{name}.log",
            )
            for name, words in commands.items()
        }
        redis_url = environment["CALLBEAT_REDIS_URL"]
        world = World(
            parts={"postgres": postgres, **parts},
            clocks=clocks,
            relay=relay,
            doubling=Doubling(redis_url, Random(seed)),
            ticks=stack.enter_context(closing(Ticks(redis_url))),
            receiver=receiver,
            database_url=environment["CALLBEAT_DATABASE_URL"],
            redis_url=redis_url,
            api_url="http://{}:{}".format(*at["api"]),
            switch_log=home / SWITCH_LOG,
            hosts=hosts,
        )
        stack.callback(_end, world)
        _begin(world, environment)
        yield world


def _words(*, api: tuple[str, int]) -> dict[str, tuple[str, ...]]:
    """Give what each of our own processes is started with."""
    words = {
        "api": ("api", f"--host={api[0]}", f"--port={api[1]}"),
        "callbacks": ("worker", f"--queues={names.CALLBACKS}", "--name=callbacks"),
        **{name: (name.partition("-")[0],) for name in ("listener", "listener-2", "beat", "beat-2")},
        **{name: ("worker", f"--queues={QUICK_QUEUES}", f"--name={name}") for name in ("worker-1", "worker-2")},
    }
    return {name: words[name] for name in OURS}


def _callbeat(*words: str) -> list[str]:
    return [sys.executable, "-m", "worker.cli", *words]


def _switch(home: Path, *, at: tuple[str, int], speed: float, seed: int) -> list[str]:
    options = (f"--record={home / SWITCH_LOG}", f"--speed={speed}", f"--seed={seed}")
    return _callbeat("switch", f"--url={_switch_url(at)}", *options)


def _switch_url(at: tuple[str, int]) -> str:
    return f"esl://:{PASSWORD}@{at[0]}:{at[1]}"


def _clocks(home: Path) -> dict[str, Clock]:
    """Give each of our own processes a clock of its own, that is right to begin with."""
    clocks = {name: Clock(home / f"{name}.clock") for name in OURS}
    for clock in clocks.values():
        clock.jump(seconds=0)
    return clocks


def _environment(home: Path, *, at: Mapping[str, tuple[str, int]], allowed: str) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
    return others | {
        "CALLBEAT_HOME": str(home / "home"),
        "CALLBEAT_DATABASE_URL": "postgresql+psycopg://postgres@{}:{}/postgres".format(*at["postgres"]),
        "CALLBEAT_REDIS_URL": "redis://{}:{}/0".format(*at["redis"]),
        "CALLBEAT_SWITCH_URLS": _switch_url(at["switch"]),
        "CALLBEAT_API_TOKEN": TOKEN,
        "CALLBEAT_CALLBACK_ALLOW": allowed,
        "CALLBEAT_CALLBACK_SECRET": SECRET,
        "CALLBEAT_DRAIN_SECONDS": "10",
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
    done = subprocess.run(_callbeat(*words), env=environment, check=False, capture_output=True, timeout=60)
    return done.returncode == 0


def _is_ready(api: httpx.Client) -> bool:
    try:
        return api.get("/health/ready").is_success
    except httpx.TransportError:
        return False
