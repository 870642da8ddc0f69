"""What each request passes: the concurrency limit, authentication, its tenant's rate, and its body as strict JSON."""

from codecs import BOM_UTF8
from collections.abc import Callable, Coroutine
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, Final

import orjson
from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from typing_extensions import override

from api import own_ids
from api.access import Credential, check_access, needed_for
from api.auditing import act_of, is_entered
from api.authentication import address_of, caller_of
from api.body_budget import BodyBudget, HeldBody
from api.concurrency_limit import ConcurrencyLimit
from api.deps import ONCE, STOPS_CALLS, services_of
from api.entity_tags import NOT_MODIFIED, OF_READS, add_tag_of_content, unless_known
from api.idempotency import answer_once, key_of
from api.query_keys import known_to, refuse_unknown_query
from api.requests.json_limits import NO_NUL, why_not_kept
from worker.domain.login_limit import site_of
from worker.ports.records.access import Caller
from worker.ports.records.request_limits import Traffic
from worker.usecases.records.limit_requests import admit_request

LONGEST_BODY: Final = 8 * 1024 * 1024
LONGEST_LOGIN: Final = 16 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]  # Any: a coroutine's own type arguments


class BoundedRoute(APIRoute):
    """A route within the limits of requests and bodies; a request whose body still arrives does not count."""

    request_class: ClassVar[type["JsonRequest"]]

    def let_in(self, request: Request) -> str:
        """Return whose budget of bodies the request uses; raise when it must not come in. It runs in a thread."""
        raise NotImplementedError

    async def answer(self, request: Request, handle: Handler, *, body: bytes) -> Response:  # noqa: ARG002 - for others
        """Return the endpoint's answer to a request that was let in."""
        return await handle(request)

    @override
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        has_body = self.body_field is not None
        known = known_to(self.dependant)

        async def guarded(request: Request) -> Response:
            refuse_nul(request)
            limit = limit_of(request)
            # Clients send JSON under any content type; without one FastAPI reads the body as JSON.
            request.scope["headers"] = [h for h in request.scope["headers"] if h[0] != b"content-type"]
            read = self.request_class(request.scope, request.receive)
            async with limit.admit():
                owner = await run_in_threadpool(self.let_in, request)
                refuse_unknown_query(request.query_params, known=known)
                if not has_body:
                    return own_ids.shown(request, await self.answer(read, handle, body=b""))
            with bodies_of(request).hold(owner=owner) as held:
                body = await read.read_into(held)
                async with limit.admit():
                    return own_ids.shown(request, await self.answer(read, handle, body=body))

        return guarded


def limit_of(request: Request) -> ConcurrencyLimit:
    """Return the application's concurrency limit."""
    limit: ConcurrencyLimit = request.app.state.concurrency
    return limit


def bodies_of(request: Request) -> BodyBudget:
    """Return the application's budget of bytes in bodies."""
    bodies: BodyBudget = request.app.state.bodies
    return bodies


def refuse_nul(request: Request) -> None:
    """Raise when a path or query holds a NUL, which no database stores."""
    if "\0" in request.scope["path"]:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Not Found")
    if b"%00" in request.scope["query_string"]:
        raise HTTPException(HTTPStatus.BAD_REQUEST, NO_NUL)


class BoundedBody(Request):
    """A request whose body has a greatest length."""

    longest: ClassVar[int] = LONGEST_BODY

    async def read_into(self, held: HeldBody) -> bytes:
        """Read the body, and count its bytes. Raises ``Unavailable`` when all bodies together become too large."""
        try:
            self._body = await self._whole(held)
        except ClientDisconnect as error:  # the client is gone; this is not an error of the server
            raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not complete") from error
        return self._body

    async def _whole(self, held: HeldBody) -> bytes:
        announced = self.headers.get("content-length", "")
        length, parts = 0, []
        if announced.isdecimal():
            self._grow(held, int(announced))
        async for part in self.stream():
            length += len(part)
            self._grow(held, length)
            parts.append(part)
        return b"".join(parts)

    def _grow(self, held: HeldBody, length: int) -> None:
        if length > self.longest:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body is too large")
        held.grow_to(length)


class JsonRequest(BoundedBody):
    """A request whose body is strict JSON."""

    @override
    async def json(self) -> Any:  # Any: JSON of any shape
        self.parsed = own_ids.body_of(self, await run_in_threadpool(parse_json, await self.body()))
        return self.parsed


def parse_json(text: bytes) -> Any:  # Any: JSON of any shape
    """Return the parsed body, which both databases can store: UTF-8, finite numbers, no NUL, not too deep."""
    try:
        parsed = orjson.loads(text.removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "body is not valid JSON") from error
    problem = why_not_kept(parsed)
    if problem:
        raise HTTPException(HTTPStatus.BAD_REQUEST, problem)
    return parsed


class GuardedRoute(BoundedRoute):
    """A route that needs a token, and the role that ``ACCESS`` names for it."""

    request_class = JsonRequest

    @override
    def get_route_handler(self) -> Handler:
        method = "".join(self.methods or ())
        self.operation, self.needed = f"{method} {self.path_format}", needed_for(method, self.path_format)
        is_urgent = self.needed is Credential.INSTALLATION or any(one is STOPS_CALLS for one in self.dependencies)
        self.is_of_one = method == "GET" and "{" in self.path_format
        if self.is_of_one:
            self.openapi_extra, self.responses = OF_READS, {**self.responses, **NOT_MODIFIED}
        self.is_once = any(one is ONCE for one in self.dependencies)
        self.traffic = Traffic.STOPS if is_urgent else Traffic.ORDINARY
        return super().get_route_handler()

    @override
    def let_in(self, request: Request) -> str:
        caller, services = caller_of(request), services_of(request)
        admit_request(services.request_limits, tenant=caller.tenant, traffic=self.traffic, caps=services.caps)
        check_access(caller, self.needed)
        request.state.caller = caller
        own_ids.let_in(request, caller.tenant.chosen_ids)
        if is_entered(self.operation):
            address, now = address_of(request), services.clock.now()
            request.state.act = act_of(request, caller, endpoint=self.operation, address=address, now=now)
        return str(caller.tenant.id)

    @override
    async def answer(self, request: Request, handle: Handler, *, body: bytes) -> Response:
        key = key_of(request) if self.is_once else ""
        if not key:
            response = own_ids.shown(request, await handle(request))
            if not self.is_of_one:
                return response
            add_tag_of_content(response)
            return unless_known(request, response)
        caller: Caller = request.state.caller
        return await answer_once(request, partial(handle, request), key=key, tenant_id=caller.tenant.id, body=body)


class LoginRequest(JsonRequest):
    """A request whose body holds no more than a key and a name."""

    longest = LONGEST_LOGIN


class LoginRoute(BoundedRoute):
    """A route without a token, whose body holds a key."""

    request_class = LoginRequest

    @override
    def let_in(self, request: Request) -> str:
        return f"log-in {site_of(address_of(request))}"
