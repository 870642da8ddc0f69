"""Port for the limits on what one tenant asks of the API at once."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeAlias

from worker.domain.ids import TenantId
from worker.domain.request_rate import Asked, RequestRate


class Traffic(StrEnum):
    """Requests with a token bucket of their own, which others do not fill."""

    ORDINARY = "ordinary"
    STOPS = "stops"
    """Requests that keep calls from being dialled."""


Release: TypeAlias = Callable[[], None]


class Place(Protocol):
    """A place for work that may last long: it lapses a minute after it was renewed last."""

    def renew(self) -> None:
        """Keep the place for another minute."""

    def release(self) -> None:
        """Return the place."""


class RequestLimits(Protocol):
    """Limits that all API processes share."""

    def ask(self, tenant_id: TenantId, traffic: Traffic, *, rate: RequestRate) -> Asked:
        """Put one request into the tenant's bucket, or return how long it has to wait."""

    def begin_import(self, tenant_id: TenantId, *, at_once: int) -> Release | None:
        """Take one of the tenant's places for imports and return what releases it; None when all are taken.

        A place that nobody releases lapses after a minute.
        """

    def begin_export(self, tenant_id: TenantId, *, at_once: int) -> Place | None:
        """Take one of the tenant's places for exports; None when all are taken."""
