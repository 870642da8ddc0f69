"""The switch's side of an outbound event socket: answers a voice process's commands, and sends it events."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from typing_extensions import override

from worker.simulator import frames
from worker.simulator.channel import Channel
from worker.simulator.execution import Execution

_LONGEST_COMMAND: Final = 64 * 1024
"""Bytes."""
_MODE: Final = "Content-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n"
_LINGERS: Final = b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nContent-Length: 0\n\n"


class Line(Protocol):
    """The call, as its connection sees it."""

    channel: Channel

    def data(self) -> str:
        """Return the channel's data as header lines."""

    def execute(self, execution: Execution) -> None:
        """Run an application."""

    def hang_up(self, cause: str) -> None:
        """End the call."""

    def api(self, command: str, report: Callable[[str], None]) -> None:
        """Run an ``api`` command."""


class SocketTalk(asyncio.Protocol):
    """One connection to a voice process, which says the first word."""

    def __init__(self, line: Line, closed: asyncio.Event) -> None:
        """Wait for ``connect``; ``closed`` is set when the connection has ended."""
        self._line = line
        self._closed = closed
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._names: set[str] = set()
        self._linger_seconds: float | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - true for a TCP connection
        self._transport = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._closed.set()

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        *complete, rest = bytes(self._buffer).split(b"\n\n")
        self._buffer = bytearray(rest)
        for block in complete:
            first, *headers = block.decode(errors="replace").strip("\n").split("\n")
            self._command(first.strip(), dict(line.split(": ", 1) for line in headers if ": " in line))
        if len(self._buffer) > _LONGEST_COMMAND and self._transport is not None:
            self._transport.abort()

    def receive(self, event: frames.Event) -> None:
        """Send an event that the voice process asked for."""
        wanted = event.headers["Event-Subclass"] if event.name == "CUSTOM" else event.name
        if wanted in self._names:
            self._write(event.as_frame("json"))

    def linger(self) -> None:
        """Note that the call is over: without ``linger`` the connection ends with it."""
        if self._linger_seconds is None:
            self._close()
        else:
            self._write(_LINGERS)
            asyncio.get_running_loop().call_later(self._linger_seconds, self._close)

    def _command(self, line: str, headers: dict[str, str]) -> None:
        word, _, rest = line.partition(" ")
        match word:
            case "connect":
                self._write((self._line.data() + _MODE).encode())
            case "linger":
                self._linger_seconds = float(rest) if rest.isdecimal() else 0.0
                self._write(frames.reply(f"+OK will linger {rest} seconds"))
            case "filter":
                name, _, value = rest.partition(" ")
                self._write(frames.reply(f"+OK filter added. [{name}]=[{value}]"))
            case "event":
                self._names |= set(rest.split()[1:])
                self._write(frames.reply("+OK event listener enabled json"))
            case "api":
                self._line.api(rest, lambda result: self._write(frames.api_response(result)))
            case "sendmsg":
                self._write(frames.reply("+OK"))
                self._message(headers)
            case "exit":
                self._close()
            case _:
                self._write(frames.reply("-ERR command not found"))

    def _message(self, headers: dict[str, str]) -> None:
        match headers.get("call-command"):
            case "execute":
                name, argument = headers.get("execute-app-name", ""), headers.get("execute-app-arg", "")
                self._line.execute(Execution(name, argument, headers.get("Event-UUID", "")))
            case "hangup":
                self._line.hang_up(headers.get("hangup-cause", "NORMAL_CLEARING"))
            case _:
                pass

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _close(self) -> None:
        if self._transport is not None:
            self._write(frames.DISCONNECT)
            self._transport.close()
