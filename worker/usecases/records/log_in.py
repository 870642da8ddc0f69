"""Find out who sends a key, within the limit of failed log-ins; exchange keys for access tokens."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from pendulum import DateTime

from worker.domain.api_key import ACCESS_PREFIX, is_use_to_note
from worker.domain.errors import NotFound, Unavailable
from worker.domain.login_limit import MOST_FAILURES, Failures, shut_until
from worker.ports.records.access import Caller
from worker.ports.records.store import RecordStore
from worker.usecases.records.api_tokens import find_caller, hash_of, issue_access_token

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An access token that was issued, and whose it is."""

    caller: Caller
    token: str
    expires_at: DateTime


def log_in(
    store: RecordStore,
    *,
    key: str,
    username: str,
    api_token: str | None,
    now: DateTime,
    chance: Callable[[], float],
) -> Login:
    """Exchange an API key for an access token; raises ``NotFound`` for a key that is not valid.

    ``username`` is ``NAME@TENANT`` of the key, or empty where the key alone is sent.
    """
    if key.startswith(ACCESS_PREFIX):
        raise NotFound("an access token is no key")
    caller = find_caller(store, token=key, api_token=api_token, now=now)
    if username and not _is_named(caller, username):
        raise NotFound("the key has another name")
    issued, expires_at = issue_access_token(store, caller, key=key, now=now, chance=chance)
    return Login(caller=caller, token=issued, expires_at=expires_at)


def _is_named(caller: Caller, username: str) -> bool:
    """Return True for the key's name and tenant; a key without a name, as releases before this one made, takes any."""
    name, _, tenant = username.rpartition("@")
    own = "" if caller.key is None else caller.key.name
    return tenant.casefold() == caller.tenant.name.casefold() and (not own or name.casefold() == own.casefold())


def log_out(store: RecordStore, *, token: str) -> None:
    """Make an access token void; nothing happens when there is none."""
    with store.transaction() as tx:
        tx.api_keys.drop_access_token(hash_of(token))


def note_failure(
    store: RecordStore, subjects: Collection[str], *, address: str, now: DateTime
) -> Mapping[str, DateTime]:
    """Count a failed log-in, for all processes; return which subjects are refused now, and until when."""
    with store.transaction() as tx:
        counted = tx.login_failures.note(subjects, now=now)
    shut = _shut(counted, now=now)
    logger.warning("log-in failed", extra={"action": "login_failed", "address": address})
    if any(failures.count == MOST_FAILURES for failures in counted.values()):
        logger.warning("further log-ins are refused", extra={"action": "login_shut", "address": address})
    return shut


def refused_until(store: RecordStore, subjects: Collection[str], *, now: DateTime) -> Mapping[str, DateTime]:
    """Return which subjects are refused now, and until when, as all processes count."""
    with store.reading() as tx:
        counted = tx.login_failures.of(subjects)
    return _shut(counted, now=now)


def note_use(store: RecordStore, caller: Caller, *, site: str, now: DateTime) -> None:
    """Write when and from where a key was used, at most every ten minutes; without the database it is left out."""
    key = caller.key
    if key is None or not is_use_to_note(key.last_used_at, now=now):
        return
    try:
        with store.transaction() as tx:
            tx.api_keys.note_use(key.id, at=now, site=site)
    except Unavailable:
        logger.info("a key's last use was not written", extra={"action": "key_use_left_out"})


def _shut(counted: Mapping[str, Failures], *, now: DateTime) -> Mapping[str, DateTime]:
    found = {subject: shut_until(failures, now=now) for subject, failures in counted.items()}
    return {subject: until for subject, until in found.items() if until is not None}
