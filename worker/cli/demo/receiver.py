"""The customer in the demonstration: receives CDRs over HTTP and checks their signatures."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from typing_extensions import override

from worker.cli.embedded import LOOPBACK


class Signed:
    """Stores each call's CDR, however often it arrives; refuses what is not signed with the secret."""

    def __init__(self, secret: str) -> None:
        """Start with nothing received."""
        self.cdrs: dict[str, Mapping[str, Any]] = {}  # Any: JSON
        self.refused = 0
        self._webhook = Webhook(secret)
        self._lock = Lock()

    def take(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Handle one callback; return the HTTP status."""
        try:
            cdr = self._webhook.verify(body, {name.lower(): value for name, value in headers.items()})
        except WebhookVerificationError:
            with self._lock:
                self.refused += 1
            return HTTPStatus.UNAUTHORIZED
        with self._lock:
            self.cdrs[cdr["call_id"]] = cdr
        return HTTPStatus.NO_CONTENT


class Receiver(ThreadingHTTPServer, Signed):
    """Listens for callbacks on a free port of this machine."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *, secret: str) -> None:
        """Listen, and accept what is signed with the secret."""
        ThreadingHTTPServer.__init__(self, (LOOPBACK, 0), _Post)
        Signed.__init__(self, secret)

    @property
    def url(self) -> str:
        """Return the campaign's ``callback_url``."""
        return f"http://{LOOPBACK}:{self.server_port}/cdr"


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(self.server.take(body, dict(self.headers)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:  # Any: the base class's own type
        pass


@contextmanager
def receiving(*, secret: str) -> Iterator[Receiver]:
    """Run a receiver while the block runs."""
    with Receiver(secret=secret) as receiver:
        Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
