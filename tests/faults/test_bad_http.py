"""What is no HTTP, or only half of it: each is told so or hung up on, and the API goes on answering."""

import json
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import delete, func, select

from tests.builders.api import a_tenant
from tests.faults.counter import Counter, open_counter
from tests.stack.addresses import LOOPBACK, free_port
from tests.stack.environment import TOKEN
from worker.store.base.engine import make_engine
from worker.store.base.tables import carriers
from worker.store.transaction import SqlStore

ANSWER_SECONDS: Final = 30.0
BODY = b'{"carrier_name": "main", "gateway_uuid": "x", "dial_type": "sip_one_for_all", "concurrent_call": 1}'
HEAD = f"POST /v3/carrier HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
GET = b"GET /v3/tenant HTTP/1.1\r\nHost: x\r\n"
LENGTH = f"Content-Length: {len(BODY)}\r\n".encode()
SHORT = f"Content-Length: {len(BODY) - 1}\r\n".encode()
LONG = f"Content-Length: {len(BODY) + 1}\r\n".encode()
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

NO_HTTP = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    b"hello\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET  /  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v3/tenant HTTP/1.1\r\n\r\n",
    GET + b"no colon\r\n\r\n",
    GET + b"a\x00b: c\r\n\r\n",
    GET + b"a: b\x00c\r\n\r\n",
    GET + b"a: " + b"x" * 100_000 + b"\r\n\r\n",
    GET + b"a: b\r\n" * 20_000 + b"\r\n",
    b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    HEAD + b"Content-Length: -1\r\n\r\n" + BODY,
    HEAD + b"Content-Length: +99\r\n\r\n" + BODY,
    HEAD + b"Content-Length: 9e1\r\n\r\n" + BODY,
    HEAD + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n" + BODY,
    HEAD + LENGTH + SHORT + b"\r\n" + BODY,
    HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + BODY,
    HEAD + CHUNKED + b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
    HEAD + CHUNKED + b"-1\r\n" + BODY + b"\r\n0\r\n\r\n",
    HEAD + CHUNKED + b"ffffffffffffffffffffff\r\n" + BODY,
    HEAD + CHUNKED + b"5\r\n" + BODY + b"\r\n0\r\n\r\n",
]
HALF = [
    b"",
    b"\r\n\r\n",
    GET,
    HEAD + LONG + b"\r\n" + BODY,
    HEAD + LENGTH + b"\r\n" + BODY[:-1],
    HEAD + b"Content-Length: 9999999999\r\n\r\n" + BODY,
    HEAD + CHUNKED + b"%x\r\n" % len(BODY) + BODY + b"\r\n",
    HEAD + CHUNKED + b"%x\r\n" % (len(BODY) + 9) + BODY,
    HEAD + b"Expect: 100-continue\r\n" + LENGTH + b"\r\n",
]
"""Of these the rest never comes."""


@pytest.fixture(scope="module")
def database_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a file with our schema and the tenant ``default``."""
    url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('http') / 'callbeat.sqlite3')}"
    with opened(url) as store:
        a_tenant(store, name="default")
    return url


@pytest.fixture(scope="module")
def counter(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Run the API without a broker."""
    redis_url = f"redis://{LOOPBACK}:{free_port()}/0"
    with open_counter(tmp_path_factory.mktemp("api"), database_url=database_url, redis_url=redis_url) as found:
        yield found


@pytest.mark.parametrize("sent", NO_HTTP, ids=range(len(NO_HTTP)))
def test_what_is_no_http_is_told_so(counter: Counter, database_url: str, sent: bytes) -> None:
    told = exchange(counter, sent)

    status, error = first_answer(told)
    assert 400 <= status < 500, told[:500]
    assert set(error) == {"error"}
    assert_nothing_happened(counter, database_url)


@pytest.mark.parametrize("sent", HALF, ids=range(len(HALF)))
def test_who_goes_away_in_the_middle_is_no_fault_of_ours(counter: Counter, database_url: str, sent: bytes) -> None:
    told = exchange(counter, sent, goes_away=True)

    assert told == b"" or first_answer(told)[0] in {100, 400, 413}
    assert_nothing_happened(counter, database_url)


def test_what_came_whole_is_taken_however_it_was_cut(counter: Counter, database_url: str) -> None:
    chunks = b"".join(b"1;ext=%d\r\n%c\r\n" % (place, byte) for place, byte in enumerate(BODY))

    told = exchange(counter, HEAD + CHUNKED + chunks + b"0\r\nTrailer: x\r\n\r\n")

    assert first_answer(told)[0] == 200
    with opened(database_url) as store, store.transaction() as tx:
        assert tx.connection.execute(delete(carriers)).rowcount == 1


def exchange(counter: Counter, sent: bytes, *, goes_away: bool = False) -> bytes:
    """Send bytes, and give what comes back until the server hangs up or one answer is there."""
    told = b""
    with socket.create_connection((LOOPBACK, counter.port), timeout=ANSWER_SECONDS) as connection:
        with suppress(ConnectionError):  # the server may hang up before it has read everything
            connection.sendall(sent)
            if goes_away:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while not is_whole(told) and (more := connection.recv(65536)):
                told += more
    return told


def is_whole(told: bytes) -> bool:
    """Whether one answer is there with its body."""
    head, end, body = told.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and length is not None and len(body) >= int(length.group(1))


def first_answer(told: bytes) -> tuple[int, Any]:
    """Give the first answer's status and body."""
    head, _, body = told.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    return status, None if status == 100 else json.JSONDecoder().raw_decode(body.decode())[0]


def assert_nothing_happened(counter: Counter, database_url: str) -> None:
    """Assert that nothing was stored, that the API answers, and that no fault is in its log."""
    with counter.client() as api:
        assert api.get("/v3/carrier").json()["total"] == 0
    with opened(database_url) as store, store.reading() as tx:
        assert tx.connection.execute(select(func.count()).select_from(carriers)).scalar_one() == 0
    log = counter.log.read_text()
    assert "request_failed" not in log
    assert "Traceback" not in log


@contextmanager
def opened(url: str) -> Iterator[SqlStore]:
    """Open the database for a moment."""
    engine = make_engine(url)
    try:
        yield SqlStore(engine)
    finally:
        engine.dispose()
