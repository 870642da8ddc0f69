"""Addresses of the servers that tests start."""

import socket
from contextlib import suppress
from random import SystemRandom
from typing import Final

LOOPBACK: Final = "127.0.0.1"
LOOPBACK_NETWORK: Final = "127.0.0.0/8"
PORTS: Final = range(12_000, 32_000)
"""Below those of outgoing connections, one of which could take a port before its server does, or connect to itself."""
_CHANCE: Final = SystemRandom()  # Hypothesis seeds the other one, in each process with the same number
_given: set[int] = set()


def free_port() -> int:
    """Return a port on which nothing listens, and which this process got never before."""
    while True:
        port = _CHANCE.choice(PORTS)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as listener, suppress(OSError):
        listener.bind((LOOPBACK, port))
        return True
    return False


def free_ports(count: int) -> int:
    """Return the first of so many ports in a row on which nothing listens."""
    while True:
        first = _CHANCE.choice(PORTS[:-count])
        ports = range(first, first + count)
        if _given.isdisjoint(ports) and all(map(_is_free, ports)):
            _given.update(ports)
            return first
