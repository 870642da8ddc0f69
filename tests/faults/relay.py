"""A relay between our processes and the switches, which cuts, stalls, doubles and re-orders what passes through it.

It does to a connection what a network can do: bytes are late, or never come because the connection is over. What its
sender gave up by a reset is not delivered any more; what he closed in peace is, as TCP does.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from random import Random
from typing import Final

from tests.faults.perturbation import Perturbation, bytes_of
from tests.stack.addresses import LOOPBACK
from worker.telephony.esl import Frame, FrameReader

PIECE: Final = 64 * 1024
CONNECT_SECONDS: Final = 2.0
HELD_SECONDS: Final = 0.3
"""How long an event waits at most to be overtaken."""
POLLED_SECONDS: Final = 0.05
"""How soon what is held back is dropped after its sender has given it up."""
SUBSCRIBES: Final = b"event json"
DIALS: Final = b"originate"
AT_ONCE: Final = struct.pack("ii", 1, 0)
"""``SO_LINGER``: on, and no time to linger."""


class Line(StrEnum):
    """The two kinds of connections: such as hear the switch's events, and such as tell it what to do."""

    EVENTS = "events"
    COMMANDS = "commands"


class Trouble(StrEnum):
    """What befalls connections."""

    NONE = "none"
    CUT_IN_FRAME = "cut in the middle of the next event"
    CUT_BEFORE_LAST_BYTE = "cut when the next originate lacks its last byte"
    CUT_AFTER_LAST_BYTE = "cut when the next originate is through"
    STALLED = "nothing is delivered"
    PERTURBED = "events are doubled and re-ordered"


class Relay:
    """Listens on a port for each switch for as long as the run lasts, and hands everything on to that switch."""

    def __init__(self, *, switch: tuple[str, int], chance: Random) -> None:
        """Listen for the first switch."""
        self._chance = chance
        self._troubles = dict.fromkeys(Line, Trouble.NONE)
        self.changed = threading.Condition()
        self._connections: set[_Connection] = set()
        self.cuts: list[float] = []
        """Moments of the clock at which a connection was cut where that was asked for."""
        self._servers: list[socket.socket] = []
        self._is_over = False
        self.port = self.listen(switch)

    def listen(self, switch: tuple[str, int]) -> int:
        """Listen for one more switch, and return the port; trouble befalls the connections to all of them."""
        server = socket.create_server((LOOPBACK, 0), backlog=64)
        self._servers.append(server)
        threading.Thread(target=self._accept, args=(server, switch), daemon=True).start()
        return int(server.getsockname()[1])

    def trouble(self, line: Line) -> Trouble:
        """Say what befalls such connections now."""
        return self._troubles[line]

    def change(self, line: Line, trouble: Trouble) -> None:
        """Let something else befall them from now on."""
        with self.changed:
            self._troubles[line] = trouble
            self.changed.notify_all()

    def may_cut(self, line: Line, trouble: Trouble) -> bool:
        """Say whether a cut that was asked for befalls this connection: it happens once, however many would have it."""
        with self.changed:
            if self._troubles[line] is not trouble:
                return False
            self._troubles[line] = Trouble.NONE
            self.cuts.append(time.time())
            self.changed.notify_all()
        return True

    def close(self) -> None:
        """Listen no more, and end what is connected."""
        self._is_over = True
        for server in self._servers:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
        with self.changed:
            self.changed.notify_all()
        for connection in tuple(self._connections):
            connection.cut()

    @property
    def is_over(self) -> bool:
        """Whether it was closed."""
        return self._is_over

    def forget(self, connection: "_Connection") -> None:
        """Drop a connection that is over."""
        self._connections.discard(connection)

    def _accept(self, server: socket.socket, to: tuple[str, int]) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client, to), daemon=True).start()

    def _connect(self, client: socket.socket, to: tuple[str, int]) -> None:
        try:
            switch = socket.create_connection(to, timeout=CONNECT_SECONDS)
        except OSError:
            _reset(client)
            return
        connection = _Connection(self, client, switch, chance=Random(self._chance.random()))
        self._connections.add(connection)
        connection.start()


