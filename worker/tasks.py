"""Celery tasks: unpack ids, call one use case, return. Each task may run twice; the sweep repeats what a crash lost."""

import logging
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from celery import signals

from worker.domain.errors import Unavailable
from worker.domain.ids import CallId, CarrierId, TenantId
from worker.jobs import names
from worker.jobs.app import app
from worker.jobs.figures import work_figures
from worker.ports.dispatch.traces import TRACEPARENT, TRACES
from worker.usecases.agents import pace as pacing
from worker.usecases.agents.legs import LegDesk, keep_legs
from worker.usecases.agents.sessions import Desk
from worker.usecases.agents.settle_agents import settle_agents
from worker.usecases.callbacks import ask_for_callbacks as asking
from worker.usecases.callbacks import clear_callbacks as clearing
from worker.usecases.callbacks import deliver_callbacks as delivering
from worker.usecases.callbacks import fan_out_callbacks as fanning_out
from worker.usecases.dispatch import drop_codes as dropping
from worker.usecases.dispatch import drop_unused_sounds as expiring
from worker.usecases.dispatch import place_calls as placing
from worker.usecases.dispatch import plan_carrier as planning
from worker.usecases.dispatch import render_sounds as rendering
from worker.usecases.dispatch import settle_posted_cdrs as settling
from worker.usecases.dispatch import sweep as sweeping
from worker.usecases.dispatch import tick as ticking
from worker.usecases.records import ask_for_imports as imports
from worker.usecases.records import audit_trail
from worker.usecases.records import count_calls as counting
from worker.usecases.records import delete_list as deleting
from worker.usecases.records import drop_access as access
from worker.usecases.records import drop_old_records as retaining
from worker.usecases.records import drop_recordings as unrecording
from worker.usecases.records import raise_alerts as alerting
from worker.usecases.records import refresh_list as refreshing
from worker.usecases.records import report_by_subscription as daily
from worker.usecases.records import run_backfills as backfills
from worker.usecases.records import run_imports as importing
from worker.usecases.records import seal_numbers as sealing
from worker.usecases.records import send_reports as reporting
from worker.wiring import services, stopping

logger = logging.getLogger(__name__)


def _stop(**_: object) -> None:
    """Note that Celery has begun to stop the worker, before the running task is over."""
    stopping().request()


signals.worker_shutting_down.connect(_stop, weak=False)


