"""A switch and a rate limiter that note the times of paced calls."""

from collections.abc import Callable, Sequence

from pendulum import DateTime
from sqlalchemy import update
from typing_extensions import override

from tests.fakes.clock import FakeClock
from tests.fakes.coordination import FakeRate
from tests.fakes.telephony import FakeTelephony
from tests.unit.usecases.conftest import World
from worker.domain.ids import CarrierId
from worker.domain.pacing import calls_ahead
from worker.domain.timing import PACED_AHEAD
from worker.ports.dispatch.messages import Rate, SharedPace, Taken, Tokens
from worker.ports.dispatch.telephony import Origination, Placed
from worker.store.base.tables import carriers

PER_SECOND = 20


AHEAD = calls_ahead(PER_SECOND)


BURST = 3
"""A tenth of the calls per second, and one."""


FIRST = 1 + int(PACED_AHEAD.total_seconds() * PER_SECOND)
"""So many begin before the next plan: none waits for its space when the carrier was idle."""


class TimedTelephony(FakeTelephony):
    """A switch that notes when each call came, and takes its time for each batch."""

    def __init__(self, clock: FakeClock, *, seconds: float = 0.002) -> None:
        super().__init__()
        self.times: list[float] = []
        self._clock = clock
        self._seconds = seconds

    @override
    def place(
        self, originations: Sequence[Origination], *, switch: str, until: DateTime, awaits_begin: bool = False
    ) -> Placed:
        assert awaits_begin, "otherwise a token may come back before its call has begun"
        placed = super().place(originations, switch=switch, until=until, awaits_begin=awaits_begin)
        self.times += [self._clock.now().timestamp()] * len(originations)
        self._clock.wait(self._seconds)
        return placed


class WatchedRate(Rate):
    """Another rate, at which something happens just after it was looked at, or right before a token is taken."""

    def __init__(
        self, rate: FakeRate, *, looked: Callable[[], object] = lambda: None, taken: Callable[[], object] = lambda: None
    ) -> None:
        self._rate = rate
        self._looked = looked
        self._taken = taken

    @override
    def available(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        tokens = self._rate.available(carrier_id, per_second=per_second, count=count, shared=shared)
        self._looked()
        return tokens

    @override
    def reserve(
        self, carrier_id: CarrierId, *, per_second: int, count: int, shared: SharedPace | None = None
    ) -> Tokens:
        return self._rate.reserve(carrier_id, per_second=per_second, count=count, shared=shared)

    @override
    def take(
        self,
        carrier_id: CarrierId,
        *,
        per_second: int,
        reserved: str,
        first: int,
        count: int,
        shared: SharedPace | None = None,
    ) -> Taken:
        self._taken()
        return self._rate.take(
            carrier_id, per_second=per_second, reserved=reserved, first=first, count=count, shared=shared
        )

    @override
    def dialled(self, carrier_id: CarrierId, *, receipt: str, shared: SharedPace | None = None) -> None:
        self._rate.dialled(carrier_id, receipt=receipt, shared=shared)


def timed(world: World, *, seconds: float = 0.002) -> TimedTelephony:
    world.telephony = telephony = TimedTelephony(world.clock, seconds=seconds)
    return telephony


def allow(world: World, per_second: int) -> None:
    with world.store.transaction() as tx:
        tx.connection.execute(update(carriers).values(calls_per_second=per_second))
