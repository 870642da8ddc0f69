"""How a request comes in: whose it is, is asked first; then its body is read, as strict JSON and up to a limit."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from typing_extensions import override

from api.bodies.kept import NO_NUL, why_not_kept
from api.deps import tenant_of_token

LONGEST_BODY: Final = 8 * 1024 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]  # Any: what a coroutine is sent, which is nothing


class GuardedRoute(APIRoute):
    """A route for tenants only."""

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if "\0" in request.scope["path"]:
                raise HTTPException(HTTPStatus.NOT_FOUND, "Not Found")
            if b"%00" in request.scope["query_string"]:
                raise HTTPException(HTTPStatus.BAD_REQUEST, NO_NUL)
            request.state.tenant = await run_in_threadpool(tenant_of_token, request)
            # The wire's clients send JSON whatever they call it; without a name the framework reads it as JSON.
            request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"content-type"]
            return await handle(JsonRequest(request.scope, request.receive))

        return guarded


class JsonRequest(Request):
    """A request whose body is strict JSON."""

    @override
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            parts = []
            length = 0
            async for part in self.stream():
                length += len(part)
                if length > LONGEST_BODY:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body is too large")
                parts.append(part)
            self._body = b"".join(parts)
        return self._body

    @override
    async def json(self) -> Any:  # Any: whatever the JSON holds
        return await run_in_threadpool(parse_json, await self.body())


def parse_json(text: bytes) -> Any:  # Any: whatever the JSON holds
    """Read JSON that every part behind this door can keep: UTF-8, finite numbers, no NUL, not too deep."""
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not valid JSON") from error
    problem = why_not_kept(parsed)
    if problem:
        raise HTTPException(HTTPStatus.BAD_REQUEST, problem)
    return parsed
