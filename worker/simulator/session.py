"""One client of the simulated event socket: reads commands, writes replies and the events that it subscribed to."""

import asyncio
import hmac
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import uuid4

from typing_extensions import override

from worker.simulator import frames
from worker.simulator.api import run_command
from worker.simulator.switch import SimulatedSwitch

_LONGEST_COMMAND: Final = 1024 * 1024
"""Bytes."""
_MOST_UNREAD: Final = 64 * 1024 * 1024
"""Bytes. A client that does not read its events is disconnected, as FreeSWITCH does."""

_EVENTS: Final = frozenset(
    "CUSTOM ALL CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP "
    "CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_PROGRESS "
    "CHANNEL_PROGRESS_MEDIA CHANNEL_UNBRIDGE "
    "CHANNEL_ORIGINATE CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_BRIDGE BACKGROUND_JOB HEARTBEAT API DTMF SHUTDOWN".split()
)


class Session(asyncio.Protocol):
    """One connection. Commands are answered in order, even while an ``api originate`` waits for its call."""

    def __init__(self, switch: SimulatedSwitch) -> None:
        """Start unauthenticated and without a subscription."""
        self._switch = switch
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._commands: deque[list[str]] = deque()
        self._waiting = False
        self._authenticated = False
        self._kind = "plain"
        self._names: set[str] = set()
        self._filters: list[tuple[str, str]] = []
        self._known: dict[str, Callable[[str], None]] = {
            "api": self._api,
            "event": self._subscribe,
            "nixevent": self._nix,
            "noevents": self._unsubscribe,
            "filter": self._filter,
        }

    # --- asyncio -----------------------------------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the greeting."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - true for a TCP server
        self._transport = transport
        self._write(frames.GREETING)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the client from the listeners."""
        self._switch.listeners.discard(self)
        self._transport = None

    @override
    def data_received(self, data: bytes) -> None:
        """Read commands; each ends with an empty line."""
        self._buffer += data.replace(b"\r", b"")
        *complete, rest = bytes(self._buffer).split(b"\n\n")
        self._buffer = bytearray(rest)
        self._commands += [
            text for block in complete if (text := block.decode(errors="replace").strip("\n").split("\n")) != [""]
        ]
        if len(self._buffer) > _LONGEST_COMMAND and self._transport is not None:
            self._transport.abort()
        self._run()

    def _run(self) -> None:
        while self._commands and not self._waiting:  # what was read is done, even if the client has gone since
            line, *headers = self._commands.popleft()
            self._command(line.strip(), headers)

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > _MOST_UNREAD:
            self._transport.abort()

    # --- events ------------------------------------------------------------------------------------------------------

    def receive(self, event: frames.Event) -> None:
        """Send an event if the client subscribed to it and, where filters are set, one of them matches."""
        if ("ALL" in self._names or event.name in self._names) and self._passes(event):
            self._write(event.as_frame(self._kind))
        if event.name == "SHUTDOWN":
            self._write(frames.SHUTDOWN)

    def _passes(self, event: frames.Event) -> bool:
        return not self._filters or any(value in event.headers.get(name, "") for name, value in self._filters)

    # --- commands ----------------------------------------------------------------------------------------------------

    def _command(self, line: str, headers: list[str]) -> None:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if word == "exit":
            self._disconnect("+OK bye")
        elif not self._authenticated:
            self._authenticate(rest) if word == "auth" else self._refuse()
        elif word == "bgapi" and rest:
            self._bgapi(rest, headers)
        elif (run := self._known.get(word)) is not None:
            run(rest)
        else:
            self._refuse()

    def _refuse(self) -> None:
        self._write(frames.reply("-ERR command not found"))

    def _authenticate(self, password: str) -> None:
        if hmac.compare_digest(password.encode(), self._switch.options.password.encode()):
            self._authenticated = True
            self._write(frames.reply("+OK accepted"))
        else:
            self._disconnect("-ERR invalid")

    def _disconnect(self, text: str) -> None:
        self._write(frames.reply(text) + frames.DISCONNECT)
        if self._transport is not None:
            self._transport.close()
        self._commands.clear()

    def _api(self, line: str) -> None:
        self._waiting = True
        run_command(line, switch=self._switch, job="", report=self._answer_api)

    def _answer_api(self, result: str) -> None:
        self._waiting = False
        self._write(frames.api_response(result))
        asyncio.get_running_loop().call_soon(self._run)

    def _bgapi(self, line: str, headers: list[str]) -> None:
        sent = dict(header.split(": ", 1) for header in headers if ": " in header)
        job = next((value.strip() for name, value in sent.items() if name.lower() == "job-uuid"), "") or str(uuid4())
        self._write(frames.reply(f"+OK Job-UUID: {job}", more=f"Job-UUID: {job}\n"))
        command, _, arguments = line.partition(" ")
        report = partial(_report_job, self._switch, job, command, arguments.strip())
        # The job runs in a thread of its own: it begins after the reply, and mostly before the reply to what was sent
        # along with it. FreeSWITCH 1.10.12, 300 calls: INVITEs came 1.7 ms before that reply (median), p99 2.3 after.
        self._waiting = True
        start = partial(run_command, line, switch=self._switch, job=job, report=report)
        asyncio.get_running_loop().call_soon(self._start_job, start)

    def _start_job(self, start: Callable[[], None]) -> None:
        start()
        self._waiting = False
        self._run()

    def _subscribe(self, rest: str) -> None:
        words = rest.split()
        if words and words[0].lower() in {"plain", "json", "xml"}:
            self._kind = words.pop(0).lower().replace("xml", "plain")
        names = {word.upper() for word in words} & _EVENTS
        if not names:
            self._write(frames.reply("-ERR no keywords supplied"))
            return
        self._names |= names
        self._switch.listeners.add(self)
        self._write(frames.reply(f"+OK event listener enabled {self._kind}"))

    def _nix(self, rest: str) -> None:
        self._names -= set(rest.upper().split())
        self._write(frames.reply("+OK events nixed"))

    def _unsubscribe(self, _rest: str) -> None:
        listened = bool(self._names)
        self._names.clear()
        self._switch.listeners.discard(self)
        self._write(frames.reply("+OK no longer listening for events" if listened else "-ERR not listening for events"))

    def _filter(self, rest: str) -> None:
        match rest.split(" ", 2):
            case ["delete", "all", *_]:
                self._filters.clear()
                self._write(frames.reply("+OK filter deleted. [all][]"))
            case ["delete", name, *value]:
                kept = [(name, v) for v in value] or [pair for pair in self._filters if pair[0] == name]
                self._filters = [pair for pair in self._filters if pair not in kept]
                self._write(frames.reply(f"+OK filter deleted. [{name}][{value[0] if value else ''}]"))
            case ["add", name, value]:
                self._add_filter(name, value)
            case [name, *value] if name and value:
                self._add_filter(name, " ".join(value))
            case _:
                self._write(frames.reply("-ERR invalid syntax"))

    def _add_filter(self, name: str, value: str) -> None:
        self._filters.append((name, value))
        self._write(frames.reply(f"+OK filter added. [{name}]=[{value}]"))


def _report_job(switch: SimulatedSwitch, job: str, command: str, arguments: str, result: str) -> None:
    switch.fire_job(job=job, command=command, arguments=arguments, result=result)
