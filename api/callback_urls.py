"""Refuses callback URLs to which nothing can ever be sent, with the rule that they break.

What was stored before stays: an edit that sends a whole campaign back must still be able to stop it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from api.deps import ApiServices
from worker.domain.errors import InvalidFields, NotFound, Problem

HTTPS_ONLY: Final = "Must begin with https://: callbacks are sent over TLS only"
Stored = Callable[[], Mapping[str, str]]


def nothing_stored() -> Mapping[str, str]:
    """Return no URLs: the object is about to be created."""
    return {}


def refuse_unsendable(
    services: ApiServices, urls: Mapping[str, str | None], *, stored: Stored = nothing_stored
) -> None:
    """Raise ``InvalidFields`` for each new URL, by its field; empty and None are no URLs."""
    broken = {field: rule for field, url in urls.items() if url and (rule := _broken_rule(url, services=services))}
    if not broken:
        return
    try:
        before = stored()
    except NotFound:  # the use case says so
        return
    problems = tuple(Problem(field, rule) for field, rule in broken.items() if before.get(field) != urls[field])
    if problems:
        raise InvalidFields(problems)


def _broken_rule(url: str, *, services: ApiServices) -> str:
    if services.callback_https_only and not url.lower().startswith("https://"):
        return HTTPS_ONLY
    why = services.why_never_sent(url)
    return f"No callback can be sent there: {why}" if why else ""
