"""How a receiver of callbacks answers: well, late, with an error, or with what is no answer at all."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

SLOW_SECONDS: Final = 0.2
LATE_SECONDS: Final = 4.0
DRIP_SECONDS: Final = 0.05
STATUS: Final = "status/"
"""``status/503`` answers 503; any status may stand there."""
WITHOUT_BODY: Final = frozenset({"204", "304"})
Say = Callable[[bytes], Awaitable[None]]
Answer = Callable[[Say], Awaitable[None]]


def answer_named(name: str) -> Answer:
    """Return the answer of a name; raises ``KeyError`` for an unknown one."""
    if name.startswith(STATUS):
        status = name.removeprefix(STATUS)
        body = "\r\n" if status in WITHOUT_BODY else "Content-Length: 2\r\n\r\nok"
        return _saying(f"HTTP/1.1 {status} Whatever\r\n{body}".encode())
    return ANSWERS[name]


def is_answer(name: str) -> bool:
    """Return True when there is an answer of this name."""
    return name.startswith(STATUS) or name in ANSWERS


def keeps_connection(name: str) -> bool:
    """Return True when the connection stays open for the next callback."""
    return name.startswith(STATUS) or name in _KEEPERS


def _saying(answer: bytes) -> Answer:
    async def say_it(say: Say) -> None:
        await say(answer)

    return say_it


def _after(seconds: float) -> Answer:
    async def say_it(say: Say) -> None:
        await asyncio.sleep(seconds)
        await say(_OK)

    return say_it


def _for_ever(piece: bytes, *, after: bytes = b"", every: float = DRIP_SECONDS) -> Answer:
    async def say_it(say: Say) -> None:
        await say(after)
        while True:
            await say(piece)
            await asyncio.sleep(every)

    return say_it


async def _hang(_say: Say) -> None:
    await asyncio.sleep(3600)


_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_CHUNK: Final = b"1000\r\n" + b"a" * 4096 + b"\r\n"
ANSWERS: Final[dict[str, Answer]] = {
    "good": _saying(_OK),
    "slow": _after(SLOW_SECONDS),
    "late": _after(LATE_SECONDS),
    "hang": _hang,
    "no-body": _saying(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "close-after": _saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "cookie": _saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
    "busy": _saying(b"HTTP/1.1 429 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"),
    "unavailable": _saying(b"HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"),
    "redirect": _saying(b"HTTP/1.1 307 Elsewhere\r\nLocation: /status/200\r\nContent-Length: 0\r\n\r\n"),
    "upgrade": _saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
    "close": _saying(b""),
    "close-in-status": _saying(b"HTTP/1.1 20"),
    "close-in-body": _saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"),
    "garbage": _saying(b"0981000000 is not HTTP\r\n\r\n"),
    "two-answers": _saying(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "continue": _for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "drip-status": _for_ever(b" ", after=b"HTTP/1.1"),
    "drip-headers": _for_ever(b"a", after=b"HTTP/1.1 200 OK\r\nX-Long: "),
    "drip-body": _for_ever(b"a", after=b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
    "endless-headers": _for_ever(b"X-More: " + b"a" * 4000 + b"\r\n", after=b"HTTP/1.1 200 OK\r\n", every=0),
    "endless-body": _for_ever(_CHUNK, after=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", every=0),
    "endless-error": _for_ever(_CHUNK, after=b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", every=0.01),
}
_KEEPERS: Final = frozenset({"good", "slow", "late", "unavailable"})
