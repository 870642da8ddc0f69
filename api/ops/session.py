"""Who looks at the page: an access token in a cookie, which ends with its key or with a change of the key's role."""

import hashlib
import hmac
from dataclasses import replace
from typing import Final

from fastapi import Request, Response

from api.authentication import UNAUTHORIZED, caller_with
from api.deps import services_of
from api.errors import NoAccess
from worker.ports.records.access import Caller

COOKIE: Final = "callbeat_ops"
FORM_COOKIE: Final = "callbeat_ops_form"
"""Before a log-in there is no session; this cookie holds what the log-in form must repeat."""
PATH: Final = "/ops"
FIELD: Final = "csrf"
_DIVIDER: Final = ":"


def start_session(response: Response, request: Request, *, caller: Caller, token: str, key: str) -> None:
    """Set the cookie of a session; one that CALLBEAT_API_TOKEN itself opened carries a proof of that."""
    own = services_of(request).api_token
    proof = _proof(own, token=token) if own is not None and hmac.compare_digest(key.encode(), own.encode()) else ""
    value = _DIVIDER.join((caller.role, token, proof))
    response.set_cookie(COOKIE, value, path=PATH, secure=is_secure(request), httponly=True, samesite="strict")


def end_session(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, path=PATH)


def token_of(request: Request) -> str:
    """Return the access token in the request's session; empty without one."""
    return _parts(request)[1]


def caller_in_session(request: Request) -> Caller:
    """Return who is logged in. Raises ``NoAccess``, also when the key has another role than at the log-in."""
    role, token, proof = _parts(request)
    if not token:
        raise NoAccess(UNAUTHORIZED)
    caller = caller_with(request, token)
    if caller.role.value != role:
        raise NoAccess(UNAUTHORIZED)
    own = services_of(request).api_token
    is_own = bool(own and proof and hmac.compare_digest(proof.encode(), _proof(own, token=token).encode()))
    return replace(caller, is_installation=True) if is_own and caller.key is None else caller


def _parts(request: Request) -> tuple[str, str, str]:
    role, _, rest = request.cookies.get(COOKIE, "").partition(_DIVIDER)
    token, _, proof = rest.partition(_DIVIDER)
    return role, token, proof


def _proof(own: str, *, token: str) -> str:
    """Return what only a process with CALLBEAT_API_TOKEN can make of an access token."""
    return hmac.new(own.encode(), f"ops {token}".encode(), hashlib.sha256).hexdigest()


def is_secure(request: Request) -> bool:
    """Return True when the browser speaks HTTPS, to us or to a trusted proxy."""
    return request.url.scheme == "https"


def csrf_of(request: Request) -> str:
    """Return what each form must send back: made from the session, or from the cookie of the log-in form."""
    secret = token_of(request) or request.cookies.get(FORM_COOKIE, "")
    return csrf_from(secret) if secret else ""


def csrf_from(secret: str) -> str:
    """Return what forms send back, from a secret that only the browser's cookie has."""
    return hashlib.sha256(f"csrf {secret}".encode()).hexdigest()


def check_csrf(request: Request, *, sent: str) -> None:
    """Raise ``NoAccess`` when a form was not made by us for this browser."""
    expected = csrf_of(request)
    if not expected or not hmac.compare_digest(expected.encode(), sent.encode()):
        raise NoAccess("csrf")
