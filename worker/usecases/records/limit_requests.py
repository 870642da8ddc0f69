"""Refuse what one tenant asks too often or too much of at once, so that others get their answers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from pendulum import Duration

from worker.domain.caps import Cap
from worker.domain.request_rate import RequestRate, TooManyNow
from worker.ports.records.entities import Tenant
from worker.ports.records.request_limits import Place, RequestLimits, Traffic

RENEWED_EVERY: Final = Duration(seconds=10)
"""Six times before a place lapses."""


def admit_request(limits: RequestLimits, *, tenant: Tenant, traffic: Traffic, caps: Mapping[Cap, int]) -> None:
    """Raise ``TooManyNow`` when the tenant's requests come too fast; ``caps`` are the defaults."""
    rate = RequestRate(_cap(Cap.REQUESTS, tenant, caps), burst=_cap(Cap.BURST, tenant, caps))
    asked = limits.ask(tenant.id, traffic, rate=rate)
    if asked.wait_seconds:
        raise TooManyNow(Cap.BURST, value=rate.burst, used=asked.used, wait_seconds=asked.wait_seconds)


@contextmanager
def import_place(limits: RequestLimits, *, tenant: Tenant, caps: Mapping[Cap, int]) -> Iterator[None]:
    """Hold one of the tenant's places for imports; raises ``TooManyNow`` when all are taken."""
    at_once = _cap(Cap.IMPORTS, tenant, caps)
    release = limits.begin_import(tenant.id, at_once=at_once)
    if release is None:
        raise TooManyNow(Cap.IMPORTS, value=at_once, used=at_once)
    try:
        yield
    finally:
        release()


class ExportPlace:
    """One of a tenant's places for exports, which is to be renewed every so often, and is given back once."""

    def __init__(self, place: Place) -> None:
        """Hold the place."""
        self._place = place
        self._is_held = True

    def renew(self) -> None:
        """Keep the place for another minute."""
        self._place.renew()

    def release(self) -> None:
        """Return the place."""
        if self._is_held:
            self._is_held = False
            self._place.release()


def export_place(limits: RequestLimits, *, tenant: Tenant, caps: Mapping[Cap, int]) -> ExportPlace:
    """Return one of the tenant's places for exports; raises ``TooManyNow`` when all are taken."""
    at_once = _cap(Cap.EXPORTS, tenant, caps)
    place = limits.begin_export(tenant.id, at_once=at_once)
    if place is None:
        raise TooManyNow(Cap.EXPORTS, value=at_once, used=at_once)
    return ExportPlace(place)


def _cap(cap: Cap, tenant: Tenant, defaults: Mapping[Cap, int]) -> int:
    return tenant.caps.get(cap.value, defaults[cap])
