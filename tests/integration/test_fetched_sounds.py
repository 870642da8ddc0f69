"""Sounds that the simulated switch fetches from an address, over real sockets."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest

from worker.domain.speech.pcm import silence, wav_of
from worker.simulator.fetched import Fetched
from worker.simulator.heard import HeardLog

SOUND: Final = wav_of(silence(1500))
ANSWERS: Final = {
    "/kept.wav": b"HTTP/1.1 200 OK\r\nCache-Control: public, max-age=31536000, immutable\r\n",
    "/secret.wav": b"HTTP/1.1 200 OK\r\nCache-Control: private, no-store, max-age=0\r\n",
    "/page.wav": b"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n",
}


class Sounds:
    """A server of sounds that counts what it is asked for, and by whom."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.address = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split()[1]
        self.asked[path] += 1
        self.agents |= {line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("User-Agent")}
        body = b"<html>" if path == "/page.wav" else SOUND
        first = ANSWERS.get(path, b"HTTP/1.1 404 Not Found\r\n")
        writer.write(first + b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()


def on(act: Callable[[Fetched, Sounds], Awaitable[None]], *, copies: Path | None = None) -> None:
    async def run() -> None:
        sounds, fetched = Sounds(), Fetched(HeardLog(None, copies=copies))
        server = await asyncio.start_server(sounds.answer, "127.0.0.1", 0)
        sounds.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            await act(fetched, sounds)
        finally:
            await fetched.close()
            server.close()

    asyncio.run(run())


def test_a_sound_is_fetched_once_for_all_calls_while_it_may_be_kept(tmp_path: Path) -> None:
    async def act(fetched: Fetched, sounds: Sounds) -> None:
        name = f"http_cache://{sounds.address}/kept.wav"
        at_once = await asyncio.gather(*(fetched.heard(name) for _ in range(50)))
        heard = {*at_once, await fetched.heard(name)}
        assert {(one.name, one.seconds) for one in heard if one is not None} == {("kept", 1.5)}
        assert None not in heard
        assert sounds.asked == {"/kept.wav": 1}
        assert sounds.agents == {"freeswitch-http-cache/1.0"}

    on(act, copies=tmp_path)

    assert (tmp_path / "kept.wav").read_bytes() == SOUND


def test_a_sound_that_may_not_be_kept_is_fetched_each_time() -> None:
    async def act(fetched: Fetched, sounds: Sounds) -> None:
        for _ in range(2):
            assert await fetched.heard(f"http_cache://{sounds.address}/secret.wav") is not None
        assert sounds.asked == {"/secret.wav": 2}

    on(act)


@pytest.mark.parametrize("path", ["/nothing.wav", "/page.wav"])
def test_what_is_no_sound_is_not_found_and_is_asked_for_again(path: str) -> None:
    async def act(fetched: Fetched, sounds: Sounds) -> None:
        for _ in range(2):
            assert await fetched.heard(f"{sounds.address}{path}") is None
        assert sounds.asked == {path: 2}

    on(act)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.wav", "http_cache://http://[", "http://127.0.0.1:99999/a"])
def test_an_address_that_nobody_serves_is_not_found(address: str) -> None:
    async def act(fetched: Fetched, _: Sounds) -> None:
        assert await fetched.heard(address) is None

    on(act)
