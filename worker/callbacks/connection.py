"""Connections for callbacks: resolve the host once, check its addresses, connect to one of them, within a deadline."""

import logging
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
"""For one address, so that a host of which one address is dead is still reached in time."""
MOST_RESOLVERS: Final = 200
"""Threads. The system's resolver has no timeout: each name gets its own thread, which is abandoned when it is late."""
NOT_PUBLIC: Final = "refused: not a public address"
"""What a tenant reads: only the log names an address of the inner network."""
_CHUNK_BYTES: Final = 16_384
_MOST_BUFFERED: Final = 65_536

_MOST_RECORDED: Final = 4096

logger = logging.getLogger(__name__)

_deadline: ContextVar[float] = ContextVar("_deadline")
_received: ContextVar[bytearray] = ContextVar("_received")


class NotReached(Exception):
    """No connection was attempted: the host has no address, or one that callbacks may not reach."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Limit the total time that this thread spends on guarded connections in the block, even if bytes arrive slowly.

    Nested deadlines: the earlier one applies.
    """
    moment = time.monotonic() + seconds
    token = _deadline.set(min(moment, _deadline.get(moment)))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def recording() -> Iterator[bytearray]:
    """Record the first 4096 bytes that this thread receives on guarded connections in the block."""
    received = bytearray()
    token = _received.set(received)
    try:
        yield received
    finally:
        _received.reset(token)


def resolve_host(host: str, port: int) -> Sequence[Address]:
    """Ask the system's resolver, which also understands every old notation of an IPv4 address."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(address[4][0]) for address in dict.fromkeys(answers)]


class GuardedBackend(httpcore.NetworkBackend):
    """Connects by host name, below TLS, so that certificates are still checked against the name.

    The pool also keeps connections by name: two hosts at the same address never share a connection.
    """

    def __init__(self, *, allow: Sequence[AddressRange], resolve: Resolve) -> None:
        """Permit public addresses and the ranges in ``allow``."""
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
        socket_options: Iterable[Any] | None = None,  # Any: tuples of the library, passed on
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
        resolving = self._resolvers.submit(self._resolve, host, port)
        try:
            found = resolving.result(timeout=_wait(None, late=httpcore.ConnectTimeout))
        except TimeoutError as error:
            raise NotReached("the host name was not resolved in time") from error
        except (OSError, UnicodeError) as error:
            raise NotReached("the host name could not be resolved") from error
        if not found:
            raise NotReached("the host has no address")
        decision = decide_addresses(found, allow=self._allow)
        if isinstance(decision, Refused):
            extra = {"action": "callback_address_refused", "host": host, "why": decision.reason}
            logger.warning("a callback's host has an address that is not permitted", extra=extra)
            raise NotReached(NOT_PUBLIC)
        return decision


class _BoundedStream(httpcore.NetworkStream):
    """A socket on which every wait ends at the deadline of the thread that uses it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._buffered = b""

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._flush(timeout)
        data = self._stream.read(max_bytes, timeout=_wait(timeout, late=httpcore.ReadTimeout))
        received = _received.get()
        received += data[: _MOST_RECORDED - len(received)]
        return data

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Buffer the data until the answer is read, so that head and body of a callback go out together."""
        self._buffered += buffer
        if len(self._buffered) > _MOST_BUFFERED:
            self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        buffered, self._buffered = self._buffered, b""
        for start in range(0, len(buffered), _CHUNK_BYTES):
            chunk = buffered[start : start + _CHUNK_BYTES]
            self._stream.write(chunk, timeout=_wait(timeout, late=httpcore.WriteTimeout))

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
