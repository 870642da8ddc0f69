"""When a run has come to rest: no lead waits, no call is up, and nothing is to be sent any more."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

import pendulum
from sqlalchemy import ColumnElement, Engine, Table, and_, func, select

from tests.stack.receiver import BROKEN
from worker.domain.call import LIVE
from worker.domain.lead import Stage
from worker.domain.retry import DeliveryState
from worker.store.base.callback_tables import deliveries
from worker.store.base.switch_tables import posted_cdrs
from worker.store.base.tables import calls, leads

LOOK_SECONDS: Final = 1.0
TEND_SECONDS: Final = 0.05
PATIENCE_SECONDS: Final = 240.0
"""How long nothing may become less: the last calls may wait for their CDRs, and their callbacks be refused."""
LONGEST_SECONDS: Final = 1800.0
"""Of the whole wait; a callback that was refused four times is sent again after ten minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is not over yet."""

    leads: int
    calls: int
    callbacks: int
    """Those that are due."""
    retries: int
    """Callbacks whose next attempt is not due yet."""
    posted_cdrs: int
    broken: int
    """Callbacks to URLs that take nothing; nobody waits for them."""

    @property
    def overdue(self) -> int:
        """Return how much could be over by now."""
        return self.leads + self.calls + self.callbacks + self.posted_cdrs

    @property
    def count(self) -> int:
        """Return how much is to be waited for."""
        return self.overdue + self.retries


def left(engine: Engine) -> Left:
    """Count what is not over yet."""
    is_broken = deliveries.c.url.contains(f"/{BROKEN}")
    is_due = deliveries.c.next_at <= pendulum.now("UTC")
    waits = and_(deliveries.c.state == DeliveryState.PENDING, ~is_broken)
    with engine.connect() as connection:

        def count(table: Table, *wanted: ColumnElement[bool]) -> int:
            return int(connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one())

        return Left(
            leads=count(leads, leads.c.stage != Stage.DONE),
            calls=count(calls, calls.c.state.in_(LIVE)),
            callbacks=count(deliveries, waits, is_due),
            retries=count(deliveries, waits, ~is_due),
            posted_cdrs=count(posted_cdrs),
            broken=count(deliveries, deliveries.c.state == DeliveryState.PENDING, is_broken),
        )


def come_to_rest(
    look: Callable[[], Left], *, tend: Callable[[], None], is_done: Callable[[], bool] = lambda: True
) -> bool:
    """Wait until nothing is left; return False once nothing has become less for too long.

    A callback that waits for the time of its next attempt is no sign of a standstill.
    """
    begun = progress_at = time.monotonic()
    fewest: int | None = None
    while time.monotonic() < min(progress_at + PATIENCE_SECONDS, begun + LONGEST_SECONDS):
        _tend(tend)
        now = look()
        if now.count == 0 and is_done():
            return True
        if fewest is None or now.count < fewest or (now.retries and not now.overdue):
            fewest, progress_at = now.count, time.monotonic()
    return False


def told(seen: Left) -> str:
    """Write what is left, by kind."""
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in asdict(seen).items())


def _tend(tend: Callable[[], None]) -> None:
    until = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < until:
        tend()
        time.sleep(TEND_SECONDS)
