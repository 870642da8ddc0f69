"""One authenticated connection to a switch's event socket. Every wait on the socket has a timeout."""

import select
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from typing import Final

from worker.domain.errors import Unavailable
from worker.domain.switch_address import SwitchUrl
from worker.telephony.esl import BrokenStream, Frame, FrameReader

CONNECT_SECONDS: Final = 1.0
REPLY_SECONDS: Final = 10.0
"""An overloaded switch may reply several seconds late."""

_MOST_READ_BYTES: Final = 256 * 1024
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 2), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3))
"""Detects within 5 s a machine that lost power, or one that restarted and no longer knows the connection."""

UNACKNOWLEDGED_SECONDS: Final = 30.0
"""TCP closes the connection when sent data stays unacknowledged for longer than this."""

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class NotReached(Unavailable):
    """The switch could not be reached, or refused the login."""


class LoginRefused(NotReached):
    """The switch refused the password."""


class ConnectionLost(Unavailable):
    """The connection ended, or cannot be used any longer."""


class NotAnswered(ConnectionLost):
    """The switch did not reply in time. It may have received the command and may still execute it at any time."""


class Connection:
    """A connection that has logged in. After ``ConnectionLost`` it can only be closed."""

    def __init__(self, sock: socket.socket) -> None:
        """Take ownership of a connected socket; call ``open_connection`` instead."""
        self._socket = sock
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()

    def close(self) -> None:
        """Reset the connection, in whatever state it is.

        Unsent data is discarded. Otherwise the kernel would go on sending it for minutes, and a call could be dialled
        long after it was judged.
        """
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._socket.close()

    def is_alive(self) -> bool:
        """Return whether an idle connection can be used, without writing to it."""
        try:
            self._read_available()
        except ConnectionLost:
            return False
        return not self._frames  # an unread frame is a disconnect notice, or a reply to an earlier command

    def write(self, data: bytes, *, within: float = REPLY_SECONDS) -> int:
        """Send; return how many bytes left this process, fewer than all when the connection broke or time was up."""
        until = time.monotonic() + within
        sent = 0
        with memoryview(data) as rest:
            while sent < len(data):
                try:
                    sent += self._socket.send(rest[sent:])
                except BlockingIOError:
                    if not self._wait(until, writing=True):
                        break
                except OSError:
                    break
        return sent

    def command(self, text: str, *, within: float = REPLY_SECONDS) -> Frame:
        """Send one command and wait for its reply; raises ``ConnectionLost``."""
        data = f"{text}\n\n".encode()
        if self.write(data, within=within) < len(data):
            raise ConnectionLost("the connection broke while a command was sent")
        return self.reply(until=time.monotonic() + within)

    def reply(self, *, until: float) -> Frame:
        """Wait for the next reply and discard events. Raises ``ConnectionLost``; ``NotAnswered`` when time is up."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if frame.content_type in {"command/reply", "api/response", "auth/request"}:
                    return frame
                if frame.content_type in {"text/disconnect-notice", "text/rude-rejection"}:
                    raise ConnectionLost(f"the switch closed the connection: {frame.content_type}")
            if not self._wait(until):
                raise NotAnswered("the switch did not reply in time")
            self._read_available()

    def frames(self, *, within: float) -> list[Frame]:
        """Return all frames that have arrived, of any kind. Wait up to ``within`` seconds for the first one."""
        if not self._frames and self._wait(time.monotonic() + within):
            self._read_available()
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def _wait(self, until: float, *, writing: bool = False) -> bool:
        seconds = max(0.0, until - time.monotonic())
        poll = select.poll()  # unlike select(), poll() accepts descriptors above 1023
        poll.register(self._socket, select.POLLOUT if writing else select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _read_available(self) -> None:
        try:
            self._frames.extend(self._reader.feed(self._receive()))
        except BrokenStream as error:
            raise ConnectionLost(str(error)) from error

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(_MOST_READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise ConnectionLost(f"the connection broke: {error.strerror}") from error
        if not data:
            raise ConnectionLost("the switch closed the connection")
        return data


def open_connection(
    url: SwitchUrl,
    *,
    connect_seconds: float = CONNECT_SECONDS,
    unacknowledged_seconds: float = UNACKNOWLEDGED_SECONDS,
) -> Connection:
    """Connect and log in. Raises ``NotReached``."""
    try:
        sock = socket.create_connection((url.host, url.port), timeout=connect_seconds)
    except OSError as error:
        raise NotReached(f"switch {url.name} cannot be reached: {error}") from error
    connection = Connection(sock)
    try:
        _tune(sock, unacknowledged_seconds=unacknowledged_seconds)
        _log_in(connection, url=url, until=time.monotonic() + 2 * connect_seconds)
    except (ConnectionLost, OSError) as error:
        connection.close()
        raise NotReached(f"switch {url.name} did not complete the login: {error}") from error
    except NotReached:
        connection.close()
        raise
    return connection


def _log_in(connection: Connection, *, url: SwitchUrl, until: float) -> None:
    greeting = connection.reply(until=until)
    if greeting.content_type != "auth/request":
        raise NotReached(f"switch {url.name} did not send the greeting of an event socket")
    accepted = connection.command(f"auth {url.password}", within=max(0.0, until - time.monotonic()))
    if not accepted.text.startswith("+OK"):
        raise LoginRefused(f"switch {url.name} refused the password")


def _tune(sock: socket.socket, *, unacknowledged_seconds: float) -> None:
    sock.settimeout(0)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    unacknowledged = ("TCP_USER_TIMEOUT", round(unacknowledged_seconds * 1000))
    for name, value in (*_KEEPALIVE, unacknowledged):  # not every system has all of these options
        if (option := getattr(socket, name, None)) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
