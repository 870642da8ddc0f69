"""Callback receivers in a process of their own: one port for each manner, and a line for each POST that came.

``python -m tests.stack.receivers MANNER ...`` prints the ports as JSON, then ``NAME WEBHOOK-ID SECONDS STATE`` a line.
A manner may be named several times; the second is ``MANNER.2`` and so on.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, Final, Self

LOOPBACK: Final = "127.0.0.1"
SLOW_SECONDS: Final = 0.2
DRIP_SECONDS: Final = 0.1
_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Say = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Taken:
    """One POST: which receiver it came to, when by the clock that all processes share, and what it told."""

    name: str
    webhook_id: str
    at: float
    state: str


class Receivers:
    """The running process; a context manager."""

    def __init__(self, *manners: str) -> None:
        """Start it; every port listens when this returns."""
        self.taken: list[Taken] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.receivers", *manners], stdout=subprocess.PIPE, text=True
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
        """Give the address of one receiver."""
        return f"http://{LOOPBACK}:{self.ports[name]}{path}"

    def of(self, name: str) -> list[Taken]:
        """Give what one receiver was sent."""
        return [one for one in tuple(self.taken) if one.name == name]

    def _read(self) -> None:
        for line in self._stdout:
            name, webhook_id, at, state = line.split()
            self.taken.append(Taken(name, webhook_id, float(at), state))


async def _good(say: Say) -> None:
    await say(_OK)


async def _slow(say: Say) -> None:
    await asyncio.sleep(SLOW_SECONDS)
    await say(_OK)


async def _hang(_say: Say) -> None:
    await asyncio.sleep(3600)


async def _drip(say: Say) -> None:
    await say(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        await asyncio.sleep(DRIP_SECONDS)
        await say(b"a")


async def _endless(say: Say) -> None:
    await say(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await asyncio.sleep(0.01)
        await say(b"1000\r\n" + b"a" * 4096 + b"\r\n")


def _saying(answer: bytes) -> Callable[[Say], Awaitable[None]]:
    async def say_it(say: Say) -> None:
        await say(answer)

    return say_it


_MANNERS: Final[dict[str, Callable[[Say], Awaitable[None]]]] = {
    "good": _good,
    "slow": _slow,
    "hang": _hang,
    "drip": _drip,
    "endless": _endless,
    "error": _saying(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
    "busy": _saying(b"HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"),
    "gone": _saying(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"),
    "redirect": _saying(b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "close": _saying(b""),
    "half": _saying(b"HTTP/1.1 20"),
    "garbage": _saying(b"this is not HTTP\r\n\r\n"),
}
_STAYS: Final = frozenset({"good", "slow", "error", "busy", "gone", "redirect"})
"""Manners of those that keep the connection for the next callback."""


async def _talk(name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    manner = name.partition(".")[0]

    async def say(text: bytes) -> None:
        writer.write(text)
        await writer.drain()

    with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            at = time.time()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            sys.stdout.write(f"{name} {headers['webhook-id']} {at:.6f} {body.get('state', '-')}\n")
            await _MANNERS[manner](say)
            if manner not in _STAYS:
                break
    writer.close()


async def _serve(manners: Sequence[str]) -> None:
    seen: Counter[str] = Counter()
    ports = {}
    for manner in manners:
        seen[manner] += 1
        name = manner if seen[manner] == 1 else f"{manner}.{seen[manner]}"
        talk = partial(_talk, name)
        server = await asyncio.start_server(talk, LOOPBACK, 0, backlog=512)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)  # noqa: T201 - the ports are what the process says
    while True:
        await asyncio.sleep(0.05)
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1:]))
