"""Addresses of the servers that tests start."""

import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"
LOOPBACK_NETWORK: Final = "127.0.0.0/8"


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])
