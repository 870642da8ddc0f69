"""Clients that send half of a request, nothing, or too much: they are told or closed, and others are answered."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final

import pytest
from fastapi import FastAPI, Request

from api.app import set_limits
from api.connection_table import ConnectionLimits
from api.server import OUT_OF_FILES, Server, make_server
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.waiting import wait_until

PATIENCE_SECONDS: Final = 20.0
HEAD: Final = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
WHOLE: Final = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
LARGE: Final = 4 * 1024 * 1024
"""Bytes: more than the kernel keeps for a client that reads nothing."""
LIMITS: Final = ConnectionLimits(
    connections=20, header_seconds=0.3, idle_seconds=0.6, pause_seconds=0.3, body_seconds=1.5
)
PATIENT: Final = ConnectionLimits(connections=20)


def small_app() -> FastAPI:
    """Return an application that reads a body, and one that answers with many bytes."""
    app = FastAPI()
    set_limits(app)

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/large")
    async def large() -> str:
        return "x" * LARGE

    return app


@contextmanager
def served(limits: ConnectionLimits) -> Iterator[tuple[Server, int]]:
    """Serve the small application in a thread."""
    port = free_port()
    server = make_server(small_app, host=LOOPBACK, port=port, limits=limits)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, seconds=PATIENCE_SECONDS)
        yield server, port
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """Serve with short times; give the port."""
    with served(LIMITS) as (_, port):
        yield port


def opened(port: int) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), timeout=PATIENCE_SECONDS)


def told(connection: socket.socket) -> tuple[int, Any]:
    """Read until the server hangs up; give status and body, or 0 if nothing was said."""
    said = b""
    with suppress(ConnectionError):
        while more := connection.recv(65536):
            said += more
    head, _, body = said.partition(b"\r\n\r\n")
    return (int(head.split()[1]), json.loads(body)) if head else (0, None)


def answered(port: int) -> float:
    """Send a whole request; give the seconds until its answer."""
    began = time.monotonic()
    with opened(port) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
        assert told(connection) == (200, 2)
    return time.monotonic() - began


LATE: Final = (408, {"error": "the request took too long"})


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", (0, None)),
        (b"POST /ec", LATE),
        (HEAD, LATE),
        (HEAD + b"Content-Length: 10\r\n\r\n12345", LATE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n123", LATE),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
         (400, {"error": "Content-Length and Transfer-Encoding contradict each other"})),
        (b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
         (400, {"error": "HTTP/1.0 has no Transfer-Encoding"})),
        (HEAD + b"X: " + b"x" * 33_000 + b"\r\n\r\n", (431, {"error": "header is too large"})),
        (HEAD + b"X: " + b"x" * 33_000, (431, {"error": "header is too large"})),
    ],
)  # fmt: skip
def test_a_request_that_does_not_come_whole_or_is_not_clear_is_refused(
    hasty: int, sent: bytes, answer: tuple[int, Any]
) -> None:
    with opened(hasty) as connection:
        connection.sendall(sent)

        assert told(connection) == answer


@pytest.mark.parametrize(
    ("start", "piece"), [(HEAD, b"X: y\r\n"), (HEAD, b"A"), (HEAD + b"Content-Length: 100000\r\n\r\n", b"x")]
)
def test_a_request_that_drips_for_ever_is_ended(hasty: int, start: bytes, piece: bytes) -> None:
    with opened(hasty) as connection:
        connection.sendall(start)
        connection.settimeout(0.1)
        deadline, has_ended = time.monotonic() + PATIENCE_SECONDS, False
        while not has_ended and time.monotonic() < deadline:
            try:
                connection.recv(65536)
                has_ended = True
            except TimeoutError:
                with suppress(ConnectionError):
                    connection.sendall(piece)
            except ConnectionError:
                has_ended = True

    assert has_ended


def test_an_idle_connection_is_kept_for_a_while_and_then_closed(hasty: int) -> None:
    with opened(hasty) as connection:
        for _ in range(2):
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
            said = b""
            while not said.endswith(b"\r\n\r\n2"):
                said += connection.recv(65536)

        assert told(connection) == (0, None)


def test_a_client_that_does_not_take_its_answer_loses_it() -> None:
    with served(LIMITS) as (server, port), opened(port) as connection:
        connection.sendall(WHOLE)
        wait_until(lambda: len(server.server_state.connections) == 1, seconds=PATIENCE_SECONDS)

        wait_until(lambda: not server.server_state.connections, seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "sent", [b"", HEAD, HEAD + b"Content-Length: 8000000\r\n\r\n{", HEAD + b"Content-Length: 2\r\n\r\n{}"]
)
def test_others_are_answered_while_one_client_holds_all_connections(sent: bytes) -> None:
    with served(PATIENT) as (server, port), ExitStack() as held:
        for _ in range(50):
            connection = held.enter_context(opened(port))
            with suppress(ConnectionError):
                connection.sendall(sent)

        seconds = [answered(port) for _ in range(3)]

        assert max(seconds) < PATIENT.header_seconds  # nobody had to wait until a held connection had its time
        wait_until(lambda: len(server.server_state.connections) <= PATIENT.connections, seconds=PATIENCE_SECONDS)


def test_a_process_without_descriptors_closes_who_waits_longest(caplog: pytest.LogCaptureFixture) -> None:
    with served(PATIENT) as (server, port), opened(port) as connection:
        wait_until(lambda: len(server.server_state.connections) == 1, seconds=PATIENCE_SECONDS)
        loop = next(iter(server.server_state.connections)).loop
        for number in OUT_OF_FILES:
            loop.call_soon_threadsafe(
                loop.call_exception_handler, {"message": "socket.accept()", "exception": OSError(number, "")}
            )

        assert told(connection) == (0, None)
        assert answered(port) < PATIENT.header_seconds

    assert [record.action for record in caplog.records if hasattr(record, "action")] == ["out_of_files"]
