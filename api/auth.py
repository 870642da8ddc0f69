"""Log in as clients of the reference do: an API key is exchanged for an access token that ends."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.authentication import log_in
from api.deps import Services, answered
from api.middleware import LoginRoute
from api.requests.login import KeyBody, PasswordBody
from api.responses.login import old_token_shape, token_shape, user_shape, user_with_token_shape
from worker.usecases.records.log_in import Login

router = APIRouter(route_class=LoginRoute, tags=["auth"])


@router.post("/v3/auth/token")
def exchange(body: KeyBody, request: Request, services: Services) -> JSONResponse:
    """Exchange an API key for an access token, which is valid for a day; send it as `Authorization: Bearer TOKEN`."""
    login = log_in(request, key=body.api_key)
    return answered(token_shape(login, now=services.clock.now()), to=body)


@router.post("/v1/auth/token")
def exchange_as_before(body: KeyBody, request: Request) -> JSONResponse:
    """Exchange an API key for an access token, with the answer of the first version."""
    return answered(old_token_shape(log_in(request, key=body.api_key)), to=body)


@router.post("/v3/auth")
def enter(body: PasswordBody, request: Request, services: Services) -> JSONResponse:
    """Log in by name and API key; the answer holds an access token and what the role allows."""
    login = _by_name(body, request)
    shown = user_with_token_shape(login, username=body.username, api_key=body.password, now=services.clock.now())
    return answered({"data": shown}, to=body)


@router.post("/v1/auth")
def enter_as_before(body: PasswordBody, request: Request) -> JSONResponse:
    """Log in by name and API key, with the answer of the first version."""
    login = _by_name(body, request)
    return answered({"data": user_shape(login, username=body.username, api_key=body.password)}, to=body)


def _by_name(body: PasswordBody, request: Request) -> Login:
    return log_in(request, key=body.password, username=body.username)
