"""Encodes the replies and events of the simulated switch, in the form recorded from a FreeSWITCH."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import orjson

_PLAIN_CHARACTERS: Final = "/,'()!*$|"
"""Characters that FreeSWITCH does not percent-encode, besides letters, digits and ``-._~``."""

GREETING: Final = b"Content-Type: auth/request\n\n"
_GOODBYE: Final = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
_SHUTDOWN: Final = b"The system is being shut down.\n"
SHUTDOWN: Final = b"Content-Type: text/disconnect-notice\nContent-Length: %d\n\n%s" % (len(_SHUTDOWN), _SHUTDOWN)
DISCONNECT: Final = b"Content-Type: text/disconnect-notice\nContent-Length: %d\n\n%s" % (len(_GOODBYE), _GOODBYE)


def reply(text: str, *, more: str = "") -> bytes:
    """Encode the reply to a command; ``more`` holds further header lines."""
    return f"Content-Type: command/reply\nReply-Text: {text}\n{more}\n".encode()


def api_response(text: str) -> bytes:
    """Encode the reply to an ``api`` command."""
    body = (text or "-ERR no reply\n").encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(body), body)


class Event:
    """One event. Each format is encoded once, however many clients receive it."""

    def __init__(self, headers: Mapping[str, str], *, body: str = "") -> None:
        """Store the headers; they are written in this order."""
        self.headers = headers
        self.body = body
        self._encoded: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """Return the event's name."""
        return self.headers["Event-Name"]

    def as_frame(self, kind: str) -> bytes:
        """Encode the event as ``plain`` or ``json``."""
        if kind not in self._encoded:
            body = self._as_json() if kind == "json" else self._as_plain()
            self._encoded[kind] = b"Content-Length: %d\nContent-Type: text/event-%s\n\n%s" % (
                len(body),
                kind.encode(),
                body,
            )
        return self._encoded[kind]

    def _as_plain(self) -> bytes:
        lines = "".join(f"{name}: {quoted(value)}\n" for name, value in self.headers.items())
        if not self.body:
            return f"{lines}\n".encode()
        body = self.body.encode()
        return b"%sContent-Length: %d\n\n%s" % (lines.encode(), len(body), body)

    def _as_json(self) -> bytes:
        if not self.body:
            return orjson.dumps(dict(self.headers))
        return orjson.dumps({**self.headers, "Content-Length": str(len(self.body.encode())), "_body": self.body})


@lru_cache(maxsize=8192)
def quoted(value: str) -> str:
    """Percent-encode a value as FreeSWITCH does."""
    return quote(value, safe=_PLAIN_CHARACTERS)
