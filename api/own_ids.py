"""Requests and responses of a tenant that chose ids which another tenant has: the ids of its rows are exchanged."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response

from worker.domain.chosen_ids import ChosenIds

JSON: Final = "application/json"


def of_request(request: Request) -> ChosenIds | None:
    """Return the ids of the request's tenant; None when it has none, as nearly every tenant."""
    found: ChosenIds | None = getattr(request.state, "chosen_ids", None)
    return found


def let_in(request: Request, ids: ChosenIds) -> None:
    """Name rows by our ids in path and query; the body follows when it is read."""
    if not ids:
        return
    request.state.chosen_ids = ids
    scope = request.scope
    scope["path_params"] = {name: ids.kept_text(name, value) for name, value in scope["path_params"].items()}
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    scope["query_string"] = urlencode([(name, ids.kept_text(name, value)) for name, value in query]).encode()


def body_of(request: Request, parsed: Any) -> Any:  # Any: JSON of any shape
    """Return the body with the ids of rows; requests name rows in the fields of the body itself."""
    ids = of_request(request)
    if ids is None or not isinstance(parsed, Mapping):
        return parsed
    return {name: ids.kept_text(name, value) if isinstance(value, str) else value for name, value in parsed.items()}


def shown(request: Request, response: Response) -> Response:
    """Return the response with the chosen ids, which are as long as ours."""
    ids = of_request(request)
    if ids is not None and response.media_type == JSON:
        response.body = ids.shown(bytes(response.body).decode()).encode()
    return response
