"""The API as a process of its own, beside whatever database and broker it is given."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests.acceptance.stack import wait_until
from tests.conftest import free_port
from tests.faults.part import Part
from tests.faults.world import READY_SECONDS, TOKEN

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True)
class Counter:
    """Where clients come."""

    port: int
    log: Path

    def client(self, *, seconds: float = 60) -> httpx.Client:
        """Give a client, whose patience is longer than what the API promises."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=f"http://{LOOPBACK}:{self.port}", headers=headers, timeout=seconds)


@contextmanager
def open_counter(home: Path, *, database_url: str, redis_url: str) -> Iterator[Counter]:
    """Run `callbeat api` while the block runs."""
    counter = Counter(free_port(), home / "api.log")
    others = {name: value for name, value in os.environ.items() if not name.startswith("CALLBEAT_")}
    environment = others | {
        "CALLBEAT_HOME": str(home / "home"),
        "CALLBEAT_DATABASE_URL": database_url,
        "CALLBEAT_REDIS_URL": redis_url,
        "CALLBEAT_API_TOKEN": TOKEN,
    }
    command = [sys.executable, "-m", "worker.cli"]
    part = Part("api", [*command, "api", f"--port={counter.port}"], environment, log=counter.log)
    try:
        part.start()
        with counter.client() as api:
            wait_until(lambda: _answers(api, part=part), seconds=READY_SECONDS)
        yield counter
    finally:
        part.end()


def _answers(api: httpx.Client, *, part: Part) -> bool:
    assert part.is_alive, part.log.read_text()
    try:
        return api.get("/health/live").is_success
    except httpx.TransportError:
        return False
