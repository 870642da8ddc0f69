"""Connections for callbacks: the host is resolved once, judged, connected to where it was found, within a deadline."""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any, Final

import httpcore
from typing_extensions import override

from worker.callbacks.address import Address, AddressRange, Refused, Resolve, decide_addresses

CONNECT_SECONDS: Final = 5.0
"""For one address; a host with a dead one among several still answers in time."""
MOST_RESOLVERS: Final = 200
"""The system's resolver knows no deadline: each name has a thread of its own, which is left behind when it is late."""
_PIECE_BYTES: Final = 16_384
_MOST_HELD: Final = 65_536

_deadline: ContextVar[float] = ContextVar("_deadline")


class NotReached(Exception):
    """No connection was tried: the host has no address, or one that callbacks do not go to."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Bound all that this thread does on guarded connections within the block, however slowly bytes drip."""
    moment = time.monotonic() + seconds
    token = _deadline.set(min(moment, _deadline.get(moment)))
    try:
        yield
    finally:
        _deadline.reset(token)


def resolve_host(host: str, port: int) -> Sequence[Address]:
    """Ask the system's resolver, which also knows every old spelling of an IPv4 address."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(address[4][0]) for address in dict.fromkeys(answers)]


class GuardedBackend(httpcore.NetworkBackend):
    """Connects by host name; sits below TLS, so that certificates are still checked against the name.

    The pool keeps connections by name as well: two hosts behind one address never share one.
    """

    def __init__(self, *, allow: Sequence[AddressRange], resolve: Resolve) -> None:
        """Reach public addresses and the allowed ranges."""
        self._allow = tuple(allow)
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()
        self._resolvers = ThreadPoolExecutor(MOST_RESOLVERS, thread_name_prefix="resolve")

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # Any: the library's own tuples, handed through
    ) -> httpcore.NetworkStream:
        failure: Exception = NotReached("the host has no address")
        for address in self._addresses(host, port):
            try:
                wait = _wait(CONNECT_SECONDS, late=httpcore.ConnectTimeout)
                return _BoundedStream(self._sockets.connect_tcp(str(address), port, timeout=wait))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> Sequence[Address]:
        asked = self._resolvers.submit(self._resolve, host, port)
        try:
            found = asked.result(timeout=_wait(None, late=httpcore.ConnectTimeout))
        except TimeoutError as error:
            raise NotReached("the host name was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise NotReached("the host name could not be resolved") from error
        decision = decide_addresses(found, allow=self._allow)
        if isinstance(decision, Refused):
            raise NotReached(f"refused: {decision.reason}")
        return decision


class _BoundedStream(httpcore.NetworkStream):
    """A socket whose every wait ends at the deadline of the thread that uses it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._held = b""

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._send_held(timeout)
        return self._stream.read(max_bytes, timeout=_wait(timeout, late=httpcore.ReadTimeout))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Hold what is written until an answer is wanted: head and body of a callback travel together."""
        self._held += buffer
        if len(self._held) > _MOST_HELD:
            self._send_held(timeout)

    def _send_held(self, timeout: float | None) -> None:
        held, self._held = self._held, b""
        for start in range(0, len(held), _PIECE_BYTES):
            piece = held[start : start + _PIECE_BYTES]
            self._stream.write(piece, timeout=_wait(timeout, late=httpcore.WriteTimeout))

    @override
    def close(self) -> None:
        self._stream.close()

    @override
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = _wait(timeout, late=httpcore.ConnectTimeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname=server_hostname, timeout=wait))

    @override
    def get_extra_info(self, info: str) -> Any:  # Any: each name has its own type
        return self._stream.get_extra_info(info)


def _wait(timeout: float | None, *, late: type[Exception]) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise late("the deadline has passed")
    return left if timeout is None else min(timeout, left)
