"""Limits of requests that let everything pass, because most tests send more than a tenant may."""

from typing_extensions import override

from worker.domain.ids import TenantId
from worker.domain.request_rate import Asked, RequestRate
from worker.ports.records.request_limits import Place, Release, RequestLimits, Traffic


class NoRequestLimits(RequestLimits):
    """Admits every request."""

    @override
    def ask(self, tenant_id: TenantId, traffic: Traffic, *, rate: RequestRate) -> Asked:
        return Asked(0.0, 1)

    @override
    def begin_import(self, tenant_id: TenantId, *, at_once: int) -> Release | None:
        return lambda: None

    @override
    def begin_export(self, tenant_id: TenantId, *, at_once: int) -> Place | None:
        return _Free()


class _Free(Place):
    @override
    def renew(self) -> None:
        pass

    @override
    def release(self) -> None:
        pass
