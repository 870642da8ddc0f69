"""Requests that may change something are spans; a client's own trace is continued."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from worker.ports.dispatch.traces import TRACES
from worker.traces import OtlpTracer

CLIENTS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    TRACES.tracer = OtlpTracer(exporter, process="api", share=1.0)
    yield exporter
    TRACES.tracer = None


def test_a_request_that_may_change_something_is_a_span_of_its_clients_trace(
    client: TestClient, exported: InMemorySpanExporter
) -> None:
    client.get("/v3/campaign")
    answer = client.put("/v3/campaign/0197a5f0-0000-7000-8000-000000000001", json={}, headers={"traceparent": CLIENTS})
    assert isinstance(TRACES.tracer, OtlpTracer)
    TRACES.tracer.close()

    (span,) = exported.get_finished_spans()
    assert span.name == "PUT /v3/campaign/{campaign_uuid}"
    assert f"{span.context.trace_id:032x}" == CLIENTS.split("-")[1]
    facts = dict(span.attributes or {})
    assert facts == {"callbeat.status": answer.status_code, "callbeat.request_id": answer.headers["X-Request-ID"]}
