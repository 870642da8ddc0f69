"""All keys in Redis (Celery's own aside).

``callbeat:wakeup:{what}``    set while a request for ``what`` is waiting; expires after 3 s
``callbeat:check``            written to test that Redis accepts writes; expires after 3 s
``callbeat:dials:{carrier}``  when the carrier's calls of the last second began; expires after an idle day
``callbeat:ahead:{carrier}``  times that were reserved for its next calls; expires after an idle day
``callbeat:requests:{tenant}:{traffic}``  the tenant's token bucket for requests to the API; expires when it is empty
``callbeat:imports:{tenant}``, ``callbeat:exports:{tenant}``  those of a tenant that run, by when their places lapse
``callbeat:gateway:dials:{gateway}``, ``callbeat:gateway:ahead:{gateway}``  the same of all carriers on a gateway
"""

from typing import Final

from worker.domain.ids import CarrierId, TenantId
from worker.ports.records.request_limits import Traffic

CHECK: Final = "callbeat:check"


def wakeup(what: str) -> str:
    return f"callbeat:wakeup:{what}"


def dials(carrier_id: CarrierId) -> str:
    return f"callbeat:dials:{carrier_id}"


def reservations(carrier_id: CarrierId) -> str:
    return f"callbeat:ahead:{carrier_id}"


def gateway_dials(gateway: str) -> str:
    return f"callbeat:gateway:dials:{gateway}"


def gateway_reservations(gateway: str) -> str:
    return f"callbeat:gateway:ahead:{gateway}"


def requests(tenant_id: TenantId, traffic: Traffic) -> str:
    return f"callbeat:requests:{tenant_id}:{traffic.value}"


def exports(tenant_id: TenantId) -> str:
    return f"callbeat:exports:{tenant_id}"


def imports(tenant_id: TenantId) -> str:
    return f"callbeat:imports:{tenant_id}"
