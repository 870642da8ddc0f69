"""Endpoints for operators only."""

import hmac
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException

from api.deps import services_of

NOT_AN_OPERATOR: Final = "Only an operator may do this: use the token of CALLBEAT_API_TOKEN, or the command line"


async def check_operator(request: Request) -> None:
    """Raise 403 unless the request carries the operator's own token; a tenant's token is not enough."""
    own = services_of(request).api_token
    given = request.headers.get("authorization", "").strip()
    scheme, _, rest = given.partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else given
    if own is None or not hmac.compare_digest(token.encode(), own.encode()):
        raise HTTPException(HTTPStatus.FORBIDDEN, NOT_AN_OPERATOR)
