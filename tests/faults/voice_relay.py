"""A relay on the way from the switches to a voice process, for what a network can do to conversations.

Usually nobody listens on it, so that a switch goes on to the next address of its list. While it is open it hands
everything on; then it cuts what it carries, or delivers nothing more while connections stay open.
"""

import selectors
import socket
import time
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

from tests.faults.relay import AT_ONCE, PIECE
from tests.stack.addresses import LOOPBACK, free_port

CONNECT_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.05
FOR_EVER: Final = float("inf")


class VoiceRelay:
    """Listens on its port while it is open."""

    def __init__(self, *, voice: tuple[str, int], host: str = LOOPBACK) -> None:
        """Listen on nothing yet."""
        self.address = (host, free_port())
        self.carried = 0
        """Connections that were handed on."""
        self._voice = voice
        self._stalls_at = FOR_EVER
        self._server: socket.socket | None = None
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = Lock()

    def open(self, *, stalls_after: float = FOR_EVER) -> None:
        """Take connections and hand on what they say, for so many seconds; then they stay open, and nothing arrives."""
        self._stalls_at = time.monotonic() + stalls_after
        server = self._server = socket.create_server(self.address, backlog=64)
        Thread(target=self._accept, args=(server,), daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and cut those that there are."""
        if self._server is not None:
            with suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            self._server = None
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _abort(*pair)

    def _accept(self, server: socket.socket) -> None:
        while self._server is server:
            try:
                switch, _ = server.accept()
            except OSError:
                return
            Thread(target=self._carry, args=(switch,), daemon=True).start()

    def _carry(self, switch: socket.socket) -> None:
        try:
            voice = socket.create_connection(self._voice, timeout=CONNECT_SECONDS)
        except OSError:
            _abort(switch)
            return
        with self._lock:
            self._pairs.append((switch, voice))
            self.carried += 1
        with selectors.DefaultSelector() as selector, suppress(OSError, ValueError):
            selector.register(switch, selectors.EVENT_READ, voice)
            selector.register(voice, selectors.EVENT_READ, switch)
            while switch.fileno() >= 0:
                if time.monotonic() > self._stalls_at:
                    time.sleep(LOOK_SECONDS)
                    continue
                for key, _ in selector.select(LOOK_SECONDS):
                    if not _hand_on(key):
                        switch.close()
                        voice.close()
                        return
        _abort(switch, voice)


def _hand_on(key: selectors.SelectorKey) -> bool:
    """Send on what one side has said; return False when it has said its last."""
    sender, receiver = key.fileobj, key.data
    assert isinstance(sender, socket.socket)
    piece = sender.recv(PIECE)
    receiver.sendall(piece)
    return bool(piece)


def _abort(*connections: socket.socket) -> None:
    """Reset connections."""
    for connection in connections:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        connection.close()
