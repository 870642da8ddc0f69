"""Errors as HTTP answers: two body shapes, the right status, never a traceback."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from worker.domain.caps import OverCap
from worker.domain.errors import (
    Conflict,
    Forbidden,
    IdTaken,
    Invalid,
    InvalidFields,
    NotFound,
    Overtaken,
    Rejected,
    Reused,
    TooManyFailures,
    TooSlow,
    Unavailable,
)
from worker.domain.hold import Held
from worker.domain.request_rate import TooManyNow

logger = logging.getLogger(__name__)

ROOT: Final = "(root)"
RETRY_AFTER: Final = {"Retry-After": "1"}
"""Sent with a 503; the cause may be over in a second."""
SLOW_RETRY_AFTER: Final = "60"
"""Of a read that took too long, and of calls while all dialling is held: a second later nothing will have changed."""
_EXPECTED: Final = {
    "string_type": "string",
    "int_type": "integer",
    "int_parsing": "integer",
    "int_parsing_size": "integer",
    "float_type": "number",
    "bool_type": "boolean",
    "list_type": "array",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
}
_WORDING: Final = {
    "greater_than_equal": "Must be greater than or equal to {ge}",
    "less_than_equal": "Must be less than or equal to {le}",
    "string_too_short": "String length must be greater than or equal to {min_length}",
    "string_too_long": "String length must be less than or equal to {max_length}",
    "string_pattern_mismatch": "Does not match pattern '{pattern}'",
    "too_short": "Array must have at least {min_length} items",
    "too_long": "Array must have at most {max_length} items",
    "value_error": "{error}",
}
_GIVEN: Final = ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (list, "array"))


class NoAccess(Rejected):
    """The request has no token, or one that is not valid."""


_STATUSES: Final[Mapping[type[Exception], HTTPStatus]] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    IdTaken: HTTPStatus.CONFLICT,
    Overtaken: HTTPStatus.PRECONDITION_FAILED,
    Reused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Invalid: HTTPStatus.BAD_REQUEST,
    NoAccess: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def install(app: FastAPI) -> None:
    """Install a handler for each kind of error."""
    for kind in _STATUSES:
        app.add_exception_handler(kind, _plain)
    app.add_exception_handler(TooSlow, _too_slow)
    app.add_exception_handler(Held, _too_slow)
    app.add_exception_handler(OverCap, _over_cap)
    app.add_exception_handler(TooManyNow, _too_many)
    app.add_exception_handler(InvalidFields, _fields)
    app.add_exception_handler(TooManyFailures, _too_many_failures)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def refusal(error: Rejected | RequestValidationError) -> JSONResponse:
    """Return the answer to an error that says what is wrong with the request."""
    match error:
        case InvalidFields():
            return answer(HTTPStatus.BAD_REQUEST, [{one.field: one.message} for one in error.problems])
        case RequestValidationError():
            return _refused_by_model(error)
        case _:
            return answer(status_of(error), str(error))


def status_of(error: Exception) -> HTTPStatus:
    """Return the status of a refusal of one of the kinds above."""
    return next(_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES)


def answer(status: int, error: str | Sequence[Mapping[str, str]]) -> JSONResponse:
    """Return the response for an error."""
    headers = {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = RETRY_AFTER
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse({"error": error}, status_code=status, headers=headers)


def problems_of(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:  # Any: Pydantic's error details
    """Return Pydantic's errors in the API's wording, one object for each broken rule."""
    return [_problem(error["loc"], error) for error in errors]


def problems_line(error: ValidationError) -> str:
    """Return the problems of one row of a list in one line."""
    rooted: list[Mapping[str, Any]] = [{**one, "loc": ("row", *one["loc"])} for one in error.errors()]
    return "; ".join(f"{field}: {message}" for one in problems_of(rooted) for field, message in one.items())


def _problem(loc: tuple[int | str, ...], error: Mapping[str, Any]) -> dict[str, str]:  # Any: see above
    path = [str(part) for part in loc[1:]]  # the first part is "body" or "query"
    if error["type"] == "missing" and path:
        return {".".join(path[:-1]) or ROOT: f"{path[-1]} is required"}
    field = ".".join(path) or ROOT
    return {field: _message(field, error)}


def _message(field: str, error: Mapping[str, Any]) -> str:  # Any: see above
    kind = error["type"]
    context = error.get("ctx", {})
    if kind == "literal_error":
        allowed = context["expected"].replace("'", '"').replace(" or ", ", ")
        return f"{field} must be one of the following: {allowed}"
    if kind == "missing":
        return "Invalid type. Expected: object, given: null"
    if kind in _EXPECTED:
        return f"Invalid type. Expected: {_EXPECTED[kind]}, given: {_type_name(error['input'])}"
    if kind in _WORDING:
        return _WORDING[kind].format(**context)
    return str(error["msg"])


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    return next((name for kind, name in _GIVEN if isinstance(value, kind)), "object")


# Starlette passes any exception; each of these handlers is installed for one kind only, so the casts hold.


def _over_cap(_: Request, error: Exception) -> JSONResponse:
    """Return the cap that the request would exceed, its value, what is in use, and how much was asked."""
    over = cast("OverCap", error)
    facts = {"cap": over.cap.value, "value": over.value, "used": over.used, "asked": over.asked}
    return JSONResponse({"error": str(over), **facts}, status_code=HTTPStatus.TOO_MANY_REQUESTS)


def _too_slow(_: Request, error: Exception) -> JSONResponse:
    """Return 503 with a longer pause: a second later nothing will have changed."""
    response = answer(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
    response.headers["Retry-After"] = SLOW_RETRY_AFTER
    return response


def _too_many_failures(_: Request, error: Exception) -> JSONResponse:
    failed = cast("TooManyFailures", error)
    response = answer(HTTPStatus.TOO_MANY_REQUESTS, str(failed))
    response.headers["Retry-After"] = str(failed.retry_after_seconds)
    return response


def _too_many(request: Request, error: Exception) -> JSONResponse:
    """Return the same, and when the request may be repeated."""
    response = _over_cap(request, error)
    response.headers["Retry-After"] = str(cast("TooManyNow", error).retry_after_seconds)
    return response


def _plain(_: Request, error: Exception) -> JSONResponse:
    return answer(status_of(error), str(error))


def _fields(_: Request, error: Exception) -> JSONResponse:
    return refusal(cast("InvalidFields", error))


def _validation(_: Request, error: Exception) -> JSONResponse:
    return refusal(cast("RequestValidationError", error))


def _refused_by_model(error: RequestValidationError) -> JSONResponse:
    errors = error.errors()
    if any(one["loc"][0] == "path" for one in errors):
        return answer(HTTPStatus.NOT_FOUND, "Not Found")
    return answer(HTTPStatus.BAD_REQUEST, problems_of(errors))


def _http(_: Request, error: Exception) -> JSONResponse:
    """Return the answer to what the framework refuses: unknown paths, wrong methods, unreadable bodies."""
    refused = cast("HTTPException", error)
    response = answer(refused.status_code, refused.detail)
    response.headers.update(refused.headers or {})
    return response


def _bug(request: Request, error: Exception) -> JSONResponse:
    """Return 500 without details; Uvicorn logs the traceback."""
    logger.error("request failed", extra={"action": "request_failed", "error": type(error).__name__})
    response = answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
    response.headers["X-Request-ID"] = request.state.request_id  # this answer does not pass the middleware
    return response
