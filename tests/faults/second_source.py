"""A relay between the switches' CDR posts and the API, which delays, doubles and refuses what passes through it.

It notes which CDRs the API has taken. It runs in the process of whoever drives the world.
"""

import http.client
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from typing import Final, Self
from urllib.parse import unquote

import orjson
from typing_extensions import override

API_SECONDS: Final = 20.0
"""Longer than a switch waits: what it repeats meanwhile, the API gets twice."""
LATE_SECONDS: Final = 1.0
"""A switch posts one CDR after the other, so each that is late delays all that follow."""
COPIES: Final = 2
PASSED_ON: Final = ("Authorization", "Content-Type", "User-Agent", "Accept")
FILES: Final = "*.cdr.json"


class CdrTrouble(StrEnum):
    """What befalls CDR posts."""

    NONE = "none"
    LATE = "each arrives late"
    DOUBLED = "each arrives twice"
    AWAY = "none arrives"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A CDR that Callbeat has taken, as the switch wrote it."""

    at: float
    call: str
    dial: int
    """1 for the call's first dial."""
    cause: str
    answered: bool

    @classmethod
    def read(cls, body: bytes, *, at: float) -> Self:
        """Read a CDR of the simulated switch."""
        variables = {name: unquote(value) for name, value in orjson.loads(body)["variables"].items()}
        return cls(
            at=at,
            call=variables["uuid"],
            dial=int(variables["callbeat_dial"]),
            cause=variables["hangup_cause"],
            answered=int(variables["answer_uepoch"]) > 0,
        )


class CdrRelay:
    """Listens until it is closed, and hands each CDR on to the API as the trouble of the moment wants it."""

    def __init__(self, *, host: str, api: tuple[str, int]) -> None:
        """Listen on a free port."""
        self.trouble = CdrTrouble.NONE
        self.posted: list[Posted] = []
        """What the API has taken, each time that it took it."""
        self.doubled = 0
        self._last_post_at = time.monotonic()
        self._api = api
        self._lock = Lock()
        self._posts = count(1)
        relay = self

        class Handler(BaseHTTPRequestHandler):
            """Reads one POST and answers as the API does; without an answer of the API it hangs up."""

            def do_POST(self) -> None:
                relay._relay(self)

            @override
            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def is_quiet(self, *, seconds: float) -> bool:
        """Return True when no switch has posted anything for so long."""
        return time.monotonic() > self._last_post_at + seconds

    def note(self, bodies: list[bytes]) -> None:
        """Note CDRs that Callbeat has taken on another way."""
        now = time.time()
        with self._lock:
            self.posted += [Posted.read(body, at=now) for body in bodies]

    def _relay(self, request: BaseHTTPRequestHandler) -> None:
        self._last_post_at = time.monotonic()
        trouble = self.trouble
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if trouble is CdrTrouble.AWAY:
            return
        if trouble is CdrTrouble.LATE:
            time.sleep(LATE_SECONDS)
        is_doubled = trouble is CdrTrouble.DOUBLED
        with ThreadPoolExecutor(COPIES) as threads:
            copies = [threads.submit(self._post, request, body) for _ in range(COPIES if is_doubled else 1)]
        status = max(copy.result() for copy in copies)
        self._last_post_at = time.monotonic()
        with self._lock:
            self.doubled += is_doubled
            # Of every second one the answer is lost on its way, so that the switch posts it a third time.
            is_lost = is_doubled and next(self._posts) % 2 == 0
        if status and not is_lost:
            request.send_response(status)
            request.send_header("Content-Length", "0")
            request.end_headers()

    def _post(self, request: BaseHTTPRequestHandler, body: bytes) -> int:
        """Return the API's status; 0 without one."""
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        api = http.client.HTTPConnection(*self._api, timeout=API_SECONDS)
        try:
            api.request("POST", request.path, body=body, headers=headers)
            status = api.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            api.close()
        if 200 <= status < 300:
            self.note([body])
        return status


def left_in(spool: Path) -> dict[Path, bytes]:
    """Return the CDRs in a switch's folder for what it could not post."""
    return {path: path.read_bytes() for path in sorted(spool.glob(FILES))}


@contextmanager
def relaying_cdrs(*, host: str, api: tuple[str, int]) -> Iterator[CdrRelay]:
    """Relay while the block runs."""
    relay = CdrRelay(host=host, api=api)
    try:
        yield relay
    finally:
        relay.close()
