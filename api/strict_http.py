"""HTTP/1.1 as h11 reads it, and refusals of what h11 would let pass."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeAlias

import h11
from typing_extensions import override

LONGEST_HEADER: Final = 32 * 1024
"""Bytes of a request's first line and headers."""
MOST_INCOMPLETE: Final = 16 * 1024
"""Bytes of a header that has not come whole."""
INVALID: Final = "Invalid HTTP request received."
Event: TypeAlias = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class StrictHttp(h11.Connection):
    """The server's side of a connection; reports each event before it is acted upon."""

    def __init__(self, *, heard: Callable[[Event], None]) -> None:
        """``heard`` may raise ``h11.RemoteProtocolError`` to refuse the request."""
        super().__init__(h11.SERVER, MOST_INCOMPLETE)
        self._heard = heard
        self.refusal: tuple[HTTPStatus, str] | None = None
        """Why the request was refused, if it was."""

    @property
    def has_begun(self) -> bool:
        """Return True when bytes of a request's header have come."""
        return self.their_state is h11.IDLE and bool(self.trailing_data[0])

    @override
    def next_event(self) -> Event:
        try:
            event = super().next_event()
            self._heard(event)
            if isinstance(event, h11.Request):
                _check(event)
        except h11.RemoteProtocolError as error:
            self.refusal = _refusal_of(error)
            raise
        return event


def _refusal_of(error: h11.RemoteProtocolError) -> tuple[HTTPStatus, str]:
    if isinstance(error, _NotAnswered):
        return HTTPStatus(error.error_status_hint), str(error)
    if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header is too large"
    return HTTPStatus.BAD_REQUEST, INVALID


class _NotAnswered(h11.RemoteProtocolError):
    """HTTP that is well formed, and refused all the same; the text says why."""


def _check(request: h11.Request) -> None:
    """Raise when a proxy might see another request in these bytes than we do, or when the header is too long."""
    size = len(request.target) + sum(len(name) + len(value) for name, value in request.headers)
    if size > LONGEST_HEADER:
        raise _NotAnswered("header is too large", error_status_hint=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    names = {name for name, _ in request.headers}
    if b"transfer-encoding" not in names:
        return
    if b"content-length" in names:
        raise _NotAnswered("Content-Length and Transfer-Encoding contradict each other")
    if request.http_version < b"1.1":
        raise _NotAnswered("HTTP/1.0 has no Transfer-Encoding")
