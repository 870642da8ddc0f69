"""Makes exports in a process beside the API's, so that no request waits for a thread that writes files.

The process is started for the first export, serves all of them, and ends when its socket to the API closes: with the
API, however that ends. Each export gets a socket of its own, so that a slow client holds up no other.
"""

import asyncio
import logging
import pickle
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from functools import partial
from threading import Lock
from typing import Final, TypeAlias

from typing_extensions import override

from api.deps import ApiServices
from api.export_frames import HEAD, Frame, head_of, put, raise_error, take
from api.export_order import ExportOrder
from api.export_response import Exporting
from worker.domain.errors import Unavailable

logger = logging.getLogger(__name__)

Start: TypeAlias = Callable[[socket.socket], Callable[[], object]]
"""Starts what serves exports over a socket; what it returns waits for its end once the socket is closed."""
FIRST_SECONDS: Final = 60.0
"""Until the first rows: other exports have their turns meanwhile, and a read may take a while."""
ENDED_SECONDS: Final = 5.0
"""Until a process whose socket is closed has ended; then it is killed."""
AWAY: Final = "exports cannot be made now"


def start_exporter(control: socket.socket) -> Callable[[], object]:
    """Start the process with its end of the socket."""
    number = control.fileno()
    command = [sys.executable, "-m", "api.exporter", str(number)]
    process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL)  # noqa: S603 - our own module
    return partial(_wait_for, process)


def _wait_for(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(ENDED_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class ExportProcess(Exporting):
    """Hands exports to the process, which is started again when it has ended."""

    def __init__(self, start: Start = start_exporter) -> None:
        """Start nothing yet."""
        self._start = start
        self._lock = Lock()
        self._control: socket.socket | None = None
        self._ended: Callable[[], object] = bool

    @override
    def begin(self, order: ExportOrder, *, services: ApiServices) -> AsyncGenerator[bytes, None]:
        try:
            return self._begun(order)
        except (EOFError, ConnectionError):
            logger.warning("the process for exports has ended", extra={"action": "exporter_ended"})
            self.close()
        try:
            return self._begun(order)
        except (EOFError, OSError) as error:
            raise Unavailable(AWAY) from error

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._control is not None:
                self._control.close()
                self._control = None
                self._ended()

    def _begun(self, order: ExportOrder) -> AsyncGenerator[bytes, None]:
        ours = self._connected()
        try:
            put(ours, Frame.ORDER, pickle.dumps(order))
            kind, first = take(ours)
            if kind is Frame.ERROR:
                raise_error(first)
        except TimeoutError as error:
            ours.close()
            raise Unavailable(AWAY) from error
        except BaseException:
            ours.close()
            raise
        return _pieces(ours, first)

    def _connected(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(FIRST_SECONDS)
        with theirs, self._lock:
            if self._control is None:
                self._control, control = socket.socketpair()
                with control:
                    self._ended = self._start(control)
            try:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours


async def _pieces(ours: socket.socket, first: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the first piece, and the others as they come."""
    reader, writer = await asyncio.open_connection(sock=ours)
    try:
        yield first
        kind = Frame.DATA
        while kind is not Frame.END:
            kind, length = head_of(await reader.readexactly(HEAD.size))
            content = await reader.readexactly(length)
            if kind is Frame.ERROR:
                raise_error(content)
            if content:
                yield content
    finally:
        writer.close()
