"""How a request comes in: it finds a place, its token says whose it is, and its body is read, as strict JSON."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from typing_extensions import override

from api.concurrency_limit import Places
from api.deps import tenant_of_token
from api.requests.json_limits import NO_NUL, why_not_kept

LONGEST_BODY: Final = 8 * 1024 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]  # Any: what a coroutine is sent, which is nothing


class BoundedRoute(APIRoute):
    """A route whose requests each take a place."""

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            async with _places_of(request).one():
                return await handle(request)

        return bounded


class GuardedRoute(APIRoute):
    """A route for tenants only; while a body comes in, however slowly, its request holds no place."""

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        has_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            _refuse_nul(request)
            places = _places_of(request)
            # The wire's clients send JSON whatever they call it; without a name the framework reads it as JSON.
            request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"content-type"]
            read = JsonRequest(request.scope, request.receive)
            async with places.one():
                request.state.tenant = await run_in_threadpool(tenant_of_token, request)
                if not has_body:
                    return await handle(read)
            await read.body()
            async with places.one():
                return await handle(read)

        return guarded


def _places_of(request: Request) -> Places:
    places: Places = request.app.state.places
    return places


def _refuse_nul(request: Request) -> None:
    if "\0" in request.scope["path"]:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Not Found")
    if b"%00" in request.scope["query_string"]:
        raise HTTPException(HTTPStatus.BAD_REQUEST, NO_NUL)


class JsonRequest(Request):
    """A request whose body is strict JSON."""

    @override
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            try:
                self._body = await self._whole()
            except ClientDisconnect as error:  # nobody hears this; but it is no fault of ours either
                raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not complete") from error
        return self._body

    async def _whole(self) -> bytes:
        parts = []
        length = 0
        async for part in self.stream():
            length += len(part)
            if length > LONGEST_BODY:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body is too large")
            parts.append(part)
        return b"".join(parts)

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
