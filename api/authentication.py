"""Who sends a request: the key or access token of its header, within the limit of failed log-ins."""

from collections.abc import Callable
from typing import Final, TypeVar

from fastapi import Request
from pendulum import DateTime

from api.deps import services_of
from api.errors import NoAccess
from api.login_guard import LoginGuard, too_many_failures
from worker.domain.errors import NotFound
from worker.domain.login_limit import site_of, subjects_of
from worker.ports.records.access import Caller
from worker.usecases.records import log_in as logging_in
from worker.usecases.records.api_tokens import find_caller
from worker.usecases.records.log_in import Login

T = TypeVar("T")

UNAUTHORIZED: Final = "Unauthorized"


def caller_of(request: Request) -> Caller:
    """Return who sends the request, by a token with or without ``Bearer`` before it.

    Raises ``NoAccess``, or ``TooManyFailures``.
    """
    given = request.headers.get("authorization", "").strip()
    scheme, _, rest = given.partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else given
    if not token:
        raise NoAccess(UNAUTHORIZED)
    return caller_with(request, token)


def caller_with(request: Request, token: str) -> Caller:
    """Return whose key or access token this is; raises as ``caller_of``."""
    services = services_of(request)
    now = services.clock.now()

    def find() -> Caller:
        return find_caller(services.store, token=token, api_token=services.api_token, now=now)

    site = site_of(address_of(request))
    found = _guarded(request, find, who=lambda caller: caller, credential=token, now=now)
    if found.key is not None and guard_of(request).takes_use(str(found.key.id), now=now):
        logging_in.note_use(services.store, found, site=site, now=now)
    return found


def log_in(request: Request, *, key: str, username: str = "") -> Login:
    """Exchange an API key for an access token; ``username`` names the key, unless it is empty.

    Here the count of all processes is read first, because log-ins are few. Raises as ``caller_of``.
    """
    services = services_of(request)
    now = services.clock.now()
    subjects = subjects_of(site_of(address_of(request)), credential=key)
    guard_of(request).shut(logging_in.refused_until(services.store, subjects, now=now))

    def exchange() -> Login:
        return logging_in.log_in(
            services.store,
            key=key,
            username=username,
            api_token=services.api_token,
            now=now,
            chance=services.chance,
        )

    return _guarded(request, exchange, who=lambda login: login.caller, credential=key, now=now)


def _guarded(
    request: Request, find: Callable[[], T], *, who: Callable[[T], Caller], credential: str, now: DateTime
) -> T:
    """Return what ``find`` finds; count its failure, and refuse those that fail too often."""
    services, guard, address = services_of(request), guard_of(request), address_of(request)
    site = site_of(address)
    subjects = by_address, by_key = subjects_of(site, credential=credential)
    key_shut = guard.shut_until(by_key, now=now)
    if key_shut is not None:  # it was wrong ten times, and costs no read any more
        raise too_many_failures(key_shut, now=now)
    address_shut = guard.shut_until(by_address, now=now)
    try:
        found = find()
    except NotFound as error:
        if address_shut is not None:
            raise too_many_failures(address_shut, now=now) from error
        guard.shut(logging_in.note_failure(services.store, subjects, address=address, now=now))
        raise NoAccess(UNAUTHORIZED) from error
    key = who(found).key
    came_from_here = guard.is_known(subjects) or (key is not None and key.last_used_from == site)
    if address_shut is not None and not came_from_here:
        raise too_many_failures(address_shut, now=now)
    guard.let_in(subjects)
    return found


def address_of(request: Request) -> str:
    """Return the client's address; the server has put it there, from a trusted proxy's header if there is one."""
    return "" if request.client is None else request.client.host


def guard_of(request: Request) -> LoginGuard:
    """Return the application's memory of log-ins."""
    guard: LoginGuard = request.app.state.login_guard
    return guard
