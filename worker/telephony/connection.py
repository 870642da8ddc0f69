"""One authenticated connection to a switch's event socket: a blocking socket whose every wait ends."""

import select
import socket
import struct
import time
from collections import deque
from contextlib import suppress
from typing import Final

from worker.domain.errors import Unavailable
from worker.telephony.address import SwitchUrl
from worker.telephony.esl import BrokenStream, Frame, FrameReader

CONNECT_SECONDS: Final = 1.0
REPLY_SECONDS: Final = 10.0
"""An overloaded switch answers seconds late."""

_PIECE: Final = 256 * 1024
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 2), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3))
"""A machine that was switched off, or one that came back and has forgotten us, is noticed within seconds."""
UNHEARD_SECONDS: Final = 30.0
"""How long the other machine may leave unacknowledged what was written, before the connection is given up."""
_AT_ONCE: Final = struct.pack("ii", 1, 0)


class NotReached(Unavailable):
    """The switch could not be reached, or did not let us in."""


class ConnectionLost(Unavailable):
    """The connection ended, or is of no more use."""


class NotAnswered(ConnectionLost):
    """The switch did not reply in time; it may have heard, and may act on it at any moment."""


class Connection:
    """A connection that has logged in; after ``ConnectionLost`` it is only good for closing."""

    def __init__(self, sock: socket.socket) -> None:
        """Take over a connected socket; use ``open_connection``."""
        self._socket = sock
        self._reader = FrameReader()
        self._frames: deque[Frame] = deque()

    def close(self) -> None:
        """Give the socket back, whatever state it is in.

        What has not arrived by now never will: the system would else go on sending it for minutes.
        """
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self._socket.close()

    def is_alive(self) -> bool:
        """Notice, without writing, that the other side has gone: for an idle connection."""
        try:
            self._take_what_is_there()
        except ConnectionLost:
            return False
        return not self._frames  # a goodbye, or a reply that nobody waits for

    def write(self, data: bytes, *, within: float = REPLY_SECONDS) -> int:
        """Send; give how many bytes left this process, which is fewer than all when the connection broke."""
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
        """Wait for the next reply, leaving events aside; raises ``ConnectionLost`` when it does not come in time."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if frame.content_type in {"command/reply", "api/response", "auth/request"}:
                    return frame
                if frame.content_type in {"text/disconnect-notice", "text/rude-rejection"}:
                    raise ConnectionLost(f"the switch closed the connection: {frame.content_type}")
            if not self._wait(until):
                raise NotAnswered("the switch did not reply in time")
            self._take_what_is_there()

    def frames(self, *, within: float) -> list[Frame]:
        """Wait for frames of any kind, and give all that have come; none when the time is over."""
        if not self._frames and self._wait(time.monotonic() + within):
            self._take_what_is_there()
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def _wait(self, until: float, *, writing: bool = False) -> bool:
        seconds = max(0.0, until - time.monotonic())
        poll = select.poll()  # unlike select(), it takes descriptors above 1023
        poll.register(self._socket, select.POLLOUT if writing else select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _take_what_is_there(self) -> None:
        try:
            self._frames.extend(self._reader.feed(self._receive()))
        except BrokenStream as error:
            raise ConnectionLost(str(error)) from error

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(_PIECE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise ConnectionLost(f"the connection broke: {error.strerror}") from error
        if not data:
            raise ConnectionLost("the switch closed the connection")
        return data


def open_connection(
    url: SwitchUrl, *, connect_seconds: float = CONNECT_SECONDS, unheard_seconds: float = UNHEARD_SECONDS
) -> Connection:
    """Connect and log in; raises ``NotReached``."""
    try:
        sock = socket.create_connection((url.host, url.port), timeout=connect_seconds)
    except OSError as error:
        raise NotReached(f"switch {url.name} cannot be reached: {error}") from error
    connection = Connection(sock)
    try:
        _tune(sock, unheard_seconds=unheard_seconds)
        _log_in(connection, url=url, until=time.monotonic() + 2 * connect_seconds)
    except (ConnectionLost, OSError) as error:
        connection.close()
        raise NotReached(f"switch {url.name} did not let us in: {error}") from error
    except NotReached:
        connection.close()
        raise
    return connection


def _log_in(connection: Connection, *, url: SwitchUrl, until: float) -> None:
    greeting = connection.reply(until=until)
    if greeting.content_type != "auth/request":
        raise NotReached(f"switch {url.name} does not greet as an event socket")
    accepted = connection.command(f"auth {url.password}", within=max(0.0, until - time.monotonic()))
    if not accepted.text.startswith("+OK"):
        raise NotReached(f"switch {url.name} refused the password")


def _tune(sock: socket.socket, *, unheard_seconds: float) -> None:
    sock.settimeout(0)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    unheard = ("TCP_USER_TIMEOUT", round(unheard_seconds * 1000))
    for name, value in (*_KEEPALIVE, unheard):  # not every system has them all
        if (option := getattr(socket, name, None)) is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
