"""What operators read of a gateway, over HTTP and on the command line."""

from pendulum import DateTime

from worker.domain.json_value import Json
from worker.ports.records.gateways import GatewayRecord


def facts_of(gateway: GatewayRecord) -> dict[str, Json]:
    """Return the gateway with its grants; times are in UTC."""
    return {
        "gateway_uuid": gateway.name,
        "concurrent_call": gateway.limits.concurrent_call,
        "calls_per_second": gateway.limits.calls_per_second,
        "in_use": gateway.live,
        "revision": gateway.revision,
        "grants": [
            {
                "tenant": tenant,
                "caller_ids": list(grant.caller_ids),
                "is_revoked": grant.is_revoked,
                "since": _utc(grant.since),
            }
            for tenant, grant in gateway.grants.items()
        ],
        "created_at": _utc(gateway.created_at),
        "updated_at": _utc(gateway.updated_at),
    }


def _utc(moment: DateTime) -> str:
    return moment.in_timezone("UTC").to_iso8601_string()
