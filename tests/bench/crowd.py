"""How soon `run/stop` is answered while other clients hold connections and bodies."""

import asyncio
import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
import psutil

from tests.bench.figures import Figure, quantile
from tests.bench.scale import spaced
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command, run_callbeat
from tests.stack.environment import TOKEN, environment
from tests.stack.operator import AUTOCALL
from tests.stack.postgres import Postgres
from tests.stack.process import Process
from tests.stack.running import ONCE, START_SECONDS, client
from tests.stack.waiting import wait_until
from worker.cli.open_files import allow_open_files

BODY: Final = 8 * 1024 * 1024
AGAIN_SECONDS: Final = (10.0, 30.0)
"""Between these, a client whose connection was closed opens it again."""
SETTLES_SECONDS: Final = 10.0
MS: Final = 1000.0
HALF: Final = b"POST /v3/campaign HTTP/1.1\r\nHost: x\r\nAuthorization: Bea"
POLL: Final = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The other clients, and what the API may have."""

    half_open: int = 5_000
    """Connections whose header never ends."""
    bodies: int = 60
    """Bodies of 8 MiB whose last byte never comes."""
    pollers: int = 32
    """Clients that read ``/metrics`` without a pause."""
    descriptors: int = 1_024
    """The most that the API may have, soft and hard limit."""
    stops: int = 300
    """Requests that are measured."""


CROWD: Final = Crowd()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One run: seconds of each stop and how many failed, alone and beside the others, and what the API held then."""

    alone: Sequence[float]
    beside: Sequence[float]
    failed: int
    descriptors: int
    megabytes: float


def crowd(postgres: Postgres, redis_url: str, *, runs: int, others: Crowd = CROWD) -> list[Figure]:
    """Measure a campaign's stop, alone and beside the others."""
    seen = [_run(postgres, redis_url, others) for _ in range(runs)]
    who = f"{spaced(others.half_open)} half-open, {others.bodies} bodies, {others.pollers} polling"
    stops = [
        Figure(
            bench="crowd",
            what=f"ms of run/stop beside {who}, {name}",
            ours=[MS * quantile(one.beside, share) for one in seen],
            limit=[MS * quantile(one.alone, share) for one in seen],
            held_against="alone",
            target=target,
        )
        for name, share, target in (("p50", 0.5, ""), ("p99", 0.99, "≤ 200 ms"))
    ]
    return [
        *stops,
        Figure(
            bench="crowd", what=f"of {others.stops} such stops failed", ours=[one.failed for one in seen], target="0"
        ),
        Figure(
            bench="crowd",
            what="descriptors of the API",
            ours=[one.descriptors for one in seen],
            limit=[others.descriptors] * runs,
            held_against="those that it may have",
        ),
        Figure(bench="crowd", what="MiB of the API", ours=[one.megabytes for one in seen]),
    ]


def _run(postgres: Postgres, redis_url: str, others: Crowd) -> _Seen:
    with TemporaryDirectory() as home, _running_api(Path(home), postgres, redis_url, crowd=others) as running:
        process, api, port = running
        body = {"campaign_name": "first", **AUTOCALL}
        path = f"/v1/campaign/{api.post('/v3/campaign', json=body).json()['campaign_uuid']}/run/stop"
        alone, _ = _measure(api, path, times=others.stops)
        with _crowd(port, path, crowd=others):
            beside, failed = _measure(api, path, times=others.stops)
            seen = psutil.Process(process.pid)
            held, resident = seen.num_fds(), seen.memory_info().rss / 2**20
    return _Seen(alone=alone, beside=beside, failed=failed, descriptors=held, megabytes=resident)


@contextmanager
def _running_api(
    home: Path, postgres: Postgres, redis_url: str, *, crowd: Crowd
) -> Iterator[tuple[Process, httpx.Client, int]]:
    port = free_port()
    with ExitStack() as stack:
        around = environment(home=home, database_url=postgres.fresh(), redis_url=redis_url, api_token=TOKEN)
        run_callbeat(around, "migrate")
        command = ["sh", "-c", f'ulimit -n {crowd.descriptors}; exec "$@"', "sh", *api_command(port=port)]
        process = stack.enter_context(Process("api", command, around, log=home / "api.log"))
        api = stack.enter_context(client(port=port, limits=ONCE))
        wait_until(lambda: _answers(api), seconds=START_SECONDS)
        yield process, api, port


def _answers(api: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return api.get("/health/live").is_success
    return False


def _measure(api: httpx.Client, path: str, *, times: int) -> tuple[list[float], int]:
    """Send each request over a connection of its own; return their seconds, and how many failed."""
    seconds, failed = [], 0
    for _ in range(times):
        begun = time.perf_counter()
        try:
            failed += not api.post(path, json={}).is_success
        except httpx.TransportError:
            failed += 1
        seconds.append(time.perf_counter() - begun)
    return seconds, failed


@contextmanager
def _crowd(port: int, path: str, *, crowd: Crowd) -> Iterator[None]:
    """Run the other clients in a process of their own."""
    end = multiprocessing.Event()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {BODY}\r\n\r\n"
    held = head.encode() + b" " * (BODY - 1)
    others = {HALF: crowd.half_open, held: crowd.bodies, POLL: crowd.pollers}
    process = multiprocessing.Process(target=_run_crowd, args=(port, others, end))
    process.start()
    time.sleep(SETTLES_SECONDS)
    try:
        yield
    finally:
        end.set()
        process.join()


def _run_crowd(port: int, others: dict[bytes, int], end: Event) -> None:
    allow_open_files()
    asyncio.run(_hold(port, others, end))


async def _hold(port: int, others: dict[bytes, int], end: Event) -> None:
    clients = [asyncio.create_task(_client(port, sent)) for sent, count in others.items() for _ in range(count)]
    await asyncio.to_thread(end.wait)
    for one in clients:
        one.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


async def _client(port: int, sent: bytes) -> None:
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(sent)
                while await reader.read(65536):
                    if sent is POLL:
                        writer.write(sent)
            finally:
                writer.transport.abort()
        await asyncio.sleep(random.uniform(*AGAIN_SECONDS))
