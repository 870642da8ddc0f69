"""A queue that remembers what it was asked for."""

from collections.abc import Sequence

from pendulum import DateTime
from typing_extensions import override

from worker.domain.ids import CallId, CarrierId, TenantId
from worker.ports.dispatch.messages import JobQueue


class FakeJobQueue(JobQueue):
    """Sends nothing; keeps each request, in order."""

    def __init__(self) -> None:
        self.plans: list[CarrierId] = []
        self.plans_at: list[tuple[CarrierId, DateTime]] = []
        self.calls: list[CallId] = []
        self.deliveries: list[str] = []
        self.asked_for_callbacks = 0
        self.fan_outs: list[TenantId] = []
        self.renderings = 0
        self.imports = 0
        self.reports = 0
        self.held: list[str] = []
        self.sweeps: list[float] = []
        """The seconds after which each was asked for."""

    @override
    def plan_carrier(self, carrier_id: CarrierId) -> None:
        self.plans.append(carrier_id)

    @override
    def plan_carrier_at(self, carrier_id: CarrierId, *, at: DateTime, now: DateTime) -> None:
        self.plans_at.append((carrier_id, at))

    @override
    def place_calls(self, call_ids: Sequence[CallId]) -> None:
        self.calls.extend(call_ids)

    @override
    def sweep(self, *, wait_seconds: float = 0) -> None:
        self.sweeps.append(wait_seconds)

    @override
    def ask_for_callbacks(self) -> None:
        self.asked_for_callbacks += 1

    @override
    def fan_out_callbacks(self, tenant_id: TenantId) -> None:
        self.fan_outs.append(tenant_id)

    @override
    def render_sounds(self) -> None:
        self.renderings += 1

    @override
    def send_reports(self) -> None:
        self.reports += 1

    @override
    def import_files(self) -> None:
        self.imports += 1

    @override
    def deliver_callbacks(self, host: str) -> None:
        self.deliveries.append(host)

    @override
    def suppress_callbacks(self, host: str) -> None:
        self.held.append(host)
