"""When a fault may have kept everybody from dialling, and when a switch or a trunk was not as it should be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from tests.faults.evidence import Span
from tests.faults.faults import BETWEEN_HOSTS, OF_A_TRUNK, Fault, Kind
from tests.faults.recovery import ENDING, Happened
from tests.faults.switchboard import SWITCHES

RECOVERS_WITHIN: Final = 6.0
"""What the recovery of a fault is held to elsewhere."""
SWITCH_STARTS_WITHIN: Final = 8.0
"""A killed switch is started again after a second, and added again if it was forgotten."""
EVERYBODY_WAITS: Final = frozenset({Kind.STALLED, Kind.FLUSHED, Kind.CDRS_FIRST, Kind.RESTARTED, *BETWEEN_HOSTS})
LEADERS: Final = frozenset({"listener", "listener-2", "beat", "beat-2"})
NEEDED: Final = frozenset({"postgres", "pgbouncer", "redis"})
CARRY_CALLBACKS: Final = frozenset({*NEEDED, "callbacks", "receiver"})
ASK_FOR_CALLBACKS: Final = frozenset({"listener", "listener-2", "worker", "worker-1", "worker-2", "beat", "beat-2"})
ALL_CALLBACKS_WAIT: Final = frozenset({Kind.FLUSHED, Kind.RESTARTED, *BETWEEN_HOSTS})
JUST_BEFORE: Final = 2.0
"""A callback that was written then may not have been sent yet."""


def hindered(faults: Sequence[Happened], *, outages: Sequence[Span]) -> tuple[Span, ...]:
    """Return the times in which something else than a switch or a trunk was at fault, and was being got over.

    ``outages`` are times in which nobody of a kind worked.
    """
    hindering = (Span(one.began_at, one.ended_at) for one in faults if _hinders(one.fault))
    return tuple(Span(span.since, span.until + RECOVERS_WITHIN) for span in (*hindering, *outages))


def callbacks_hindered(faults: Sequence[Happened], *, down: Sequence[Span]) -> tuple[Span, ...]:
    """Return the times in which callbacks may have been late by another fault than that of somebody's URL.

    ``down`` are times in which their worker did not work. Who wrote a callback asks for it after the commit; a process
    that is hit just then leaves it to the sweep.
    """
    spans = [*down]
    for one in faults:
        if one.fault.kind in ALL_CALLBACKS_WAIT or one.fault.targets & CARRY_CALLBACKS:
            spans.append(Span(one.began_at, one.ended_at))
        elif one.fault.targets & ASK_FOR_CALLBACKS:
            spans.append(Span(one.began_at, one.began_at))
    return tuple(Span(span.since - JUST_BEFORE, span.until + RECOVERS_WITHIN) for span in spans)


def _hinders(fault: Fault) -> bool:
    is_take_over = fault.target in LEADERS and fault.kind in ENDING
    return fault.kind in EVERYBODY_WAITS or fault.target in NEEDED or is_take_over


def unwell(faults: Sequence[Happened]) -> Mapping[str, tuple[Span, ...]]:
    """Return by switch and by gateway when each was at fault, or was being got over.

    A trunk gets trial calls after pauses that double, so that one that is well again waits as long as it was dead.
    """
    spans: defaultdict[str, tuple[Span, ...]] = defaultdict(tuple)
    for one in faults:
        if one.fault.kind in OF_A_TRUNK:
            pause = 2 * (one.ended_at - one.began_at)
            spans[one.fault.target] += (Span(one.began_at, one.ended_at + pause + RECOVERS_WITHIN),)
        elif one.fault.target in SWITCHES:
            spans[one.fault.target] += (Span(one.began_at, one.ended_at + SWITCH_STARTS_WITHIN),)
    return dict(spans)
