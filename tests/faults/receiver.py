"""The customer's receiver: remembers every callback that it took, and can be away or in trouble."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

import orjson
from standardwebhooks.webhooks import Webhook
from typing_extensions import override

from tests.faults.evidence import Received
from tests.faults.places import LOOPBACK
from tests.stack.addresses import free_port

LATE_SECONDS: Final = 4.0


class Mood(StrEnum):
    """How it answers."""

    WELL = "well"
    DOWN = "down"
    SLOW = "slow"
    FAILING = "failing"


class Receiver:
    """Listens on one port for the whole run; what it answered 2xx to is what it has received."""

    def __init__(self, *, secret: str, host: str = LOOPBACK) -> None:
        """Listen."""
        self.host = host
        self.port = free_port()
        self.received: list[Received] = []
        self.mood = Mood.WELL
        self._webhook = Webhook(secret)
        self._server: _Server | None = None
        self._open()

    @property
    def url(self) -> str:
        """Give the campaigns' ``callback_url``."""
        return f"http://{self.host}:{self.port}/cdr"

    def change(self, mood: Mood) -> None:
        """Answer differently from now on; away, it does not even listen."""
        self.mood = mood
        if mood is Mood.DOWN:
            self.close()
        elif self._server is None:
            self._open()

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def take(self, body: bytes, headers: dict[str, str]) -> HTTPStatus | None:
        """Take one callback; give the answer, or none to hang up on the sender."""
        if self.mood is Mood.DOWN:
            return None
        if self.mood is Mood.FAILING:
            return HTTPStatus.INTERNAL_SERVER_ERROR
        if self.mood is Mood.SLOW:
            time.sleep(LATE_SECONDS)
        self._webhook.verify(body, headers)
        self.received.append(_received(orjson.loads(body), webhook_id=headers["webhook-id"]))
        return HTTPStatus.NO_CONTENT

    def _open(self) -> None:
        self._server = _Server(self)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, receiver: Receiver) -> None:
        super().__init__((receiver.host, receiver.port), _Post)
        self.receiver = receiver

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:  # Any: the base's own
        pass  # a sender that was killed has hung up


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status = self.server.receiver.take(body, {name.lower(): value for name, value in self.headers.items()})
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:  # Any: the base's own
        pass


def _received(body: dict[str, Any], *, webhook_id: str) -> Received:  # Any: JSON
    return Received(at=time.time(), webhook_id=webhook_id, state=body["state"], call=body["call_id"], body=body)


@contextmanager
def receiving(*, secret: str, host: str = LOOPBACK) -> Iterator[Receiver]:
    """Receive while the block runs."""
    receiver = Receiver(secret=secret, host=host)
    try:
        yield receiver
    finally:
        receiver.close()