def _task(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a Celery task. An outage is only logged, because the tick and the sweep ask again."""

    def register(work: Callable[..., None]) -> Callable[..., None]:
        @app.task(name=name)
        @wraps(work)
        def run(**arguments: object) -> None:
            try:
                with work_figures().measured(name):
                    work(**arguments)
            except Unavailable as error:
                logger.warning(
                    "task skipped, a part is unreachable; it is requested again",
                    extra={"action": "task_put_off", "task": name, "why": str(error)},
                )

        return run

    return register


def _traceparent() -> str | None:
    """Return the trace of which the message of the present task is a part."""
    task = app.current_task
    found = None if task is None else task.request.get(TRACEPARENT)
    return found if isinstance(found, str) else None


@_task(names.PLAN_CARRIER)
def plan_carrier(*, carrier_id: str, **_: object) -> None:
    parts, carrier = services(), CarrierId(UUID(carrier_id))
    parts.queue.taken_plan(carrier)
    if stopping().is_requested:  # the calls of this plan would wait for another worker, and it can plan them better
        parts.queue.plan_carrier(carrier)
        return
    with TRACES.span("plan_carrier", parent=_traceparent(), is_kept=False) as span:
        planned = planning.plan_carrier(
            parts.store,
            queue=parts.queue,
            carrier_id=carrier,
            now=parts.clock.now(),
            new_id=parts.new_id,
            names=parts.spoken_names,
        )
        if planned:  # a trace of nothing but an idle plan would be made each second
            span.note({"carrier_id": carrier_id, "calls": planned})
            span.end()


@_task(names.PLACE_CALLS)
def place_calls(*, call_ids: list[str], **_: object) -> None:
    parts = services()
    ids = [CallId(UUID(call_id)) for call_id in call_ids]
    if stopping().is_requested:
        parts.queue.place_calls(ids)
        return
    placing.place_calls(parts.store, queue=parts.queue, dialler=parts.dialler, call_ids=ids)


@_task(names.DELIVER_CALLBACKS)
def deliver_callbacks(*, host: str, **_: object) -> None:
    parts = services()
    parts.queue.taken_delivery(host)
    delivering.deliver_callbacks(
        parts.store, queue=parts.queue, pool=parts.pool, host=host, lease=parts.new_id(), clock=parts.clock
    )


@_task(names.FAN_OUT_CALLBACKS)
def fan_out_callbacks(*, tenant_id: str, **_: object) -> None:
    parts, tenant = services(), TenantId(UUID(tenant_id))
    parts.queue.taken_fan_out(tenant)
    fanning_out.fan_out_callbacks(
        parts.store, queue=parts.queue, tenant_id=tenant, now=parts.clock.now(), new_id=parts.new_id
    )


@_task(names.ASK_FOR_CALLBACKS)
def ask_for_callbacks(**_: object) -> None:
    parts = services()
    if parts.queue.taken(names.ASK_FOR_CALLBACKS):  # otherwise an earlier message did the work
        asking.ask_for_callbacks(parts.store, queue=parts.queue, now=parts.clock.now())


@_task(names.RENDER_SOUNDS)
def render_sounds(**_: object) -> None:
    parts = services()
    if parts.queue.taken(names.RENDER_SOUNDS):  # otherwise an earlier message did the work
        rendering.render_sounds(
            parts.store, studio=parts.studio, queue=parts.queue, is_stopping=lambda: stopping().is_requested
        )


@_task(names.SEND_REPORTS)
def send_reports(**_: object) -> None:
    parts = services()
    if parts.queue.taken(names.SEND_REPORTS):  # otherwise an earlier message did the work
        reporting.send_reports(parts.postman)


@_task(names.IMPORT_FILES)
def import_files(**_: object) -> None:
    parts = services()
    if parts.queue.taken(names.IMPORT_FILES):  # otherwise an earlier message did the work
        importing.run_imports(parts.importer)


@_task(names.SWEEP)
def sweep(*, from_beat: bool = False, **_: object) -> None:
    parts = services()
    if from_beat and not parts.queue.taken(names.SWEEP):
        return
    clearing.clear_callbacks(parts.store, now=parts.clock.now())
    dropping.drop_codes(parts.store, now=parts.clock.now())
    access.drop_access(parts.store, now=parts.clock.now())
    expiring.drop_unused_sounds(parts.store, sounds=parts.sounds, now=parts.clock.now())
    audit_trail.drop_old_audit(parts.store, now=parts.clock.now())
    settling.settle_posted_cdrs(
        parts.store, queue=parts.queue, cdr_format=parts.cdr_format, now=parts.clock.now(), new_id=parts.new_id
    )
    sweeping.sweep(
        parts.store, queue=parts.queue, telephony=parts.telephony, now=parts.clock.now(), new_id=parts.new_id
    )
    desk = LegDesk(store=parts.store, queue=parts.queue, now=parts.clock.now(), new_id=parts.new_id)
    keep_legs(desk, phones=parts.phones)
    retaining.drop_old_records(parts.store, now=parts.clock.now())
    unrecording.drop_recordings(parts.store, files=parts.recordings, now=parts.clock.now())
    deleting.clear_deleted_lists(parts.store, now=parts.clock.now())
    refreshing.run_refreshes(parts.store, queue=parts.queue, now=parts.clock.now())
    imports.drop_old_imports(parts.store, now=parts.clock.now())
    alerting.raise_alerts(
        parts.store, queue=parts.queue, stalled_after=parts.stalled_after, now=parts.clock.now(), new_id=parts.new_id
    )
    daily.make_daily_reports(
        daily.Making(store=parts.store, queue=parts.queue, now=parts.clock.now(), new_id=parts.new_id)
    )
    imports.ask_for_imports(parts.store, queue=parts.queue, now=parts.clock.now())


@_task(names.TICK)
def tick(*, from_beat: bool = False, **_: object) -> None:
    parts = services()
    if from_beat and not parts.queue.taken(names.TICK):
        return
    ticking.tick(parts.store, queue=parts.queue, now=parts.clock.now())
    pacing.pace_campaigns(parts.store, queue=parts.queue, now=parts.clock.now())
    if parts.speaks:
        parts.queue.render_sounds()
    settle_agents(Desk(store=parts.store, queue=parts.queue, now=parts.clock.now(), new_id=parts.new_id))
    backfills.run_backfills(parts.store, queue=parts.queue, now=parts.clock.now())
    sealing.seal_numbers(parts.store, now=parts.clock.now())
    counting.count_calls(parts.store)
