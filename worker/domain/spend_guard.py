"""What bounds a tenant's bill: how many calls a day, and to which numbers. An operator sets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pendulum import DateTime, Duration

from worker.domain.destinations import is_allowed
from worker.domain.network import Network
from worker.domain.number_plan import calendar_day, start_of
from worker.domain.quota import Limit
from worker.domain.reason import Reason

ONE_DAY: Final = Duration(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendGuard:
    """A tenant's guard; days are those of its zone."""

    zone: str = "UTC"
    calls_per_day: int | None = None
    """Most calls that are dialled on one day; None for no limit."""
    destinations: Sequence[str] = ()

    def day(self, now: DateTime) -> date:
        """Return the tenant's present day."""
        return calendar_day(now, zone=self.zone)

    def allows(self, phone: str, *, network: Network) -> bool:
        """Return whether the number may be called."""
        return is_allowed(phone, network=network, rules=self.destinations)

    def limit(self, *, dialled: int, queued: int, now: DateTime) -> Limit | None:
        """Return the limit of this day; calls that are queued will be dialled and are as good as used."""
        if self.calls_per_day is None:
            return None
        tomorrow = start_of(self.day(now) + ONE_DAY, zone=self.zone)
        return Limit(Reason.DAY_LIMIT, self.calls_per_day, dialled + queued, until=tomorrow)


NO_GUARD: Final = SpendGuard()
