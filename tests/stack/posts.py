"""One connection of a receiver of callbacks: reads POST after POST, and answers each as is said."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.stack.answers import answer_named, keeps_connection


@dataclass(frozen=True, slots=True)
class Request:
    """One POST as it arrived; the names of its headers are as they were sent."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int
    at: float
    """By the clock that all processes of the machine share."""

    @property
    def path(self) -> str:
        """Return the path without the query and the first slash."""
        return self.line.split()[1].partition("?")[0].removeprefix("/")

    def header(self, name: str) -> str:
        """Return a header whatever case its name has; empty when there is none."""
        return next((value for key, value in self.headers.items() if key.lower() == name), "")


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, number: int, answer: Callable[[Request], str]
) -> None:
    """Read POSTs until the sender leaves or an answer ends the connection; ``answer`` names the answer of each."""

    async def say(text: bytes) -> None:
        writer.write(text)
        await writer.drain()

    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        while request := await _read(reader, number):
            name = answer(request)
            await answer_named(name)(say)
            if not keeps_connection(name):
                break
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _read(reader: asyncio.StreamReader, number: int) -> Request | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    at = time.time()
    line, *fields = head.rstrip("\r\n").split("\r\n")
    if not line.startswith("POST "):
        return None
    headers = dict(each.split(": ", 1) for each in fields)
    length = next((value for name, value in headers.items() if name.lower() == "content-length"), "0")
    return Request(line, headers, await reader.readexactly(int(length)), number, at)
