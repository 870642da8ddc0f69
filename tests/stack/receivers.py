"""Receivers of very many callbacks in a process of their own: one port for each, and a line for each POST that came.

``python -m tests.stack.receivers ANSWER ...`` prints the ports as JSON, then ``NAME WEBHOOK-ID SECONDS STATE`` a line.
An answer may be named several times; the second receiver is ``ANSWER.2`` and so on. The receiver ``by-path`` gives the
answer that the path names, and its lines have that as their name.
"""

import asyncio
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Self

from tests.stack.addresses import LOOPBACK
from tests.stack.posts import Request, converse


@dataclass(frozen=True, slots=True)
class Taken:
    """One POST: which receiver it came to, when by the clock that all processes share, and its state."""

    name: str
    webhook_id: str
    at: float
    state: str


class Receivers:
    """The running process; a context manager."""

    def __init__(self, *answers: str) -> None:
        """Start it; every port listens when this returns."""
        self.taken: list[Taken] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.receivers", *answers], stdout=subprocess.PIPE, text=True
        )
        self.ports: dict[str, int] = json.loads(self._stdout.readline())
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._reader.join()
        self._stdout.close()
        self._process.wait()

    @property
    def _stdout(self) -> IO[str]:
        if self._process.stdout is None:
            raise RuntimeError("the process was started without a pipe")
        return self._process.stdout

    def url(self, name: str, *, path: str = "/hook") -> str:
        """Return the address of one receiver."""
        return f"http://{LOOPBACK}:{self.ports[name]}{path}"

    def of(self, name: str) -> list[Taken]:
        """Return what one receiver was sent."""
        return [one for one in tuple(self.taken) if one.name == name]

    def _read(self) -> None:
        for line in self._stdout:
            name, webhook_id, at, state = line.split()
            self.taken.append(Taken(name, webhook_id, float(at), state))


BY_PATH = "by-path"


def _print(name: str, request: Request) -> str:
    name = request.path if name == BY_PATH else name
    state = json.loads(request.body).get("state", "-")
    sys.stdout.write(f"{name} {request.header('webhook-id')} {request.at:.6f} {state}\n")
    return name.partition(".")[0]


async def _talk(name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await converse(reader, writer, number=0, answer=partial(_print, name))


async def _serve(answers: Sequence[str]) -> None:
    seen: Counter[str] = Counter()
    ports = {}
    for answer in answers:
        seen[answer] += 1
        name = answer if seen[answer] == 1 else f"{answer}.{seen[answer]}"
        server = await asyncio.start_server(partial(_talk, name), LOOPBACK, 0, backlog=512)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)  # noqa: T201 - the ports are what the process says
    while True:
        await asyncio.sleep(0.05)
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1:]))
