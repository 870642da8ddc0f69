"""Sounds that a call plays from an address, as mod_http_cache and mod_httapi fetch them."""

import asyncio
import re
from asyncio import Task
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import httpx

from worker.simulator.heard import HeardLog
from worker.simulator.sounds import Heard, heard_in

CACHED: Final = "http_cache://"
_SCHEMES: Final = ("http://", "https://")
_AGENTS: Final = {True: "freeswitch-http-cache/1.0", False: "mod_httapi/1.0"}
_LONGEST_SECONDS: Final = 30.0
"""A fetch that takes longer fails; a call that waits for it hears nothing meanwhile, as on a real switch."""
_MOST_BYTES: Final = 32 * 1024 * 1024
_MOST_KEPT: Final = 20_000
_MOST_CONNECTIONS: Final = 64
_MAX_AGE: Final = re.compile(r"max-age=([0-9]{1,9})")


def is_address(name: str) -> bool:
    """Return True for a sound that has to be fetched."""
    return name.removeprefix(CACHED).startswith(_SCHEMES)


class Fetched:
    """Sounds by their addresses: calls that want the same one at one time share a request."""

    def __init__(self, log: HeardLog) -> None:
        """Keep nothing, and open no connection yet; the log may want a copy of each sound."""
        self._log = log
        self._client: httpx.AsyncClient | None = None
        self._kept: dict[str, tuple[float, Heard]] = {}
        self._under_way: dict[str, Task[Heard | None]] = {}

    async def heard(self, name: str) -> Heard | None:
        """Return what is heard at an address; None when it cannot be fetched, or is no WAV file."""
        expires, heard = self._kept.get(name, (0.0, None))
        if expires > asyncio.get_running_loop().time():
            return heard
        if name not in self._under_way:
            task = asyncio.create_task(self._fetch(name))
            task.add_done_callback(lambda _: self._under_way.pop(name, None))
            self._under_way[name] = task
        return await asyncio.shield(self._under_way[name])

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _fetch(self, name: str) -> Heard | None:
        address = name.removeprefix(CACHED)
        try:
            _ = urlsplit(address).port  # raises for one that no socket takes
            async with asyncio.timeout(_LONGEST_SECONDS):
                data, keep_seconds = await self._get(address, agent=_AGENTS[name != address])
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError):
            return None
        file = PurePosixPath(urlsplit(address).path)
        if data is None or (heard := heard_in(data, name=file.stem)) is None:
            return None
        self._log.keep(file.name, data)
        if keep_seconds:
            self._keep(name, heard, seconds=keep_seconds)
        return heard

    async def _get(self, address: str, *, agent: str) -> tuple[bytes | None, int]:
        """Return the body, None when there is none, and how long it may be kept."""
        self._client = self._client or httpx.AsyncClient(
            follow_redirects=True,
            trust_env=False,
            timeout=_LONGEST_SECONDS,
            limits=httpx.Limits(max_connections=_MOST_CONNECTIONS),
        )
        async with self._client.stream("GET", address, headers={"User-Agent": agent}) as answer:
            if answer.status_code != httpx.codes.OK:
                return None, 0
            data = bytearray()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > _MOST_BYTES:
                    return None, 0
            age = _MAX_AGE.search(answer.headers.get("Cache-Control", ""))
            return bytes(data), 0 if age is None else int(age[1])

    def _keep(self, name: str, heard: Heard, *, seconds: int) -> None:
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = (asyncio.get_running_loop().time() + seconds, heard)