class _Connection:
    """One client and its own connection to the switch; a thread for each direction."""

    def __init__(self, relay: Relay, client: socket.socket, switch: socket.socket, *, chance: Random) -> None:
        self.line = Line.COMMANDS
        self._relay = relay
        self._client = client
        self._switch = switch
        self._perturbation = Perturbation(chance)
        switch.settimeout(HELD_SECONDS)
        for one in (client, switch):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for work in (self._to_switch, self._to_client):
            threading.Thread(target=work, daemon=True).start()

    def cut(self) -> None:
        """End both sides at once."""
        _reset(self._client)
        _finish(self._switch)
        self._relay.forget(self)

    # --- what the client says ----------------------------------------------------------------------------------------

    def _to_switch(self) -> None:
        while (data := self._read(self._client)) is not None:
            if SUBSCRIBES in data:
                self.line = Line.EVENTS
            if not self._pass_on(data):
                return
        self.cut()

    def _pass_on(self, data: bytes) -> bool:
        """Hand on what the client said, once it may pass; say whether the connection lives."""
        if not self._wait_out_stall(self._client):
            return False
        trouble = self._relay.trouble(self.line)
        asked = DIALS in data and trouble in {Trouble.CUT_BEFORE_LAST_BYTE, Trouble.CUT_AFTER_LAST_BYTE}
        cuts = asked and self._relay.may_cut(self.line, trouble)
        kept = data[:-1] if cuts and trouble is Trouble.CUT_BEFORE_LAST_BYTE else data
        lives = _sent(kept, to=self._switch) and not cuts
        if not lives:
            self.cut()
        return lives

    def _wait_out_stall(self, sender: socket.socket) -> bool:
        """Hold what was read while nothing is delivered; give it up when its sender resets the connection."""
        with self._relay.changed:
            while self._relay.trouble(self.line) is Trouble.STALLED and not self._relay.is_over:
                self._relay.changed.wait(POLLED_SECONDS)
                if _was_reset(sender):
                    self.cut()
                    return False
        return True

    # --- what the switch says ----------------------------------------------------------------------------------------

    def _to_client(self) -> None:
        reader = FrameReader()
        while True:
            try:
                data = self._switch.recv(PIECE)
            except TimeoutError:
                self._send(self._perturbation.release())
                continue
            except OSError:
                break
            if not data or not self._wait_out_stall(self._switch) or not self._hand_on(reader.feed(data)):
                break
        self._send(self._perturbation.release())
        self.cut()

    def _hand_on(self, frames: list[Frame]) -> bool:
        """Give the client the frames, as they are or as the trouble of the moment wants it."""
        trouble = self._relay.trouble(self.line)
        asked = trouble is Trouble.CUT_IN_FRAME and any(frame.is_event for frame in frames)
        if asked and self._relay.may_cut(self.line, trouble):
            self._cut_within(frames)
            return False
        going = self._perturbation.feed(frames) if trouble is Trouble.PERTURBED else frames
        return self._send([*self._left_over(trouble), *going])

    def _left_over(self, trouble: Trouble) -> list[Frame]:
        return [] if trouble is Trouble.PERTURBED else self._perturbation.release()

    def _cut_within(self, frames: list[Frame]) -> None:
        """Hand on what comes before the first event and half of that; then the connection is over."""
        first = next(number for number, frame in enumerate(frames) if frame.is_event)
        half = bytes_of(frames[first])
        _sent(b"".join(map(bytes_of, frames[:first])) + half[: len(half) // 2], to=self._client)
        _finish(self._client)

    def _send(self, frames: list[Frame]) -> bool:
        return _sent(b"".join(map(bytes_of, frames)), to=self._client)

    @staticmethod
    def _read(sender: socket.socket) -> bytes | None:
        try:
            return sender.recv(PIECE) or None
        except OSError:
            return None


def _sent(data: bytes, *, to: socket.socket) -> bool:
    """Write to somebody who may be gone; nothing is not written, for that too would take a reset's word away."""
    if not data:
        return True
    try:
        to.sendall(data)
    except OSError:
        return False
    return True


def _was_reset(sender: socket.socket) -> bool:
    """Whether the other side has given the connection up together with what it had sent, or we have closed it."""
    try:
        return sender.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
    except OSError:
        return True


def _reset(one: socket.socket) -> None:
    """Close at once, with whatever was not delivered yet."""
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    _finish(one)


def _finish(one: socket.socket) -> None:
    """Close after what was written has gone, and wake whoever reads from it."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def relaying(*, switch: tuple[str, int], chance: Random) -> Iterator[Relay]:
    """Relay while the block runs."""
    relay = Relay(switch=switch, chance=chance)
    try:
        yield relay
    finally:
        relay.close()
