"""The HTTP server: Uvicorn within limits of connections and time. Written for Uvicorn 0.35 and later."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from typing_extensions import override

from api.connection_table import ConnectionLimits
from api.protocol import JsonProtocol, SharedState

LOOPBACK: Final = "127.0.0.1"
GRACE_SECONDS: Final = 5
ENDING: Final = "ending"
"""In each request's state: an event that is set when the server ends, so that open streams end too."""
ACCEPTED_AT_ONCE: Final = 64
"""So that accepting and closing alternate; closing is four rounds behind at most."""
WAITING_FOR_ACCEPT: Final = 65_535
"""Connections that the kernel keeps until they are accepted, at most as many as its `net.core.somaxconn`. It drops
those that come when its queue is full, and their clients try again after 1, 3 and 7 s."""
LOOKED_AT_EVERY: Final = 5
"""Ticks of Uvicorn, of 0.1 s each."""
SWITCH_SECONDS: Final = 0.0005
"""How long a thread may run Python while others wait. By Python's own 5 ms a request, which waits for the database some
twenty times, would lose a tenth of a second beside one thread that exports."""
OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE})


class Server(uvicorn.Server):
    """Uvicorn within limits; it does not raise a signal again when it has shut down, which would count as a second."""

    def __init__(self, config: uvicorn.Config, *, limits: ConnectionLimits, ending: Iterable[signal.Signals]) -> None:
        """``ending`` are the signals that end the server."""
        super().__init__(config)
        self._shared = SharedState(limits)
        self.server_state = self._shared
        self._ending = ending
        self._is_ending = asyncio.Event()

    @contextmanager
    @override
    def capture_signals(self) -> Iterator[None]:
        for number in self._ending:
            signal.signal(number, self.handle_exit)
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.lifespan.state[ENDING] = self._is_ending
        await super().startup(sockets)
        asyncio.get_running_loop().set_exception_handler(self._note)
        for server in self.servers:
            for listening in server.sockets:
                _let_more_wait(listening.fileno())

    @override
    async def on_tick(self, counter: int) -> bool:
        if counter % LOOKED_AT_EVERY == 0:
            for connection in self._shared.table.overdue(now=asyncio.get_running_loop().time()):
                connection.end()
        return await super().on_tick(counter)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._is_ending.set()
        await super().shutdown(sockets)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # Any: asyncio's own type
        """Make room when a connection could not be accepted; asyncio would log a traceback for each."""
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in OUT_OF_FILES:
            self._shared.make_room(now=loop.time())
        else:
            loop.default_exception_handler(context)


def serve(
    host: str, port: int, *, open_files: int, ending: Iterable[signal.Signals], proxies: Sequence[str] = ()
) -> bool:
    """Serve the API until a signal comes, with so many file descriptors; return False if it could not start.

    A client's address is taken from ``X-Forwarded-For`` only behind one of the ``proxies``, which are networks.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    limits = ConnectionLimits.within(open_files)
    server = make_server("api.app:create_app", host=host, port=port, limits=limits, ending=ending, proxies=proxies)
    server.run()
    return server.started


def make_server(
    factory: Any,  # Any: a factory, or where it is, as Uvicorn takes it
    *,
    host: str,
    port: int,
    limits: ConnectionLimits,
    ending: Iterable[signal.Signals] = (),
    proxies: Sequence[str] = (LOOPBACK,),
) -> Server:
    """Return a server that is not started yet."""
    config = uvicorn.Config(
        factory,
        factory=True,
        host=host,
        port=port,
        http=JsonProtocol,
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        backlog=ACCEPTED_AT_ONCE,
        workers=1,  # Uvicorn would take WEB_CONCURRENCY and FORWARDED_ALLOW_IPS from the environment
        forwarded_allow_ips=list(proxies),
        timeout_keep_alive=round(limits.idle_seconds),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, limits=limits, ending=ending)


def _let_more_wait(listening: int) -> None:
    """Lengthen the kernel's queue: asyncio has one number for it and for how many it accepts at once."""
    with socket.socket(fileno=os.dup(listening)) as same:
        same.listen(WAITING_FOR_ACCEPT)
