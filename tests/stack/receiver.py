"""The customer's receiver of callbacks, in a thread of the test; for very many callbacks there is ``receivers``."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Final, Self

import orjson
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.answers import STATUS, is_answer
from tests.stack.posts import Request, converse

START_SECONDS: Final = 10.0
WELL: Final = f"{STATUS}204"
UNAUTHORIZED: Final = f"{STATUS}401"
BROKEN: Final = "broken"
"""A path of a receiver with a secret that takes nothing, whatever the receiver answers elsewhere."""
UNSIGNED: Final = "unsigned"
"""A path of a receiver with a secret at which no signature is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One callback as the receiver took it (answered 2xx), each time that it came."""

    at: float
    webhook_id: str
    state: str
    """``cdr`` or ``answered``, from the body."""
    call: str
    body: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON
    traceparent: str = ""


class Receiver:
    """Listens on one port from its making to ``close``; without a secret, the path may name the answer."""

    def __init__(self, *, secret: str = "", host: str = LOOPBACK, tls: ssl.SSLContext | None = None) -> None:
        """Listen; with a secret, take callbacks that are signed with it, and answer 401 to others."""
        self.host, self.port = host, free_port()
        self.answer = WELL
        self.requests: list[Request] = []
        """Whatever was posted, as long as no secret is given."""
        self.received: list[Received] = []
        """What was signed with the secret, and answered with 2xx."""
        self.refused = self.connections = 0
        self._webhook = Webhook(secret) if secret else None
        self._tls = tls
        self._thread: Thread | None = None
        self.listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Return the campaigns' ``callback_url``."""
        return f"http://{self.host}:{self.port}/cdr"

    @property
    def cdrs(self) -> dict[str, Mapping[str, Any]]:  # Any: JSON
        """Return each call's last CDR."""
        return {one.call: one.body for one in tuple(self.received) if one.state == "cdr"}

    def listen(self) -> None:
        """Listen, if it does not yet."""
        if self._thread is not None:
            return
        ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(START_SECONDS), f"port {self.port} cannot be listened on"

    def close(self) -> None:
        """Listen no more, and end every conversation."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()
            self._thread = None

    async def _serve(self, ready: Event) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, self.host, self.port, ssl=self._tls, backlog=128)
        ready.set()
        await self._closing.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await converse(reader, writer, number=self.connections, answer=self._answer)
        except asyncio.CancelledError:
            writer.transport.abort()  # and no more: a cancelled task would be reported as an error by asyncio's streams

    def _answer(self, request: Request) -> str:
        if self._webhook is None:
            self.requests.append(request)
            return request.path if is_answer(request.path) else self.answer
        if request.path == BROKEN:
            return f"{STATUS}404"
        return self._take(request, self._webhook) if self.answer in _TAKING else self.answer

    def _take(self, request: Request, webhook: Webhook) -> str:
        """Take one callback if its signature is right."""
        try:
            if request.path != UNSIGNED:
                webhook.verify(request.body, {name.lower(): value for name, value in request.headers.items()})
        except WebhookVerificationError:
            self.refused += 1
            return UNAUTHORIZED
        body = orjson.loads(request.body)
        taken = Received(
            at=time.time(),
            webhook_id=request.header("webhook-id"),
            state=body["state"],
            call=body["call_id"],
            body=body,
            traceparent=request.header("traceparent"),
        )
        self.received.append(taken)
        return self.answer


_TAKING: Final = frozenset({WELL, "good", "slow", "late"})
