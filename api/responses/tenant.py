"""A tenant's settings as clients and operators read them."""

from collections.abc import Mapping

from worker.domain.caps import Cap
from worker.domain.json_value import Json
from worker.ports.records.entities import TenantSettings


def tenant_shape(found: TenantSettings, *, defaults: Mapping[Cap, int]) -> dict[str, Json]:
    """Return a tenant's settings; null stands for no limit."""
    return {
        "domain_uuid": str(found.id),
        "name": found.name,
        "timezone": found.timezone,
        "concurrent_call": found.concurrent_call,
        "in_use": found.live,
        "calls_per_day": found.calls_per_day,
        "destinations": [*found.destinations],
        "caps": {cap.value: found.caps.get(cap.value, default) for cap, default in defaults.items()},
    }
