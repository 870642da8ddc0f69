"""Unit tests talk to nobody: connecting a socket fails, whoever tries."""

import socket
from typing import NoReturn

import pytest


def _refuse(_socket: socket.socket, address: object) -> NoReturn:
    raise AssertionError(f"a unit test connected to {address}")


@pytest.fixture(autouse=True)
def closed_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection; a pair of sockets, as event loops use, needs none."""
    monkeypatch.setattr(socket.socket, "connect", _refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", _refuse)
