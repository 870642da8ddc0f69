"""One trace follows a call through all processes. Without a tracer, which is the default, nothing is done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol, TypeAlias

from pendulum import DateTime
from typing_extensions import override

Facts: TypeAlias = Mapping[str, str | int]
"""What is known of a span: ids and codes; never a number, a name or a token."""
TRACEPARENT: Final = "traceparent"
"""The header of requests and messages that names a trace and the span above (W3C Trace Context)."""


class Span(Protocol):
    """A span that has begun."""

    @property
    def traceparent(self) -> str | None:
        """Return what the spans below need; None for a trace that is not sampled."""

    def rename(self, name: str) -> None:
        """Replace the name."""

    def note(self, facts: Facts) -> None:
        """Add facts."""

    def end(self) -> None:
        """End it now, and export it."""


class Tracer(Protocol):
    """Exports spans; it must not fail and must not wait."""

    def begin(self, name: str, *, parent: str | None) -> Span:
        """Begin a span below ``parent``, or a new trace. One that is never ended is not exported."""

    def record(self, name: str, *, parent: str, began: DateTime, ended: DateTime, facts: Facts) -> None:
        """Export a span that is over."""


class _NoSpan(Span):
    """Stands for a span where nothing is traced."""

    traceparent = None

    @override
    def rename(self, name: str) -> None:
        pass

    @override
    def note(self, facts: Facts) -> None:
        pass

    @override
    def end(self) -> None:
        pass


_NO_SPAN: Final = _NoSpan()
_CURRENT: Final[ContextVar[str | None]] = ContextVar("traceparent", default=None)


class Traces:
    """The traces of this process."""

    def __init__(self) -> None:
        """Trace nothing yet."""
        self.tracer: Tracer | None = None

    def current(self) -> str | None:
        """Return the ``traceparent`` of what this thread does now; None when it is not traced."""
        return _CURRENT.get()

    @contextmanager
    def span(self, name: str, *, parent: str | None, is_kept: bool = True) -> Iterator[Span]:
        """Trace the block; what it asks of other processes continues this trace.

        With ``is_kept`` False the span is exported only if the block ends it.
        """
        if self.tracer is None:
            yield _NO_SPAN
            return
        begun = self.tracer.begin(name, parent=parent)
        before = _CURRENT.set(begun.traceparent)
        try:
            yield begun
        finally:
            _CURRENT.reset(before)
            if is_kept:
                begun.end()

    def record(self, name: str, *, parent: str | None, began: DateTime | None, ended: DateTime, facts: Facts) -> None:
        """Trace what is over; nothing without a parent, whose trace is not sampled or which an earlier release made."""
        if self.tracer is not None and parent is not None:
            self.tracer.record(name, parent=parent, began=began or ended, ended=ended, facts=facts)


TRACES: Final = Traces()
"""Those of this process. They are global for the reason for which a logger is: no rule depends on them."""
