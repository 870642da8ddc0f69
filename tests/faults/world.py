"""A whole Callbeat of real processes, each of which can be killed, frozen and sent away by itself."""

import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import httpx
import pendulum

from tests.faults.clocks import Clock
from tests.faults.errands import Errands, insist
from tests.faults.hosts import Hosts
from tests.faults.messages import Doubling
from tests.faults.neighbour import LIMITS, NAME, Neighbour
from tests.faults.part import Part
from tests.faults.places import OneMachine, Places
from tests.faults.relay import Relay, relaying
from tests.faults.second_source import CdrRelay, left_in, relaying_cdrs
from tests.faults.speaking import ENGINE, SPEAKING, Voice
from tests.faults.switchboard import SWITCHES, Switchboard, switchboards
from tests.faults.ticks import Ticks
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command, callback_command, callbeat, run_callbeat, worker_commands
from tests.stack.environment import SECRET, environment
from tests.stack.operator import Operator
from tests.stack.pgbouncer import pooler_files
from tests.stack.postgres import UNFLUSHED, Cluster, cluster, postgres_url
from tests.stack.receiver import Receiver
from tests.stack.redis import open_redis_command, redis_url
from tests.stack.running import ONCE, Stack, client, stack_settings
from tests.stack.waiting import wait_until
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore
from worker.usecases.records.save_tenant import save_tenant

READY_SECONDS: Final = 200.0
"""Long enough for a busy machine."""
QUIET_SECONDS: Final = 2.0
"""Longer than a switch waits before it posts a CDR again."""
CLIENT_SECONDS: Final = 20.0
TENANT_CAP: Final = 40
LONGEST_CALL_SECONDS: Final = 30
"""As a switch counts them at its speed: every eighth talk would be longer."""
SERVERS: Final = ("postgres", "redis")
POOLER: Final = "pgbouncer"
"""In front of PostgreSQL in a run that asks for it: our processes then reach the database through it alone."""
POOLED_CONNECTIONS: Final = 20
"""As deploy/README.md advises for so many processes: two for each of them."""
GROUND: Final = (*SERVERS, *SWITCHES, ENGINE)
OURS: Final = ("api", "worker-1", "worker-2", "callbacks", "listener", "listener-2", "beat", "beat-2", *SPEAKING)
"""Of listener and beat a second stands by."""


@dataclass(frozen=True)
class World:
    """Every process of the run by name, and where the operator, the judge and the faults find things."""

    stack: Stack
    parts: dict[str, Part]
    clocks: Mapping[str, Clock]
    switches: Mapping[str, Switchboard]
    """By their parts."""
    relay: Relay
    cdr_relay: CdrRelay
    errands: Errands
    doubling: Doubling
    ticks: Ticks
    voice: Voice
    redis_url: str
    database_url: str
    """Without a pooler in front."""
    hosts: Hosts | None
    second_token: list[str] = field(default_factory=list)
    """The API key of the second tenant, once it exists."""

    def neighbour(self) -> Neighbour:
        """Return the second tenant, with a client of its own."""
        token, base = self.second_token[0], self.stack.api.base_url
        api = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=CLIENT_SECONDS, limits=ONCE
        )
        host = self.stack.receiver.url.rpartition("/")[0]
        return Neighbour(api, Operator(self.stack), callbacks=host)

    def tend(self) -> None:
        """Start again what died."""
        for part in self.parts.values():
            part.tend()

    def empty_spool(self, switch: Switchboard) -> None:
        """Hand in what a switch could not post, as an operator does, and note what has been taken."""
        found = left_in(switch.spool)
        if found:
            insist(self.stack.environment, "cdr-spool", str(switch.spool))
        self.cdr_relay.note([body for path, body in found.items() if not path.exists()])

    def is_second_source_done(self) -> bool:
        """Return True when the switches have nothing more to post; ask for what is left on their disks."""
        if not self.errands.are_done:
            return False
        left = [switch for switch in self.switches.values() if left_in(switch.spool)]
        for switch in left:
            self.errands.do(partial(self.empty_spool, switch))
        return not left and self.cdr_relay.is_quiet(seconds=QUIET_SECONDS)


