"""What a callback worker tells Prometheus: how long events waited until their receivers accepted them."""

from prometheus_client import CollectorRegistry

from tests.fakes.callbacks import AWAY, HAD, FakeSender
from tests.fakes.clock import FakeClock
from tests.unit.usecases.callbacks.conftest import Deliver
from tests.unit.usecases.callbacks.look import fill
from worker.domain.retry import SCHEDULE
from worker.jobs.call_figures import CallFigures
from worker.ports.dispatch.watching import WATCHERS
from worker.store.transaction import SqlStore


def test_a_callbacks_delay_is_counted_from_its_event_to_the_answer_that_accepts_it(
    store: SqlStore, deliver: Deliver, clock: FakeClock
) -> None:
    registry = CollectorRegistry()
    figures = CallFigures(registry)
    WATCHERS.add(figures)
    fill(store, 1)
    sender = FakeSender(AWAY, HAD, meanwhile=lambda: clock.wait(0.5))

    deliver(sender)
    clock.wait(SCHEDULE[0].total_seconds())
    deliver(sender)
    WATCHERS.remove(figures)

    step = {"step": "callback"}
    assert registry.get_sample_value("callbeat_delay_seconds_count", step) == 1
    assert registry.get_sample_value("callbeat_delay_seconds_sum", step) == SCHEDULE[0].total_seconds() + 1
