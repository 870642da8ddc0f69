"""Posts CDRs as mod_json_cdr does: one after the other, with retries, and a file for each that could not be posted."""

import asyncio
import base64
from asyncio import Queue, QueueFull
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_LONGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrOptions:
    """Where CDRs are posted, and how often; the names are those of ``json_cdr.conf``."""

    url: str
    cred: str = field(repr=False)
    """``USER:SECRET`` for Basic authentication."""
    err_log_dir: Path | None = None
    """A folder for CDRs that could not be posted; None: they are dropped."""
    retries: int = 8
    delay_seconds: float = 5.0
    timeout_seconds: float = 3.0
    queue_capacity: int = 10_000

    def __post_init__(self) -> None:
        """Check the address, because FreeSWITCH appends to it. Raises ``ValueError``."""
        parts = urlsplit(self.url)
        if parts.scheme != "http" or not parts.hostname or parts.query:
            raise ValueError(f"CDRs are posted to http://HOST:PORT/PATH, without a question mark: {self.url}")


class CdrPoster:
    """Posts what is put into its queue until it is cancelled; what is queued then is dropped, as on FreeSWITCH."""

    def __init__(self, options: CdrOptions) -> None:
        """Start with an empty queue."""
        self._options = options
        self._queue: Queue[tuple[str, bytes]] = Queue(options.queue_capacity)

    def put(self, call_id: str, body: bytes) -> None:
        """Queue a CDR; with a full queue it goes to the folder at once."""
        try:
            self._queue.put_nowait((call_id, body))
        except QueueFull:
            self._leave(call_id, body)

    async def run(self) -> None:
        """Post one CDR after the other."""
        while True:
            call_id, body = await self._queue.get()
            if not await self._post_repeatedly(call_id, body):
                self._leave(call_id, body)

    async def _post_repeatedly(self, call_id: str, body: bytes) -> bool:
        for number in range(self._options.retries + 1):
            if number:
                await asyncio.sleep(self._options.delay_seconds)
            if await self._is_taken(call_id, body):
                return True
        return False

    async def _is_taken(self, call_id: str, body: bytes) -> bool:
        """Post once; anything but a 2xx is a failure."""
        try:
            async with asyncio.timeout(self._options.timeout_seconds):
                status = await self._post(call_id, body)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            return False
        return 200 <= status < 300  # noqa: PLR2004 - the range of success

    async def _post(self, call_id: str, body: bytes) -> int:
        parts = urlsplit(self._options.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, limit=_LONGEST_ANSWER)
        try:
            writer.write(self._head(call_id, length=len(body)) + body)
            await writer.drain()
            line = await reader.readline()
            return int(line.split()[1]) if line.startswith(b"HTTP/1.") else 0
        except IndexError:
            return 0
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _head(self, call_id: str, *, length: int) -> bytes:
        parts = urlsplit(self._options.url)
        credentials = base64.b64encode(self._options.cred.encode()).decode()
        lines = (
            f"POST {parts.path or '/'}?uuid={call_id} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Authorization: Basic {credentials}",
            "User-Agent: freeswitch-json/1.0",
            "Accept: */*",
            "Content-Type: application/json",
            f"Content-Length: {length}",
            "",
            "",
        )
        return "\r\n".join(lines).encode()

    def _leave(self, call_id: str, body: bytes) -> None:
        if self._options.err_log_dir is not None:
            self._options.err_log_dir.mkdir(parents=True, exist_ok=True)
            (self._options.err_log_dir / f"{call_id}.cdr.json").write_bytes(body)
