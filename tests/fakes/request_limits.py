"""Limits of requests that let everything pass, because most tests send more than a tenant may."""

from typing_extensions import override

from worker.domain.ids import TenantId
from worker.domain.request_rate import Asked, RequestRate
from worker.ports.records.request_limits import Release, RequestLimits, Traffic


class NoRequestLimits(RequestLimits):
    """Admits every request."""

    @override
    def ask(self, tenant_id: TenantId, traffic: Traffic, *, rate: RequestRate) -> Asked:
        return Asked(0.0, 1)

    @override
    def begin_import(self, tenant_id: TenantId, *, at_once: int) -> Release | None:
        return lambda: None
