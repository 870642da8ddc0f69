"""A receiver's status decides, however untidy the rest of its answer is."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import pytest

from tests.builders import NOON
from tests.builders.outbox import a_delivery
from worker.callbacks.sender import HttpSender
from worker.domain.retry import Answer

TAIL = b"Content-Length: 2\r\n\r\nok"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Serve one connection: read a request, send these bytes, close; yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/cdr"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def posted(url: str) -> Answer:
    sender = HttpSender(allow=[ip_network("127.0.0.0/8")], timeout_seconds=2)
    try:
        return sender.send(a_delivery(url=url), secrets=["whsec_c2VjcmV0"], apikey="", now=NOON)
    finally:
        sender.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX Powered By: x\r\n" + TAIL,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n" + TAIL,
        b"\r\nHTTP/1.1 200 OK\r\n" + TAIL,
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nServer: caf\xc3\xa9\x00\r\n" + TAIL,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk",
        b"HTTP/1.1 200 OK\nServer: old\n\nok",
        b"HTTP/1.1 200 OK\r\nno colon\r\n" + TAIL,
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nBad Header: x\r\n" + TAIL,
    ],
)
def test_a_2xx_is_delivered_whatever_follows(answer: bytes) -> None:
    with answering(answer) as url:
        assert posted(url) == Answer(200)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_any_other_status_keeps_its_meaning(status: int) -> None:
    with answering(b"HTTP/1.1 %d No\r\nX Powered By: x\r\n" % status + TAIL) as url:
        assert posted(url) == Answer(status, f"the receiver answered {status}")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 20", b"220 mail ready\r\n"])
def test_without_a_status_nothing_is_delivered(answer: bytes) -> None:
    with answering(answer) as url:
        assert posted(url).status is None
