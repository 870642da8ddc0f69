"""Looks for a secret wherever the product may leave it: files and their names, the broker, and the switch's events."""

import base64
import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from worker.domain.switch_address import SwitchUrl
from worker.settings import EMBEDDED_FILE, PREFIX

BROKER: Final = "the broker"
SWITCH: Final = "the switch"


class Spy:
    """Records all commands that the broker gets and all events of the switch, while the block runs."""

    def __init__(self, environment: Mapping[str, str], *, home: Path) -> None:
        self._home = home
        noted = (Path(environment[f"{PREFIX}HOME"]) / EMBEDDED_FILE).read_text()
        broker = dict(line.split("=", 1) for line in noted.splitlines())[f"{PREFIX}REDIS_URL"]
        switch = SwitchUrl.parse(environment[f"{PREFIX}SWITCH_URLS"])
        self._recordings = {
            BROKER: _Recording(_connected(broker), "MONITOR\r\n"),
            SWITCH: _Recording(
                socket.create_connection((switch.host, switch.port)),
                f"auth {switch.password}\n\nevent json ALL\n\n",
            ),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for recording in self._recordings.values():
            recording.end()

    def has_recorded(self, place: str, text: str) -> bool:
        """Return whether the text was said there."""
        return text.encode() in self._recordings[place].data

    def found(self, secret: str) -> list[str]:
        """Return where the secret is, in clear or in base64."""
        files = [path for path in self._home.rglob("*") if path.is_file()]
        seen = {str(path): str(path).encode() + path.read_bytes() for path in files}
        seen |= {place: bytes(recording.data) for place, recording in self._recordings.items()}
        return [place for place, data in seen.items() if any(one in data for one in spellings(secret))]


def spellings(secret: str) -> list[bytes]:
    """Return the secret in clear, and what stands for it in base64, wherever it begins there."""
    known = secret.encode()
    return [known, *(_in_base64(known, shift=shift) for shift in range(3))]


def _in_base64(known: bytes, *, shift: int) -> bytes:
    """Return the characters that the bytes alone decide when so many bytes are before them."""
    first, behind = -(-shift * 4 // 3), (shift + len(known)) * 4 // 3
    return base64.b64encode(bytes(shift) + known)[first:behind]


class _Recording:
    def __init__(self, connection: socket.socket, command: str) -> None:
        self.data = bytearray()
        self._connection = connection
        connection.sendall(command.encode())
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()

    def _read(self) -> None:
        while data := self._connection.recv(65536):
            self.data += data


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(unquote(parts.path))
        return connection
    connection = socket.create_connection((parts.hostname, parts.port))
    if parts.password:
        connection.sendall(f"AUTH {parts.password}\r\n".encode())
    return connection
