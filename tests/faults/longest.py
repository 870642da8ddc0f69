"""No talk is longer than the longest call: the switch itself ends it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tests.faults.evidence import Evidence, Span
from tests.faults.promises import Broken, Promise, Tolerance
from tests.faults.seen import Seen

SILENT_SECONDS: Final = 0.5
BUSY_LINES: Final = 5
"""A switch that wrote so many lines in the second before a silence, and in the second after it, stood still."""


def too_long(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find talks that went on for longer than their carrier's longest call, less what the switch stood still."""
    stalls = {switch: list(_stalls(evidence, switch=switch)) for switch in {line.switch for line in evidence.lines}}
    for answered, hung_up, limit in talks(evidence):
        stops = stalls[hung_up.switch]
        stood = sum(max(0.0, min(stop.until, hung_up.at) - max(stop.since, answered.at)) for stop in stops)
        lasted = hung_up.at - answered.at - stood
        if lasted > limit + tolerance.longer_call:
            facts = {"call": hung_up.call, "carrier": hung_up.gateway, "lasted": lasted, "limit": limit}
            yield Broken(Promise.LONGEST_CALL, "a call went on for longer than the longest", facts)


def talks(evidence: Evidence) -> Iterator[tuple[Seen, Seen, float]]:
    """Yield the answer and the end of each call, and how many seconds there may be between them."""
    longest = {
        row.gateway: (row.settings.get("longest_call_seconds") or evidence.longest_call) / evidence.speed
        for row in evidence.rows.carriers.values()
    }
    answers: dict[str, Seen] = {}
    for line in evidence.lines:
        if line.event == "answered":
            answers[line.call] = line
        elif line.event == "hangup" and line.call in answers:
            yield answers.pop(line.call), line, longest.get(line.gateway, evidence.longest_call / evidence.speed)


def _stalls(evidence: Evidence, *, switch: str) -> Iterator[Span]:
    """Yield when the switch was stopped, and when it got no time of the machine, as its log shows."""
    stopped = [Span(one.since, one.until) for one in evidence.switch_stopped if one.switch == switch]
    yield from stopped
    moments = [line.at for line in evidence.lines if line.switch == switch]
    for place, (last, following) in enumerate(pairwise(moments)):
        is_known = any(stop.since <= following and last <= stop.until for stop in stopped)
        if following - last <= SILENT_SECONDS or is_known:
            continue
        before = place + 1 - bisect_left(moments, last - 1)
        after = bisect_right(moments, following + 1) - place - 1
        if min(before, after) >= BUSY_LINES:
            yield Span(last, following)
