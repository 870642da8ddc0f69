"""One connection: HTTP by Uvicorn and h11, with refusals in JSON, and with an end when its client takes too long."""

import asyncio
import json
import logging
from http import HTTPStatus
from typing import Any, Final

import h11
from typing_extensions import override
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from api.connection_table import ConnectionLimits, ConnectionTable, Phase
from api.strict_http import Event, StrictHttp

logger = logging.getLogger(__name__)

TOO_LATE: Final = "the request took too long"


class SharedState(ServerState):
    """What all connections of a server share."""

    def __init__(self, limits: ConnectionLimits) -> None:
        """Start without connections."""
        super().__init__()
        self.table: ConnectionTable[JsonProtocol] = ConnectionTable(limits)
        self._told_at = float("-inf")

    def make_room(self, *, now: float) -> None:
        """Close a waiting connection, because no file descriptor is left; log that once a second."""
        longest = self.table.take_longest_waiting()
        if longest is not None:
            longest.cut()
        if now - self._told_at >= 1:
            self._told_at = now
            extra = {"action": "out_of_files", "connections": len(self.table)}
            logger.error("no file descriptor is left for a new connection", extra=extra)


class JsonProtocol(H11Protocol):
    """Uvicorn's protocol within the limits of a connection table; refusals are JSON."""

    transport: asyncio.Transport
    conn: StrictHttp

    def __init__(
        self,
        config: Config,
        server_state: SharedState,
        app_state: dict[str, Any],  # Any: Uvicorn's own type
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Use the table that all connections of the server share."""
        super().__init__(config, server_state, app_state, _loop)
        self.conn = StrictHttp(heard=self._hear)
        self._shared = server_state

    # --- what the table asks ------------------------------------------------------------------------------------------

    @property
    def unsent(self) -> int:
        """Return how many bytes of answers the client has not taken."""
        return self.transport.get_write_buffer_size()

    @property
    def is_held_back(self) -> bool:
        """Return True while we do not read what the client sends."""
        return self.flow.read_paused

    def cut(self) -> None:
        """Close the connection without an answer, for another one."""
        self._shared.table.remove(self)
        self.transport.abort()

    def end(self) -> None:
        """Close the connection, because its client took too long; tell it so if it is in the middle of a request."""
        phase = self._shared.table.phase(self)
        has_begun = phase is Phase.BODY or (phase is Phase.HEADER and self.conn.has_begun)
        if has_begun and not self.unsent and self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            if phase is Phase.BODY:  # the application waits for it, and must not answer as well
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, TOO_LATE)
            self._shared.table.enter(self, Phase.IDLE, now=self.loop.time())
        else:
            self.cut()

    # --- what happens -------------------------------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as Uvicorn does
        super().connection_made(transport)
        for one in self._shared.table.add(self, now=self.loop.time()):
            one.cut()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._shared.table.remove(self)
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        table, now = self._shared.table, self.loop.time()
        if table.phase(self) is Phase.IDLE:
            table.enter(self, Phase.HEADER, now=now)
        table.progress(self, now=now)
        super().data_received(data)

    def _hear(self, event: Event) -> None:
        """Note what the connection waits for now."""
        table, now = self._shared.table, self.loop.time()
        match event:
            case h11.Request():
                table.enter(self, Phase.BODY, now=now)
            case h11.EndOfMessage():
                is_answered = self.conn.our_state in {h11.DONE, h11.MUST_CLOSE}
                table.enter(self, Phase.IDLE if is_answered else Phase.ANSWER, now=now)
            case _:
                pass

    @override
    def on_response_complete(self) -> None:
        table, now = self._shared.table, self.loop.time()
        if table.phase(self) is Phase.ANSWER:
            table.enter(self, Phase.IDLE, now=now)
        super().on_response_complete()
        if table.phase(self) is Phase.IDLE and self.conn.has_begun:  # a part of the next header came before the answer
            table.enter(self, Phase.HEADER, now=now)

    @override
    def send_400_response(self, msg: str) -> None:
        status, error = self.conn.refusal or (HTTPStatus.BAD_REQUEST, msg)
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self._refuse(status, error)
        else:  # an answer has been sent already
            self.transport.close()

    def _refuse(self, status: HTTPStatus, error: str) -> None:
        body = json.dumps({"error": error}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        start = h11.Response(status_code=status, headers=headers, reason=status.phrase.encode())
        answer = (start, h11.Data(data=body), h11.EndOfMessage())
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in answer))
        self.transport.close()
