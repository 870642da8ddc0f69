"""The process that makes exports for one API process: ``python -m api.exporter SOCKET``, a number of a descriptor."""

import os
import pickle
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

from api.deps import ApiServices
from api.export_frames import Frame, packed_error, put, take
from api.export_order import ExportOrder, parts_of
from worker import log, wiring

LOWER_PRIORITY: Final = 10
"""Nice: requests and calls come first on a machine that is busy."""


def serve(control: socket.socket, *, services: ApiServices) -> None:
    """Make the exports whose sockets come over this one, until it is closed."""
    making = Lock()
    with control:
        while True:
            message, descriptors, *_ = socket.recv_fds(control, 1, 1)
            if not message:
                return
            for descriptor in descriptors:
                connection = socket.socket(fileno=descriptor)
                Thread(target=_export, args=(connection, services, making), daemon=True).start()


def _export(connection: socket.socket, services: ApiServices, making: Lock) -> None:
    """Make one file. One piece of all files is made at a time: the database is there for calls."""
    with connection, suppress(ConnectionError, EOFError):
        _, content = take(connection)
        order: ExportOrder = pickle.loads(content)  # noqa: S301 - of our own API process
        try:
            parts = parts_of(order, store=services.store, workbooks=services.workbooks)
            with making:
                first = next(parts, b"") + next(parts, b"")  # the headings, and the first rows
            put(connection, Frame.DATA, first)
            while part := _made(parts, making):
                put(connection, Frame.DATA, part)
        except ConnectionError:  # the client went away
            return
        except Exception as error:  # noqa: BLE001 - the API's side raises it
            put(connection, Frame.ERROR, packed_error(error))
        else:
            put(connection, Frame.END)


def _made(parts: Iterator[bytes], making: Lock) -> bytes:
    """Return the next piece that holds anything; empty at the end."""
    with making:
        return next((part for part in parts if part), b"")


def main() -> None:
    """Serve the API process that has started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the API, which ends this
    os.nice(LOWER_PRIORITY)
    log.configure(wiring.settings().log_level)
    serve(socket.socket(fileno=int(sys.argv[1])), services=wiring.api_services())


if __name__ == "__main__":
    main()
