"""A whole Callbeat of real processes, each of which can be killed, frozen and sent away by itself."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.clocks import Clock
from tests.faults.hosts import Hosts
from tests.faults.messages import Doubling
from tests.faults.part import Part
from tests.faults.places import OneMachine, Places
from tests.faults.relay import Relay, relaying
from tests.faults.ticks import Ticks
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command, callback_command, callbeat, run_callbeat, worker_commands
from tests.stack.environment import SECRET, environment
from tests.stack.postgres import UNFLUSHED, Cluster, cluster, postgres_url
from tests.stack.receiver import Receiver
from tests.stack.redis import open_redis_command, redis_url
from tests.stack.running import ONCE, Stack, client, stack_settings
from tests.stack.switch import switch_command, switch_url
from tests.stack.waiting import wait_until
from worker.domain.switch_address import SwitchUrl
from worker.simulator.options import SimulatorOptions

SWITCH_LOG: Final = "switch.jsonl"
READY_SECONDS: Final = 60.0
CLIENT_SECONDS: Final = 20.0
TENANT_CAP: Final = 40
GROUND: Final = ("postgres", "redis", "switch")
OURS: Final = ("api", "worker-1", "worker-2", "callbacks", "listener", "listener-2", "beat", "beat-2")
"""Of listener and beat a second stands by."""


@dataclass(frozen=True)
class World:
    """Every process of the run by name, and where the operator, the judge and the faults find things."""

    stack: Stack
    parts: Mapping[str, Part]
    clocks: Mapping[str, Clock]
    switch: SwitchUrl
    """Its own address, past the relay."""
    relay: Relay
    doubling: Doubling
    ticks: Ticks
    redis_url: str
    hosts: Hosts | None

    def tend(self) -> None:
        """Start again what died."""
        for part in self.parts.values():
            part.tend()


@contextmanager
def running_world(home: Path, *, seed: int, speed: float, hosts: Hosts | None = None) -> Iterator[World]:
    """Run everything while the block runs: PostgreSQL, Redis, the switch, the receiver, and our own processes.

    On one machine our processes reach the switch through the relay; between hosts it is the network that does harm.
    """
    where: Places = hosts or OneMachine()
    at = {name: (where.address(name), free_port()) for name in ("postgres", "redis", "switch", "api")}
    with ExitStack() as stack:
        relay = stack.enter_context(relaying(switch=at["switch"], chance=Random(seed)))
        receiver = stack.enter_context(Receiver(secret=SECRET, host=where.here))
        reached = at if hosts else at | {"switch": (LOOPBACK, relay.port)}
        around = _environment(home, at=reached, allowed=where.network)
        files = stack.enter_context(cluster())
        commands = {
            "postgres": _postgres(files, at=at["postgres"], network=where.network),
            "redis": open_redis_command(host=at["redis"][0], port=at["redis"][1]),
            "switch": switch_command(_switch(home, at=at["switch"], speed=speed, seed=seed)),
            **_commands(api=at["api"]),
        }
        clocks = _clocks(home)
        parts = {
            name: Part(
                name,
                where.command(name, words),
                around | (clocks[name].environment if name in clocks else {}),
                log=home / f"{name}.log",
            )
            for name, words in commands.items()
        }
        parts["postgres"] = replace(
            parts["postgres"],
            command=where.command("postgres", commands["postgres"], user=files.user),
            user=None if hosts else files.user,
            ends_on=signal.SIGINT,
        )
        api = stack.enter_context(client(host=at["api"][0], port=at["api"][1], timeout=CLIENT_SECONDS, limits=ONCE))
        broker = around["CALLBEAT_REDIS_URL"]
        world = World(
            stack=Stack(api, receiver, switch_log=home / SWITCH_LOG, environment=around, is_patient=True),
            parts=parts,
            clocks=clocks,
            switch=SwitchUrl.parse(switch_url(SimulatorOptions(host=at["switch"][0], port=at["switch"][1]))),
            relay=relay,
            doubling=Doubling(broker, Random(seed)),
            ticks=stack.enter_context(closing(Ticks(broker))),
            redis_url=broker,
            hosts=hosts,
        )
        stack.callback(_end, world)
        _begin(world)
        yield world


def _postgres(files: Cluster, *, at: tuple[str, int], network: str) -> list[str]:
    """Return the server's command: it flushes nothing, for no fault here is the machine's."""
    options = (*UNFLUSHED, "-c", "max_connections=200")
    return files.command(host=at[0], port=at[1], network=network, options=options)


def _commands(*, api: tuple[str, int]) -> dict[str, list[str]]:
    """Return the command of each of our own processes."""
    commands = {
        "api": api_command(host=api[0], port=api[1]),
        "callbacks": callback_command(),
        **worker_commands(2),
        **{name: callbeat(name.partition("-")[0]) for name in ("listener", "listener-2", "beat", "beat-2")},
    }
    return {name: commands[name] for name in OURS}


def _switch(home: Path, *, at: tuple[str, int], speed: float, seed: int) -> SimulatorOptions:
    return SimulatorOptions(host=at[0], port=at[1], log_path=home / SWITCH_LOG, speed=speed, seed=seed)


def _clocks(home: Path) -> dict[str, Clock]:
    """Give each of our own processes a clock of its own, that is right to begin with."""
    clocks = {name: Clock(home / f"{name}.clock") for name in OURS}
    for clock in clocks.values():
        clock.jump(seconds=0)
    return clocks


def _environment(home: Path, *, at: Mapping[str, tuple[str, int]], allowed: str) -> dict[str, str]:
    return environment(
        home=home / "home",
        database_url=postgres_url(at["postgres"][1], host=at["postgres"][0]),
        redis_url=redis_url(at["redis"][1], host=at["redis"][0]),
        drain_seconds="10",
        **stack_settings(
            switch_url=switch_url(SimulatorOptions(host=at["switch"][0], port=at["switch"][1])), network=allowed
        ),
    )


def _begin(world: World) -> None:
    """Start the ground, bring the database up to date, start the rest, and wait until the API says that all is well."""
    for name in GROUND:
        world.parts[name].start()
    wait_until(lambda: _is_migrated(world), seconds=READY_SECONDS, meanwhile=world.tend)
    world.stack.command("tenant", "set", "--tenant=default", f"--concurrent-call={TENANT_CAP}")
    for name in OURS:
        world.parts[name].start()
    wait_until(world.stack.is_ready, seconds=READY_SECONDS, meanwhile=world.tend)


def _end(world: World) -> None:
    for name in (*reversed(OURS), *reversed(GROUND)):
        world.parts[name].end()


def _is_migrated(world: World) -> bool:
    return run_callbeat(world.stack.environment, "migrate", check=False).returncode == 0
