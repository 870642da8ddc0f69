"""How a process for exports talks over a socket: frames of a kind, a length and that many bytes.

Errors are pickled, since both sides are one program and nobody else has the socket.
"""

import pickle
import socket
from enum import Enum
from struct import Struct
from typing import Final

from worker.domain.errors import Unavailable

HEAD: Final = Struct("!cI")


class Frame(Enum):
    """What a frame holds."""

    ORDER = b"o"
    DATA = b"d"
    ERROR = b"x"
    END = b"e"


def put(connection: socket.socket, kind: Frame, content: bytes = b"") -> None:
    """Send a frame."""
    connection.sendall(HEAD.pack(kind.value, len(content)) + content)


def take(connection: socket.socket) -> tuple[Frame, bytes]:
    """Receive a frame; raises ``EOFError`` when the other side has closed the socket."""
    kind, length = head_of(_exactly(connection, HEAD.size))
    return kind, _exactly(connection, length)


def head_of(head: bytes) -> tuple[Frame, int]:
    """Return a frame's kind and how many bytes follow."""
    kind, length = HEAD.unpack(head)
    return Frame(kind), length


def packed_error(error: Exception) -> bytes:
    """Return an error for the other side."""
    try:
        packed = pickle.dumps(error)
        pickle.loads(packed)  # noqa: S301 - our own bytes: some errors cannot be made again
    except Exception:  # noqa: BLE001 - whatever the error's own class does
        return pickle.dumps(RuntimeError(repr(error)))
    return packed


def raise_error(content: bytes) -> None:
    """Raise the error of the other side."""
    error = pickle.loads(content)  # noqa: S301 - of our own process
    raise error if isinstance(error, Exception) else Unavailable("an export failed")


def _exactly(connection: socket.socket, length: int) -> bytes:
    parts, left = [], length
    while left:
        part = connection.recv(min(left, 2**16))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
