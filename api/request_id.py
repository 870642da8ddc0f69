"""An id for each request, which its answer, log lines and audit entries carry."""

import re
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.log import REQUEST_ID

HEADER: Final = "X-Request-ID"
_GIVEN: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """Takes the client's ``X-Request-ID``, if it is a plain word, or makes one; sends it back."""

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], UUID]) -> None:
        """Wrap the application."""
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        known = REQUEST_ID.set(request_id)

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, with_id)
        finally:
            REQUEST_ID.reset(known)

    def _id_of(self, scope: dict[str, Any] | Scope) -> str:  # Any: what a scope holds
        given = [value for name, value in scope["headers"] if name == HEADER.lower().encode()]
        if len(given) == 1 and _GIVEN.fullmatch(given[0]):
            return str(given[0].decode())
        return str(self._new_id())
