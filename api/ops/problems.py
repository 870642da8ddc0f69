"""Refusals as pages."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from api.errors import NoAccess, status_of
from api.ops.render import page
from api.ops.session import end_session
from worker.domain.caps import OverCap
from worker.domain.errors import CallbeatError, InvalidFields, TooManyFailures
from worker.domain.request_rate import TooManyNow

LOG_IN: Final = "/ops/log-in"
NOT_OURS: Final = "csrf"
"""The message of ``NoAccess`` when a form was not made for this session."""
_WORDED: Final = frozenset({400, 403, 404, 409, 412, 429, 503})


def problem_page(request: Request, error: Exception) -> Response:
    """Return the answer to a refused request; without a session that is the way to the log-in."""
    if isinstance(error, NoAccess):
        return _forged(request) if str(error) == NOT_OURS else _to_log_in(request)
    status, message = status_and_message(error)
    response = page(request, "problem.html", status=status, problem=f"problem.{status}", message=message)
    if isinstance(error, TooManyFailures | TooManyNow):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def status_and_message(error: Exception) -> tuple[int, str]:
    """Return the status of a refusal, and what the API says of it; any other error is raised again."""
    match error:
        case HTTPException():
            return (error.status_code if error.status_code in _WORDED else HTTPStatus.BAD_REQUEST), error.detail
        case RequestValidationError():
            return HTTPStatus.NOT_FOUND, ""
        case TooManyFailures() | OverCap() | TooManyNow():
            return HTTPStatus.TOO_MANY_REQUESTS, str(error)
        case InvalidFields():
            return HTTPStatus.BAD_REQUEST, str(error)
        case CallbeatError():
            return status_of(error), str(error)
        case _:
            raise error


def _forged(request: Request) -> Response:
    return page(request, "problem.html", status=HTTPStatus.FORBIDDEN, problem="problem.403", message=None)


def _to_log_in(request: Request) -> Response:
    came_from = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = LOG_IN if request.method != "GET" else f"{LOG_IN}?next={quote(came_from, safe='')}"
    response: Response
    if "hx-request" in request.headers:
        response = Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": LOG_IN})
    elif request.headers.get("accept", "").startswith("text/event-stream"):
        response = Response(status_code=HTTPStatus.NO_CONTENT)  # a browser does not ask again after this one
    else:
        response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    end_session(response)
    return response
