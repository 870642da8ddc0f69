"""The wire format of the FreeSWITCH event socket: bytes in, frames and events out; no socket is used here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import orjson

from worker.domain.errors import Rejected, Unavailable

BODY: Final = "_body"
"""The name under which an event holds its body, in both formats."""

LONGEST_HEADERS: Final = 64 * 1024
"""Bytes."""
LONGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes; enough for ``show channels as json`` with 30 000 calls."""

_END_OF_HEADERS: Final = b"\n\n"

SwitchEvent = dict[str, str]


class BrokenStream(Unavailable):
    """The bytes are not a valid event socket stream; the connection cannot be used any longer."""


class MalformedEvent(Rejected):
    """A frame that is marked as an event but cannot be parsed as one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its headers as they were sent, and its body."""

    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Return the ``Content-Type`` header, which names the kind of frame; empty when it is absent."""
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """Return the reply: the body for an ``api`` command, the ``Reply-Text`` header for any other."""
        if self.content_type == "api/response":
            return self.body.decode(errors="replace")
        return self.headers.get("Reply-Text", "")

    @property
    def is_event(self) -> bool:
        """Return True for an event, False for a reply."""
        return self.content_type.startswith("text/event-")


class FrameReader:
    """Splits a stream of bytes into frames; the chunks that are fed in may begin and end anywhere."""

    def __init__(self, *, longest_headers: int = LONGEST_HEADERS, longest_body: int = LONGEST_BODY) -> None:
        """Start at the beginning of a stream. The limits are in bytes."""
        self._longest_headers = longest_headers
        self._longest_body = longest_body
        self._buffer = bytearray()
        self._start = 0
        self._searched = 0
        self._headers: dict[str, str] | None = None
        self._missing = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Add the next chunk and return the frames that are now complete. Raises ``BrokenStream``."""
        self._buffer += data
        frames = []
        while (frame := self._next_frame()) is not None:
            frames.append(frame)
        del self._buffer[: self._start]
        self._searched = max(0, self._searched - self._start)
        self._start = 0
        return frames

    def _next_frame(self) -> Frame | None:
        if self._headers is None and not self._read_headers():
            return None
        if len(self._buffer) - self._start < self._missing or self._headers is None:
            return None
        end = self._start + self._missing
        frame = Frame(self._headers, bytes(self._buffer[self._start : end]))
        self._start = self._searched = end
        self._headers = None
        return frame

    def _read_headers(self) -> bool:
        while self._start < len(self._buffer) and self._buffer[self._start] in b"\r\n":
            self._start += 1
        end = self._buffer.find(_END_OF_HEADERS, max(self._start, self._searched))
        length = (end if end >= 0 else len(self._buffer)) - self._start
        if length > self._longest_headers:
            raise BrokenStream(f"the headers of a frame are longer than {self._longest_headers} bytes")
        if end < 0:
            self._searched = max(self._start, len(self._buffer) - 1)
            return False
        headers = _headers_of(self._buffer[self._start : end].decode(errors="replace"))
        self._missing = self._length_of(headers)
        self._headers = headers
        self._start = self._searched = end + len(_END_OF_HEADERS)
        return True

    def _length_of(self, headers: Mapping[str, str]) -> int:
        declared = headers.get("Content-Length", "0")
        if not (declared.isascii() and declared.isdigit()):
            raise BrokenStream(f"Content-Length is not a number: {declared[:40]!r}")
        if (length := int(declared)) > self._longest_body:
            raise BrokenStream(f"the body of a frame has {length} bytes; the limit is {self._longest_body}")
        return length


def event_of(frame: Frame) -> SwitchEvent:
    """Parse the event in a frame; the plain and the JSON format give the same result. Raises ``MalformedEvent``."""
    match frame.content_type:
        case "text/event-plain":
            return _plain_event(frame.body)
        case "text/event-json":
            return _json_event(frame.body)
        case other:
            raise MalformedEvent(f"not an event: {other!r}")


def _headers_of(block: str) -> dict[str, str]:
    headers = {}
    for line in block.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name] = value.strip()
    return headers


def _plain_event(body: bytes) -> SwitchEvent:
    block, _, rest = body.partition(_END_OF_HEADERS)
    event = _headers_of(block.decode(errors="replace"))
    for name, value in event.items():
        if "%" in value:
            event[name] = unquote(value, errors="replace")
    if "Event-Name" not in event:
        raise MalformedEvent("the event has no name")
    length = event.get("Content-Length", "")
    if length.isascii() and length.isdigit():
        event[BODY] = rest[: int(length)].decode(errors="replace")
    return event


def _json_event(body: bytes) -> SwitchEvent:
    read = _json(body)
    if not isinstance(read, dict) or "Event-Name" not in read:
        raise MalformedEvent("the event has no name")
    return {name: value if isinstance(value, str) else _text_of(value) for name, value in read.items()}


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:  # The switch passes on text from the far end, which may not be UTF-8.
        return orjson.loads(body.decode(errors="replace"))
    except orjson.JSONDecodeError as error:
        raise MalformedEvent("the event is not valid JSON") from error


def _text_of(value: object) -> str:
    """Return a variable with several values in the form of the plain format, ``ARRAY::a|:b``."""
    if isinstance(value, list):
        return "ARRAY::" + "|:".join(map(str, value))
    return "" if value is None else str(value)
