"""A request in bytes, and how the application answers it: no client in between tidies it up."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from typing_extensions import override

Message = MutableMapping[str, Any]  # Any: whatever ASGI's messages hold
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody sends, as it stands on the line."""

    method: str
    path: bytes
    query: bytes = b""
    headers: Headers = ()
    parts: Sequence[bytes] = ()
    """The body, in the pieces in which it comes in."""

    @override
    def __str__(self) -> str:
        """Show it as it can be sent again, but for the length of its body."""
        body = b"".join(self.parts)
        target = self.path[:200] + (b"?" + self.query[:200] if self.query else b"")
        return f"{self.method} {target!r} {list(self.headers)!r:.300} {len(body)} bytes: {body[:300]!r}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What comes back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def answer_of(app: FastAPI, request: Request) -> Answer:
    """Have the application answer; what it raises in the end has been answered before, as the server sees it."""
    sent: list[Message] = []
    body = list(request.parts) or [b""]
    coming = [{"type": "http.request", "body": part, "more_body": True} for part in body[:-1]]
    coming += [{"type": "http.request", "body": body[-1], "more_body": False}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return coming.pop(0) if len(coming) > 1 else coming[0]

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await app(_scope(request), receive, send)
    except Exception as error:
        if not sent:
            raise AssertionError(f"no answer to {request}") from error
    start = next(message for message in sent if message["type"] == "http.response.start")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    whole = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(status=start["status"], headers=headers, body=whole)


def _scope(request: Request) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path.decode("latin-1")),  # as the server reads it: what is no UTF-8 is replaced
        "raw_path": request.path,
        "root_path": "",
        "query_string": request.query,
        "headers": [(name.lower(), value) for name, value in request.headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
