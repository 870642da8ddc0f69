"""The calls of this day while calls are judged: what is left to each tenant, and what a dial uses of it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pendulum import DateTime

from worker.domain.ids import CallId, TenantId
from worker.domain.spend_guard import NO_GUARD, SpendGuard
from worker.ports.dispatch.call_rows import Call
from worker.ports.dispatch.spend import CarrierDay
from worker.ports.dispatch.store import DispatchTransaction


class DayCounts:
    """Counts of limited tenants, read once under their locks; calls that are admitted are added."""

    def __init__(self, tx: DispatchTransaction, guards: Mapping[TenantId, SpendGuard], *, now: DateTime) -> None:
        self._guards = guards
        self._now = now
        limited = {one: guard.day(now) for one, guard in guards.items() if guard.calls_per_day is not None}
        self._dialled = tx.spend.dialled(limited)

    def has_left(self, call: Call) -> bool:
        """Return True when the call may be dialled on this day; one that counts already uses nothing more."""
        guard = self._guards.get(call.tenant_id, NO_GUARD)
        if guard.calls_per_day is None or call.spend_day == guard.day(self._now):
            return True
        return self._dialled[call.tenant_id] < guard.calls_per_day

    def count(self, call: Call) -> None:
        """Count a call that is admitted, so that the next check sees it."""
        guard = self._guards.get(call.tenant_id, NO_GUARD)
        if call.tenant_id in self._dialled and call.spend_day != guard.day(self._now):
            self._dialled[call.tenant_id] += 1


def days_of(calls: Sequence[Call], *, guards: Mapping[TenantId, SpendGuard], now: DateTime) -> dict[CallId, date]:
    """Return the present day of each call's tenant; a call whose campaign is deleted is never dialled, and has none."""
    days = {tenant_id: guard.day(now) for tenant_id, guard in guards.items()}
    return {call.id: days[call.tenant_id] for call in calls if call.tenant_id in days}


def count_dials(
    tx: DispatchTransaction, calls: Sequence[Call], *, dialled: Collection[CallId], days: Mapping[CallId, date]
) -> None:
    """Count calls that move to ``dialing``, limited or not, so that a limit that is set later holds from then on."""
    tx.spend.count(
        Counter(
            CarrierDay(call.carrier_id, call.tenant_id, days[call.id])
            for call in calls
            if call.id in dialled and call.spend_day != days[call.id]
        )
    )
