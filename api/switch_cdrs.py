"""CDRs that switches post: the second source beside the event socket. They are stored at once and settled later."""

import base64
import binascii
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from typing_extensions import override

from api.deps import ApiServices, Services
from api.middleware import BoundedBody, bodies_of, limit_of
from worker.domain.errors import NotFound
from worker.domain.switch import Switch
from worker.usecases.dispatch.take_cdr import switch_of_secret, take_cdr

LONGEST_CDR: Final = 512 * 1024
"""Bytes. A CDR has 4 to 10 kB; one of a long dialplan has more."""
_BODY: Final[dict[str, Any]] = {  # Any: a part of OpenAPI
    "requestBody": {
        "required": True,
        "description": "A CDR as FreeSWITCH's mod_json_cdr posts it, in each of its encodings.",
        "content": {
            "application/json": {"schema": {"type": "object", "required": ["variables"]}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["cdr"]},
                "example": {"cdr": '{"variables": {}}'},
            },
        },
    }
}


class _Described(HTTPBasic):
    """Describes the credentials in OpenAPI; the endpoint checks them before it reads the body."""

    @override
    async def __call__(self, request: HTTPConnection) -> None:
        return None


router = APIRouter(
    dependencies=[Depends(_Described(description="The secret of `callbeat cdr-secret NAME`; the user may be any."))],
    tags=["switch"],
)


class CdrRequest(BoundedBody):
    """A request whose body is a CDR."""

    longest = LONGEST_CDR


@router.post("/v3/switch/cdr", openapi_extra=_BODY)
async def take(request: Request, services: Services) -> JSONResponse:
    """Store the CDR of a call; `stored` is false for a channel that is no call of Callbeat's.

    A repeated, late or unknown call is answered in the same way, since a switch holds back its CDRs after a refusal.
    """
    limit = limit_of(request)
    async with limit.admit():
        switch = await run_in_threadpool(_switch_of, request, services)
    with bodies_of(request).hold(owner=switch.name) as held:
        body = await CdrRequest(request.scope, request.receive).read_into(held)
        async with limit.admit():
            is_stored = await run_in_threadpool(_take, body, switch, services)
    return JSONResponse({"stored": is_stored})


def _switch_of(request: Request, services: ApiServices) -> Switch:
    try:
        return switch_of_secret(services.dispatch_store, secret=_secret_in(request.headers.get("authorization", "")))
    except NotFound as error:
        raise HTTPException(
            HTTPStatus.UNAUTHORIZED, "Unauthorized", headers={"WWW-Authenticate": 'Basic realm="switch"'}
        ) from error


def _secret_in(authorization: str) -> str:
    """Return the password of Basic credentials. Raises ``NotFound`` when there are none.

    The user may be any word, a switch's name with its colon too: a secret holds no colon.
    """
    scheme, _, encoded = authorization.strip().partition(" ")
    try:
        _, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().rpartition(":")
    except (binascii.Error, ValueError):
        colon = secret = ""
    if scheme.lower() != "basic" or not colon or not secret:
        raise NotFound("no credentials")
    return secret


def _take(body: bytes, switch: Switch, services: ApiServices) -> bool:
    return take_cdr(
        services.dispatch_store,
        body,
        switch=switch,
        cdr_format=services.cdr_format,
        now=services.clock.now(),
        new_id=services.new_id,
    )