@contextmanager
def running_world(
    home: Path, *, seed: int, speed: float, hosts: Hosts | None = None, is_pooled: bool = False
) -> Iterator[World]:
    """Run everything while the block runs: PostgreSQL, Redis, the switches, the receiver, and our own processes.

    On one machine our processes reach the switches through the relay; between hosts it is the network that does harm.
    """
    where: Places = hosts or OneMachine()
    at = {name: (where.address(name), free_port()) for name in (*SERVERS, *SWITCHES, "api")}
    voice = Voice.at(home, where=where)
    with ExitStack() as stack:
        relay = stack.enter_context(relaying(switch=at[SWITCHES[0]], chance=Random(seed)))
        relayed = {SWITCHES[0]: (LOOPBACK, relay.port), SWITCHES[1]: (LOOPBACK, relay.listen(at[SWITCHES[1]]))}
        receiver = stack.enter_context(Receiver(secret=SECRET, host=where.here))
        database_url = postgres_url(at["postgres"][1], host=at["postgres"][0])
        pooler = stack.enter_context(pooler_files(database_url, connections=POOLED_CONNECTIONS)) if is_pooled else None
        reached = pooler.url if pooler else database_url
        around = _environment(home, at=at, allowed=where.network, voice=voice, database_url=reached)
        files = stack.enter_context(cluster())
        commands = {
            "postgres": _postgres(files, at=at["postgres"], network=where.network),
            "redis": open_redis_command(host=at["redis"][0], port=at["redis"][1]),
            ENGINE: voice.engine_command,
            **_commands(api=at["api"], voice=voice),
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
        if pooler is not None:
            parts[POOLER] = Part(POOLER, pooler.command, around, log=home / f"{POOLER}.log", user=pooler.user)
        switches = switchboards(home, own=at, reached=at if hosts else relayed)
        api = stack.enter_context(client(host=at["api"][0], port=at["api"][1], timeout=CLIENT_SECONDS, limits=ONCE))
        broker = around["CALLBEAT_REDIS_URL"]
        world = World(
            stack=Stack(api, receiver, switch_log=switches[SWITCHES[0]].log, environment=around, is_patient=True),
            parts=parts,
            clocks=clocks,
            switches=switches,
            relay=relay,
            cdr_relay=stack.enter_context(relaying_cdrs(host=where.here, api=at["api"])),
            errands=stack.enter_context(closing(Errands(around))),
            doubling=Doubling(broker, Random(seed)),
            ticks=stack.enter_context(closing(Ticks(broker))),
            voice=voice,
            redis_url=broker,
            database_url=database_url,
            hosts=hosts,
        )
        stack.callback(voice.relay.close)
        stack.callback(_end, world)
        _begin(world, where=where, seed=seed, speed=speed)
        yield world


def _postgres(files: Cluster, *, at: tuple[str, int], network: str) -> list[str]:
    """Return the server's command: it flushes nothing, for no fault here is the machine's."""
    options = (*UNFLUSHED, "-c", "max_connections=200")
    return files.command(host=at[0], port=at[1], network=network, options=options)


def _commands(*, api: tuple[str, int], voice: Voice) -> dict[str, list[str]]:
    """Return the command of each of our own processes."""
    commands = {
        "api": api_command(host=api[0], port=api[1]),
        "callbacks": callback_command(),
        **worker_commands(2),
        **voice.commands,
        **{name: callbeat(name.partition("-")[0]) for name in ("listener", "listener-2", "beat", "beat-2")},
    }
    return {name: commands[name] for name in OURS}


def _clocks(home: Path) -> dict[str, Clock]:
    """Give each of our own processes a clock of its own, that is right to begin with."""
    clocks = {name: Clock(home / f"{name}.clock") for name in OURS}
    for clock in clocks.values():
        clock.jump(seconds=0)
    return clocks


def _environment(
    home: Path, *, at: Mapping[str, tuple[str, int]], allowed: str, voice: Voice, database_url: str
) -> dict[str, str]:
    """Return the settings of our processes; they learn of the switches from the database alone."""
    return environment(
        home=home / "home",
        database_url=database_url,
        redis_url=redis_url(at["redis"][1], host=at["redis"][0]),
        drain_seconds="10",
        longest_call_seconds=f"{LONGEST_CALL_SECONDS}",
        voice_allow=allowed,
        **(stack_settings(switch_url="", network=allowed) | voice.settings),
    )


def _begin(world: World, *, where: Places, seed: int, speed: float) -> None:
    """Start the ground, bring the database up to date, start the rest, and wait until the API says that all is well."""
    for name in (*SERVERS, POOLER, ENGINE):
        if name in world.parts:
            world.parts[name].start()
    wait_until(lambda: _is_migrated(world), seconds=READY_SECONDS, meanwhile=world.tend)
    with ThreadPoolExecutor(len(world.switches) + 2) as threads:
        capped = threads.submit(
            world.stack.command, "tenant", "set", "--tenant=default", f"--concurrent-call={TENANT_CAP}"
        )
        token = threads.submit(world.stack.command, "token", "create", f"--tenant={NAME}")
        secrets = {name: threads.submit(_added, world, switch) for name, switch in world.switches.items()}
    capped.result()
    world.second_token.append(token.result().strip())
    _limit_neighbour(world)
    for number, (name, switch) in enumerate(world.switches.items()):
        _switch(world, switch, secret=secrets[name].result(), where=where, seed=seed + number, speed=speed).start()
    for name in OURS:
        world.parts[name].start()
    wait_until(world.stack.is_ready, seconds=READY_SECONDS, meanwhile=world.tend)


def _limit_neighbour(world: World) -> None:
    engine = make_engine(world.stack.database_url)
    save_tenant(SqlStore(engine), name=NAME, changes=LIMITS, now=pendulum.now("UTC"))
    engine.dispose()


def _added(world: World, switch: Switchboard) -> str:
    """Add a switch as an operator does; return the secret with which it posts CDRs."""
    world.stack.command("switch", "add", switch.reached.with_password)
    return world.stack.command("cdr-secret", switch.name).strip()


def _switch(world: World, switch: Switchboard, *, secret: str, where: Places, seed: int, speed: float) -> Part:
    """Return the part of a switch."""
    url = f"http://{where.here}:{world.cdr_relay.port}/v3/switch/cdr"
    words = switch.command(speed=speed, seed=seed, cdr_url=url, secret=secret)
    log = switch.home / f"{switch.part}.log"
    part = world.parts[switch.part] = Part(
        switch.part, where.command(switch.part, words), world.stack.environment, log=log
    )
    return part


def _end(world: World) -> None:
    for name in (*reversed(OURS), POOLER, *reversed(GROUND)):
        if name in world.parts:
            world.parts[name].end()


def _is_migrated(world: World) -> bool:
    return run_callbeat(world.stack.environment, "migrate", check=False).returncode == 0
