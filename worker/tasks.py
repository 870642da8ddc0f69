"""Celery tasks: unpack ids, call one use case, return. Each task may run twice; the sweep repeats what a crash lost."""

import logging
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from worker.domain.errors import Unavailable
from worker.domain.ids import CallId, CarrierId
from worker.jobs import names
from worker.jobs.app import app
from worker.usecases.callbacks import clear_callbacks as clearing
from worker.usecases.callbacks import deliver_callbacks as delivering
from worker.usecases.dispatch import place_calls as placing
from worker.usecases.dispatch import plan_carrier as planning
from worker.usecases.dispatch import sweep as sweeping
from worker.usecases.dispatch import tick as ticking
from worker.usecases.records import run_backfills as backfills
from worker.wiring import services

logger = logging.getLogger(__name__)


def _task(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a Celery task. An outage is only logged, because the tick and the sweep ask again."""

    def register(work: Callable[..., None]) -> Callable[..., None]:
        @app.task(name=name)
        @wraps(work)
        def run(**arguments: object) -> None:
            try:
                work(**arguments)
            except Unavailable as error:
                logger.warning(
                    "task skipped, a part is unreachable; it is requested again",
                    extra={"action": "task_put_off", "task": name, "why": str(error)},
                )

        return run

    return register


@_task(names.PLAN_CARRIER)
def plan_carrier(*, carrier_id: str, **_: object) -> None:
    here, carrier = services(), CarrierId(UUID(carrier_id))
    here.queue.taken_plan(carrier)
    planning.plan_carrier(here.store, queue=here.queue, carrier_id=carrier, now=here.clock.now(), new_id=here.new_id)


@_task(names.PLACE_CALLS)
def place_calls(*, call_ids: list[str], **_: object) -> None:
    here = services()
    ids = [CallId(UUID(call_id)) for call_id in call_ids]
    placing.place_calls(
        here.store, queue=here.queue, telephony=here.telephony, rate=here.rate, call_ids=ids, clock=here.clock
    )


@_task(names.DELIVER_CALLBACKS)
def deliver_callbacks(*, host: str, **_: object) -> None:
    here = services()
    here.queue.taken_delivery(host)
    delivering.deliver_callbacks(
        here.store, queue=here.queue, pool=here.pool, host=host, lease=here.new_id(), clock=here.clock
    )


@_task(names.SWEEP)
def sweep(*, from_beat: bool = False, **_: object) -> None:
    here = services()
    if from_beat and not here.queue.taken(names.SWEEP):
        return
    clearing.clear_callbacks(here.store, now=here.clock.now())
    sweeping.sweep(here.store, queue=here.queue, telephony=here.telephony, now=here.clock.now(), new_id=here.new_id)


@_task(names.TICK)
def tick(*, from_beat: bool = False, **_: object) -> None:
    here = services()
    if from_beat and not here.queue.taken(names.TICK):
        return
    ticking.tick(here.store, queue=here.queue, now=here.clock.now())
    backfills.run_backfills(here.store, queue=here.queue, now=here.clock.now())
