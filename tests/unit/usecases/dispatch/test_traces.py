"""One trace holds a call from its plan to its callback; without a tracer nothing is written."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from tests.builders import NOON, add_leads, fill_store, stored_settings, viettel
from tests.unit.usecases.conftest import World
from tests.unit.usecases.look import an_end, call_row
from worker.domain.call import Answered, Outcome, Ringing
from worker.ports.dispatch.traces import TRACES
from worker.store.base.callback_tables import deliveries
from worker.traces import OtlpTracer

CLIENTS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    TRACES.tracer = OtlpTracer(exporter, process="test", share=1.0)
    yield exporter
    TRACES.tracer = None


def close() -> None:
    """Export what is left."""
    assert isinstance(TRACES.tracer, OtlpTracer)
    TRACES.tracer.close()


def live_through(world: World) -> None:
    fill_store(world.store, stored_settings(callback_url="http://crm.example/cdr"))
    add_leads(world.store, viettel(1))
    with TRACES.span("request", parent=CLIENTS):
        (call_id,) = world.plan()
    world.clock.wait(2)
    world.place([call_id])
    dialled = world.clock.now()
    world.hear(Ringing(call_id, dialled), Answered(call_id, dialled))
    world.hear(an_end(call_id, Outcome.ANSWERED))


def test_the_steps_of_a_call_are_spans_of_the_trace_of_the_request(
    world: World, exported: InMemorySpanExporter
) -> None:
    live_through(world)
    close()

    spans = {span.name: span for span in exported.get_finished_spans()}
    assert spans.keys() == {"request", "dial", "ringing", "answered", "call"}
    assert {f"{span.context.trace_id:032x}" for span in spans.values()} == {CLIENTS.split("-")[1]}
    request = spans["request"].context.span_id
    assert {span.parent.span_id for name, span in spans.items() if name != "request" and span.parent} == {request}
    dial = spans["dial"]
    assert (dial.start_time, (dial.end_time or 0) - (dial.start_time or 0)) == (NOON.timestamp() * 1e9, 2_000_000_000)
    assert dict(spans["call"].attributes or {})["callbeat.outcome"] == "answered"
    with world.store.reading() as tx:
        kept = tx.connection.scalars(select(deliveries.c.traceparent)).all()
    assert {one and one.split("-")[2] for one in kept} == {f"{request:016x}"}


@pytest.mark.parametrize("share", [None, 0.0], ids=["off", "not sampled"])
def test_what_is_not_traced_leaves_nothing_behind(world: World, share: float | None) -> None:
    exporter = InMemorySpanExporter()
    if share is not None:
        TRACES.tracer = OtlpTracer(exporter, process="test", share=share)
    fill_store(world.store)
    add_leads(world.store, viettel(1))

    with TRACES.span("request", parent=None):
        (call_id,) = world.dial()
    TRACES.tracer = None

    assert call_row(world, call_id).traceparent is None
    assert exporter.get_finished_spans() == ()


def test_a_plan_that_nothing_ends_is_not_exported(exported: InMemorySpanExporter) -> None:
    with TRACES.span("idle", parent=None, is_kept=False):
        assert TRACES.current() is not None
    with TRACES.span("busy", parent="nonsense", is_kept=False) as span:
        span.end()
    close()

    assert TRACES.current() is None
    assert [span.name for span in exported.get_finished_spans()] == ["busy"]
