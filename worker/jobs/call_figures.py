"""What this process did to calls since it started, as Prometheus asks for it."""

from typing import TYPE_CHECKING, Final

from typing_extensions import override

from worker.domain.hangup_causes import NUMBER_OF
from worker.domain.reason import Reason
from worker.domain.switch_refusal import NOT_READY, SESSIONS_FULL
from worker.ports.dispatch.watching import Delay, Refuser, Repair, Watcher

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

DELAY_BUCKETS: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0)
"""Seconds: calls are dialled and settled within parts of one, and a callback may wait an hour for its receiver."""
OTHER: Final = "other"
"""Stands for words of switches that are not among the known ones, so that the number of time series is bounded."""
_REASONS: Final = frozenset({*map(str, Reason), *NUMBER_OF, NOT_READY, SESSIONS_FULL})


class CallFigures(Watcher):
    """Counts in a registry."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        """Count from now on; every known label begins with 0, so that its first increase is seen."""
        from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415 - takes 60 ms

        text = "Between two steps: plan to dial, end of a call to its settling, event to its accepted callback."
        self._delays = Histogram("callbeat_delay_seconds", text, ["step"], buckets=DELAY_BUCKETS, registry=registry)
        text = "Dials that were refused, by whom and why."
        self._refusals = Counter("callbeat_refusals", text, ["by", "reason"], registry=registry)
        self._repairs = Counter("callbeat_repairs", "What was repaired, in calls.", ["repair"], registry=registry)
        self._leads = Gauge("callbeat_leader", "1 while this process leads.", ["post"], registry=registry)
        for delay in Delay:
            self._delays.labels(delay.value)
        for refuser in Refuser:
            self._refusals.labels(refuser.value, OTHER)
        for repair in Repair:
            self._repairs.labels(repair.value)

    @override
    def delayed(self, what: Delay, seconds: float) -> None:
        self._delays.labels(what.value).observe(max(0.0, seconds))

    @override
    def refused(self, by: Refuser, reason: str, *, calls: int = 1) -> None:
        self._refusals.labels(by.value, reason if reason in _REASONS else OTHER).inc(calls)

    @override
    def repaired(self, what: Repair, *, calls: int = 1) -> None:
        self._repairs.labels(what.value).inc(calls)

    @override
    def leads(self, post: str, *, is_leader: bool) -> None:
        self._leads.labels(post).set(is_leader)
