"""What the simulated switch writes on the event socket: replies and events, as the recordings have them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import orjson

_PLAIN_CHARACTERS: Final = "/,'()!*$|"
"""What the switch leaves as it is, beside letters, digits and ``-._~``."""

GREETING: Final = b"Content-Type: auth/request\n\n"
_GOODBYE: Final = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
DISCONNECT: Final = b"Content-Type: text/disconnect-notice\nContent-Length: %d\n\n%s" % (len(_GOODBYE), _GOODBYE)


def reply(text: str, *, more: str = "") -> bytes:
    """Write the reply to a command; ``more`` holds further header lines."""
    return f"Content-Type: command/reply\nReply-Text: {text}\n{more}\n".encode()


def api_response(text: str) -> bytes:
    """Write the reply to an ``api`` command."""
    body = (text or "-ERR no reply\n").encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(body), body)


class Event:
    """One event; written once for each format, however many listen."""

    def __init__(self, headers: Mapping[str, str], *, body: str = "") -> None:
        """Take the headers in the order in which they are to be written."""
        self.headers = headers
        self.body = body
        self._written: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """Name the event."""
        return self.headers["Event-Name"]

    def as_frame(self, kind: str) -> bytes:
        """Write the event as ``plain`` or ``json``."""
        if kind not in self._written:
            body = self._as_json() if kind == "json" else self._as_plain()
            self._written[kind] = b"Content-Length: %d\nContent-Type: text/event-%s\n\n%s" % (
                len(body),
                kind.encode(),
                body,
            )
        return self._written[kind]

    def _as_plain(self) -> bytes:
        lines = "".join(f"{name}: {_quoted(value)}\n" for name, value in self.headers.items())
        if not self.body:
            return f"{lines}\n".encode()
        body = self.body.encode()
        return b"%sContent-Length: %d\n\n%s" % (lines.encode(), len(body), body)

    def _as_json(self) -> bytes:
        if not self.body:
            return orjson.dumps(dict(self.headers))
        return orjson.dumps({**self.headers, "Content-Length": str(len(self.body.encode())), "_body": self.body})


@lru_cache(maxsize=8192)
def _quoted(value: str) -> str:
    return quote(value, safe=_PLAIN_CHARACTERS)
