"""How soon `run/stop` is answered while other clients hold connections and bodies: ``python -m tests.bench.crowd``."""

import asyncio
import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import httpx
import psutil
import typer

from tests.bench.figures import quantile
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.callbeat import api_command, run_callbeat
from tests.stack.environment import TOKEN, environment
from tests.stack.operator import AUTOCALL
from tests.stack.postgres import postgres_server
from tests.stack.process import Process
from tests.stack.redis import redis_server
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


def main(
    half_open: Annotated[int, typer.Option(help="Connections whose header never ends.")] = 5000,
    bodies: Annotated[int, typer.Option(help="Bodies of 8 MiB whose last byte never comes.")] = 60,
    pollers: Annotated[int, typer.Option(help="Clients that read /metrics again and again.")] = 32,
    descriptors: Annotated[int, typer.Option(help="The most that the API may have, soft and hard limit.")] = 1024,
    stops: Annotated[int, typer.Option(help="Requests that are measured.")] = 300,
) -> None:
    """Measure a campaign's stop, alone and beside the others."""
    with TemporaryDirectory() as home, _running_api(Path(home), descriptors=descriptors) as (process, api, port):
        body = {"campaign_name": "first", **AUTOCALL}
        path = f"/v1/campaign/{api.post('/v3/campaign', json=body).json()['campaign_uuid']}/run/stop"
        _measure("alone", api, path, times=stops)
        with _crowd(port, path, half_open=half_open, bodies=bodies, pollers=pollers):
            _measure("beside the others", api, path, times=stops)
            seen = psutil.Process(process.pid)
            typer.echo(f"the API: {seen.num_fds()} descriptors, {seen.memory_info().rss / 2**20:.0f} MiB resident")


@contextmanager
def _running_api(home: Path, *, descriptors: int) -> Iterator[tuple[Process, httpx.Client, int]]:
    port = free_port()
    with ExitStack() as stack:
        database_url = stack.enter_context(postgres_server()).fresh()
        redis_url = stack.enter_context(redis_server(home / "redis.log"))
        around = environment(home=home, database_url=database_url, redis_url=redis_url, api_token=TOKEN)
        run_callbeat(around, "migrate")
        command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *api_command(port=port)]
        process = stack.enter_context(Process("api", command, around, log=home / "api.log"))
        api = stack.enter_context(client(port=port, limits=ONCE))
        wait_until(lambda: _answers(api), seconds=START_SECONDS)
        yield process, api, port


def _answers(api: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return api.get("/health/live").is_success
    return False


def _measure(name: str, api: httpx.Client, path: str, *, times: int) -> None:
    """Send each request over a connection of its own."""
    seconds, failed = [], 0
    for _ in range(times):
        begun = time.perf_counter()
        try:
            failed += not api.post(path, json={}).is_success
        except httpx.TransportError:
            failed += 1
        seconds.append(time.perf_counter() - begun)
    p50, p99 = (MS * quantile(seconds, share) for share in (0.5, 0.99))
    typer.echo(f"{name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, slowest {MS * max(seconds):.1f} ms; {failed} failed")


@contextmanager
def _crowd(port: int, path: str, *, half_open: int, bodies: int, pollers: int) -> Iterator[None]:
    """Run the other clients in a process of their own."""
    end = multiprocessing.Event()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {BODY}\r\n\r\n"
    held = head.encode() + b" " * (BODY - 1)
    others = {HALF: half_open, held: bodies, POLL: pollers}
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


if __name__ == "__main__":
    typer.run(main)
