"""A callback receiver of our own that misbehaves as its path says."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

Say = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One POST as it arrived."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Receiver:
    """Listens on loopback in threads of its own; ``/status/503`` answers 503, other paths are in ``_MANNERS``."""

    def __init__(self, *, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port."""
        self.requests: list[Request] = []
        self.ending = threading.Event()
        self._tls = tls
        self._connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def connections(self) -> int:
        """Count the connections that were made."""
        return len(self._connections)

    def close(self) -> None:
        """End every conversation."""
        self.ending.set()
        for connection in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                thread = threading.Thread(target=self._talk, args=(connection, len(self._connections)))
                self._threads.append(thread)
                thread.start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), connection:
            stream = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with stream, stream.makefile("rb") as incoming:
                while request := _read(incoming, number):
                    self.requests.append(request)
                    if not self._answer(request, stream.sendall):
                        return

    def _answer(self, request: Request, say: Say) -> bool:
        """Say whether the connection stays open."""
        path = request.line.split()[1].partition("?")[0]
        if path.startswith("/status/"):
            say(f"HTTP/1.1 {path[8:]} Whatever\r\nContent-Length: 2\r\n\r\nok".encode())
            return True
        _MANNERS[path](self, say)
        return False


def _read(incoming: object, number: int) -> Request | None:
    lines = iter(incoming.readline, b"\r\n")  # type: ignore[attr-defined]  # a binary file
    line = next(lines, b"").decode("latin-1")
    if not line.startswith("POST "):
        return None
    headers = dict(header.decode().strip().split(": ", 1) for header in lines)
    body = incoming.read(int(headers["Content-Length"]))  # type: ignore[attr-defined]  # a binary file
    return Request(line.strip(), headers, body, number)


def _repeat(receiver: Receiver, say: Say, piece: bytes, *, every: float) -> None:
    while not receiver.ending.wait(every):
        say(piece)


def _hang(receiver: Receiver, _say: Say) -> None:
    receiver.ending.wait()


def _drip_headers(receiver: Receiver, say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _repeat(receiver, say, b"a", every=0.05)


def _continue_for_ever(receiver: Receiver, say: Say) -> None:
    _repeat(receiver, say, b"HTTP/1.1 100 Continue\r\n\r\n", every=0.05)


def _endless_headers(receiver: Receiver, say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\n")
    _repeat(receiver, say, b"X-More: " + b"a" * 4000 + b"\r\n", every=0)


def _endless_body(receiver: Receiver, say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    _repeat(receiver, say, b"1000\r\n" + b"a" * 4096 + b"\r\n", every=0)


def _drip_body(receiver: Receiver, say: Say) -> None:
    say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    _repeat(receiver, say, b"a", every=0.05)


def _saying(answer: bytes) -> Callable[[Receiver, Say], None]:
    return lambda _receiver, say: say(answer)


_MANNERS: Final[dict[str, Callable[[Receiver, Say], None]]] = {
    "/hang": _hang,
    "/drip-headers": _drip_headers,
    "/continue": _continue_for_ever,
    "/endless-headers": _endless_headers,
    "/endless-body": _endless_body,
    "/drip-body": _drip_body,
    "/close": _saying(b""),
    "/close-in-status": _saying(b"HTTP/1.1 20"),
    "/close-in-body": _saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"),
    "/close-after": _saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "/no-body": _saying(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "/garbage": _saying(b"0981000000 is not HTTP\r\n\r\n"),
    "/two-answers": _saying(
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    ),
    "/cookie": _saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
    "/redirect": _saying(b"HTTP/1.1 307 Elsewhere\r\nLocation: /status/200\r\nContent-Length: 0\r\n\r\n"),
    "/busy": _saying(b"HTTP/1.1 429 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"),
    "/upgrade": _saying(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
}


@contextlib.contextmanager
def a_receiver(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver for the length of a block."""
    receiver = Receiver(tls=tls)
    try:
        yield receiver
    finally:
        receiver.close()
