"""A collector of OpenTelemetry's traces, in a thread of the test."""

from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from typing_extensions import override

from tests.stack.addresses import LOOPBACK


@dataclass(frozen=True, slots=True)
class Collected:
    """One span, with the kind of process that sent it."""

    trace: str
    service: str
    name: str
    call: str


class Collector:
    """Takes spans from its making to ``close``."""

    def __init__(self) -> None:
        """Listen."""
        self.spans: list[Collected] = []
        collected = self.spans

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collected.extend(spans_of(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Taking)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def spans_of(body: bytes) -> list[Collected]:
    """Return the spans of one export."""
    found = []
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        named = {one.key: one.value.string_value for one in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                facts = {one.key: one.value.string_value for one in span.attributes}
                call = facts.get("callbeat.call_id", "")
                found.append(Collected(span.trace_id.hex(), named["service.name"], span.name, call))
    return found
