"""Hosts reach each other, a cut is silence, and nothing is left of them."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.faults.hosts import Hosts, NotToBeHad, hosts

PATIENCE = 10.0
SILENCE = 0.7
PORT = 9999
ECHO = """
import socket
server = socket.create_server(("", 9999))
print("ready", flush=True)
while True:
    client, _ = server.accept()
    while data := client.recv(100):
        client.sendall(data)
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def there() -> Iterator[Hosts]:
    try:
        with hosts() as made:
            yield made
    except NotToBeHad as why:
        pytest.skip(str(why))


@pytest.fixture
def echo(there: Hosts) -> Iterator[str]:
    """Have the database's host say again what it is told; give its address."""
    command = there.command("postgres", [sys.executable, "-c", ECHO])
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield there.address("postgres")
        process.kill()


def test_a_host_is_reached_from_here(echo: str) -> None:
    with socket.create_connection((echo, PORT), timeout=PATIENCE) as line:
        assert _says_again(line, b"a")


def test_a_cut_is_silence_and_is_over_when_it_is_healed(there: Hosts, echo: str) -> None:
    with socket.create_connection((echo, PORT), timeout=PATIENCE) as line:
        assert _says_again(line, b"a")
        there.cut("here", "database")
        line.settimeout(SILENCE)
        line.sendall(b"b")
        with pytest.raises(TimeoutError):
            line.recv(1)

        there.heal("here", "database")

        line.settimeout(PATIENCE)
        assert line.recv(1) == b"b"


def test_whoever_connects_over_a_cut_waits_and_is_not_refused(there: Hosts, echo: str) -> None:
    there.cut("here", "database")

    with pytest.raises(TimeoutError):
        socket.create_connection((echo, PORT), timeout=SILENCE)


def test_others_are_reached_over_a_cut(there: Hosts, echo: str) -> None:
    there.cut("workers", "database")

    with socket.create_connection((echo, PORT), timeout=PATIENCE) as line:
        assert _says_again(line, b"a")


def test_of_a_cut_one_way_the_other_way_stays_open(there: Hosts, echo: str) -> None:
    with socket.create_connection((echo, PORT), timeout=PATIENCE) as line:
        assert _says_again(line, b"a")

        there.cut_one_way("database", "here")

        line.settimeout(SILENCE)
        line.sendall(b"b")
        with pytest.raises(TimeoutError):
            line.recv(1)
        there.heal("here", "database")
        line.settimeout(PATIENCE)
        assert line.recv(1) == b"b"


def test_nothing_is_left_when_they_are_closed() -> None:
    try:
        with hosts() as made:
            address = made.address("api")
            assert _wires_here(made) == 1
    except NotToBeHad as why:
        pytest.skip(str(why))

    deadline = time.monotonic() + PATIENCE
    while _wires_here(made):
        assert time.monotonic() < deadline, f"still there: {address}"
        time.sleep(0.05)


def _wires_here(made: Hosts) -> int:
    words = ["ip", "-o", "address"]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return told.count(f" {made.here}/")


def _says_again(line: socket.socket, word: bytes) -> bool:
    line.sendall(word)
    return line.recv(len(word)) == word
