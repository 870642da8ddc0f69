"""Log in and out, and choose language and colours."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.authentication import caller_with, log_in
from api.deps import Services
from api.errors import NoAccess
from api.ops.forms import form_in
from api.ops.look import Look, Theme, keep_look, look_of
from api.ops.render import page
from api.ops.route import OpenRoute, PageRoute
from api.ops.session import FORM_COOKIE, PATH, csrf_from, csrf_of, end_session, is_secure, start_session, token_of
from worker.domain.api_key import ACCESS_PREFIX
from worker.domain.errors import TooManyFailures
from worker.domain.language import Language
from worker.usecases.records.log_in import log_out
from worker.usecases.records.secret_bytes import secret_bytes

open_router = APIRouter(route_class=OpenRoute, include_in_schema=False)
router = APIRouter(route_class=PageRoute, include_in_schema=False)

SEE_OTHER: Final = 303
UNAUTHORIZED: Final = 401
TOO_MANY: Final = 429


@open_router.get("/ops/log-in")
def ask(request: Request, services: Services, next: str = PATH) -> Response:  # noqa: A002 - as browsers' addresses say
    """Show the form; its cookie lasts as long as the browser runs."""
    return _form(request, services, to=next)


@open_router.post("/ops/log-in")
def enter(request: Request, services: Services) -> Response:
    """Exchange the key for a session. An access token is its own session."""
    form = form_in(request)
    key, to = form.one("token"), _own(form.one("next"))
    try:
        if key.startswith(ACCESS_PREFIX):
            caller, token = caller_with(request, key), key
        else:
            login = log_in(request, key=key)
            caller, token = login.caller, login.token
    except NoAccess:
        return _form(request, services, to=to, status=UNAUTHORIZED, problem="wrong_token")
    except TooManyFailures as error:
        seconds = error.retry_after_seconds
        response = _form(request, services, to=to, status=TOO_MANY, problem="too_many", seconds=seconds)
        response.headers["Retry-After"] = str(seconds)
        return response
    response = RedirectResponse(to, status_code=SEE_OTHER)
    start_session(response, request, caller=caller, token=token, key=key)
    response.delete_cookie(FORM_COOKIE, path=PATH)
    return response


@router.post("/ops/log-out")
def leave(request: Request, services: Services) -> Response:
    """End the session here and in the database."""
    log_out(services.store, token=token_of(request))
    response = RedirectResponse("/ops/log-in", status_code=SEE_OTHER)
    end_session(response)
    return response


@open_router.post("/ops/look")
def choose(request: Request) -> Response:
    """Remember language and colours, and show the same page again."""
    form, look = form_in(request), look_of(request)
    language, theme = form.one("language"), form.one("theme")
    chosen = Look(
        language=Language(language) if language in set(Language) else look.language,
        theme=Theme(theme) if theme in set(Theme) else look.theme,
    )
    response = RedirectResponse(_own(form.one("next")), status_code=SEE_OTHER)
    keep_look(response, request, chosen)
    return response


def _form(
    request: Request, services: Services, *, to: str, status: int = 200, problem: str = "", seconds: int = 0
) -> Response:
    known, secret = csrf_of(request), secret_bytes(services.chance).hex()
    shown = known or csrf_from(secret)
    response = page(request, "log_in.html", status=status, csrf=shown, to=_own(to), problem=problem, seconds=seconds)
    if not known:
        response.set_cookie(FORM_COOKIE, secret, path=PATH, secure=is_secure(request), httponly=True, samesite="strict")
    return response


def _own(path: str) -> str:
    """Return a path of the page; any other becomes its beginning, so that no link leads elsewhere after a log-in."""
    is_ours = path == PATH or path.startswith((f"{PATH}/", f"{PATH}?"))
    return path if is_ours and "\\" not in path and path.isprintable() else PATH
