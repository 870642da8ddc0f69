"""Exports spans by OpenTelemetry's protocol over HTTP, with the extra ``opentelemetry``."""

from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import INVALID_SPAN, set_span_in_context
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pendulum import DateTime
from typing_extensions import override

from worker.ports.dispatch.traces import TRACEPARENT, Facts, Span, Tracer

PATH: Final = "/v1/traces"
EXPORTED_WITHIN_SECONDS: Final = 5.0
"""A collector that is away costs spans, and nothing else."""
EVERY_MILLISECONDS: Final = 1000
_FORMAT: Final = TraceContextTextMapPropagator()
_NANOSECONDS: Final = 1_000_000_000


class OtlpTracer(Tracer):
    """Sends spans in batches, from a thread of its own."""

    def __init__(self, exporter: SpanExporter, *, process: str, share: float) -> None:
        """Name the service after the kind of process; keep this share of the traces that begin here."""
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: f"callbeat-{process}"}),
            sampler=ParentBased(TraceIdRatioBased(share)),
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EVERY_MILLISECONDS))
        self._tracer = self._provider.get_tracer("callbeat")

    @override
    def begin(self, name: str, *, parent: str | None) -> Span:
        return _Begun(self._tracer.start_span(name, context=_context(parent)))

    @override
    def record(self, name: str, *, parent: str, began: DateTime, ended: DateTime, facts: Facts) -> None:
        span = self._tracer.start_span(
            name, context=_context(parent), attributes=_named(facts), start_time=_nanoseconds(min(began, ended))
        )
        span.end(_nanoseconds(ended))

    def close(self) -> None:
        """Export what is left."""
        self._provider.shutdown()


class _Begun(Span):
    """A span of OpenTelemetry that has begun."""

    def __init__(self, span: OtelSpan) -> None:
        self._span = span

    @property
    @override
    def traceparent(self) -> str | None:
        if not self._span.is_recording():
            return None
        carrier: dict[str, str] = {}
        _FORMAT.inject(carrier, set_span_in_context(self._span))
        return carrier.get(TRACEPARENT)

    @override
    def rename(self, name: str) -> None:
        self._span.update_name(name)

    @override
    def note(self, facts: Facts) -> None:
        self._span.set_attributes(_named(facts))

    @override
    def end(self) -> None:
        if self._span.is_recording():
            self._span.end()


def tracer_to(url: str, *, process: str, share: float) -> OtlpTracer:
    """Return a tracer for a collector, such as ``http://127.0.0.1:4318``."""
    exporter = OTLPSpanExporter(endpoint=url.rstrip("/") + PATH, timeout=EXPORTED_WITHIN_SECONDS)
    return OtlpTracer(exporter, process=process, share=share)


def _context(parent: str | None) -> Context:
    """Return the context below ``parent``; what is no ``traceparent`` begins a new trace."""
    root = set_span_in_context(INVALID_SPAN, Context())
    return root if parent is None else _FORMAT.extract({TRACEPARENT: parent}, context=root)


def _named(facts: Facts) -> dict[str, str | int]:
    return {f"callbeat.{name}": value for name, value in facts.items()}


def _nanoseconds(moment: DateTime) -> int:
    return round(moment.timestamp() * 1_000_000) * (_NANOSECONDS // 1_000_000)
