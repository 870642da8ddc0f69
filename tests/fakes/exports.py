"""The process beside an API that makes exports, as a thread."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from api.export_process import ExportProcess
from api.exporter import serve
from tests.fakes.services import FakeServices

JOINED_SECONDS = 10.0


def in_a_thread(services: FakeServices) -> Callable[[socket.socket], Callable[[], object]]:
    """Return what starts it."""

    def start(control: socket.socket) -> Callable[[], object]:
        serving = Thread(target=serve, args=(control.dup(),), kwargs={"services": services})
        serving.start()
        return lambda: serving.join(JOINED_SECONDS)

    return start


@contextmanager
def beside(services: FakeServices) -> Iterator[ExportProcess]:
    """Serve exports until the block ends."""
    process = ExportProcess(in_a_thread(services))
    try:
        yield process
    finally:
        process.close()
