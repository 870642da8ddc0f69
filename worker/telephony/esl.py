"""The event socket's wire format: bytes in, frames and events out, with no socket in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import orjson

from worker.domain.errors import Rejected, Unavailable

BODY: Final = "_body"
"""Under this name an event carries its body, in both formats."""

LONGEST_HEADERS: Final = 64 * 1024
LONGEST_BODY: Final = 32 * 1024 * 1024
"""Room for ``show channels as json`` of thirty thousand calls."""

_END_OF_HEADERS: Final = b"\n\n"

SwitchEvent = dict[str, str]


class BrokenStream(Unavailable):
    """What came is no event socket's stream: the connection is of no more use."""


class OddEvent(Rejected):
    """A frame that says it is an event and cannot be read as one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its headers as sent, and its body."""

    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Say what the frame is."""
        return self.headers.get("Content-Type", "")

    @property
    def text(self) -> str:
        """Give what the frame answers: the body of an ``api`` reply, the reply text of any other command."""
        if self.content_type == "api/response":
            return self.body.decode(errors="replace")
        return self.headers.get("Reply-Text", "")

    @property
    def is_event(self) -> bool:
        """Tell events from replies."""
        return self.content_type.startswith("text/event-")


class FrameReader:
    """Cuts a stream into frames, wherever its pieces begin and end."""

    def __init__(self, *, longest_headers: int = LONGEST_HEADERS, longest_body: int = LONGEST_BODY) -> None:
        """Begin at the start of a stream."""
        self._longest_headers = longest_headers
        self._longest_body = longest_body
        self._buffer = bytearray()
        self._start = 0
        self._searched = 0
        self._headers: dict[str, str] | None = None
        self._missing = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next piece; give the frames that are whole now. Raises ``BrokenStream``."""
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
            raise BrokenStream(f"headers of a frame are longer than {self._longest_headers} bytes")
        if end < 0:
            self._searched = max(self._start, len(self._buffer) - 1)
            return False
        headers = _headers_of(self._buffer[self._start : end].decode(errors="replace"))
        self._missing = self._length_of(headers)
        self._headers = headers
        self._start = self._searched = end + len(_END_OF_HEADERS)
        return True

    def _length_of(self, headers: Mapping[str, str]) -> int:
        said = headers.get("Content-Length", "0")
        if not (said.isascii() and said.isdigit()):
            raise BrokenStream(f"Content-Length is no number: {said[:40]!r}")
        if (length := int(said)) > self._longest_body:
            raise BrokenStream(f"body of a frame has {length} bytes; at most {self._longest_body} are taken")
        return length


def event_of(frame: Frame) -> SwitchEvent:
    """Read the event that a frame carries, the same from plain and json; raises ``OddEvent``."""
    match frame.content_type:
        case "text/event-plain":
            return _plain_event(frame.body)
        case "text/event-json":
            return _json_event(frame.body)
        case other:
            raise OddEvent(f"not an event: {other!r}")


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
        raise OddEvent("an event without a name")
    length = event.get("Content-Length", "")
    if length.isascii() and length.isdigit():
        event[BODY] = rest[: int(length)].decode(errors="replace")
    return event


def _json_event(body: bytes) -> SwitchEvent:
    read = _json(body)
    if not isinstance(read, dict) or "Event-Name" not in read:
        raise OddEvent("an event without a name")
    return {name: value if isinstance(value, str) else _text_of(value) for name, value in read.items()}


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:  # The switch passes on what a far end sent, which need not be UTF-8.
        return orjson.loads(body.decode(errors="replace"))
    except orjson.JSONDecodeError as error:
        raise OddEvent("an event that is no JSON") from error


def _text_of(value: object) -> str:
    """Give a variable with several values as the plain format does."""
    if isinstance(value, list):
        return "ARRAY::" + "|:".join(map(str, value))
    return "" if value is None else str(value)
