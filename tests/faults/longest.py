"""No talk is longer than the longest call: the switch itself ends it."""

from collections.abc import Iterator

from tests.faults.evidence import Evidence
from tests.faults.promises import Broken, Promise, Tolerance
from tests.faults.seen import Seen


def too_long(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find talks that went on for longer than their carrier's longest call, less what the switch stood still."""
    for answered, hung_up, limit in talks(evidence):
        stops = [stop for stop in evidence.switch_stopped if stop.switch == hung_up.switch]
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
