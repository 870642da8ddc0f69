"""Refuses callback URLs that would be posted to in the clear, where ``CALLBEAT_CALLBACK_HTTPS_ONLY`` is set."""

from typing import Final

from api.deps import ApiServices
from worker.domain.errors import InvalidFields, Problem

RULE: Final = "Must begin with https://: callbacks are sent over TLS only"


def refuse_plain_http(services: ApiServices, **urls: str | None) -> None:
    """Raise ``InvalidFields`` for each URL, by its field, that is not https; empty and None are no URLs."""
    if not services.callback_https_only:
        return
    broken = [Problem(field, RULE) for field, url in urls.items() if url and not url.lower().startswith("https://")]
    if broken:
        raise InvalidFields(tuple(broken))
