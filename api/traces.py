"""A span for each request that may change something; the client's own trace is continued."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.ports.dispatch.traces import TRACEPARENT, TRACES

_ONLY_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestTraces:
    """Traces requests, as long as this process has a tracer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if TRACES.tracer is None or scope["type"] != "http" or scope["method"] in _ONLY_READS:
            await self._app(scope, receive, send)
            return
        statuses: list[int] = []

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        with TRACES.span(scope["method"], parent=_parent(scope)) as span:
            await self._app(scope, receive, noting)
            route = getattr(scope.get("route"), "path", "")
            span.rename(f"{scope['method']} {route}".strip())
            span.note({"status": statuses[0] if statuses else 0, "request_id": scope["state"]["request_id"]})


def _parent(scope: Scope) -> str | None:
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == TRACEPARENT.encode()]
    return given[0] if len(given) == 1 else None
