"""A CDR says when its call ended by our clock, whatever the switch's own clock shows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from tests.faults.evidence import CallRow, Evidence
from tests.faults.promises import Broken, Promise, Tolerance
from tests.faults.seen import Seen
from worker.domain.call import LOST, UNKNOWN, CallState

UNHEARD: Final = frozenset({LOST, UNKNOWN})
"""Causes of ends that nobody heard: their time is that of the last sign of life."""
SET_WITHIN: Final = 1.0
"""Seconds within which a command reaches a switch and sets its clock."""


def ends_at_another_time(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find ended calls whose end is not when the switch's log, which goes by the machine's clock, has it.

    Times are counted from the dial, so that an end is too early by as long as the originate was on its way. What a
    switch measured while its clock was set says nothing: such an end may be anywhere in the call.
    """
    for row, ended_at, begun, hung_up in ends(evidence):
        on_its_way = 0.0 if row.dialled_at is None else max(0.0, begun.at - row.dialled_at)
        earlier = on_its_way + (hung_up.at - begun.at if _was_set(evidence, begun, hung_up) else 0.0)
        if not -earlier - tolerance.end_of_call <= ended_at - hung_up.at <= tolerance.end_of_call:
            facts: dict[str, object] = {"call": row.id, "lead": row.lead, "cause": row.cause}
            facts |= {"ended_at": ended_at, "hung_up_at": hung_up.at, "on_its_way": on_its_way}
            yield Broken(Promise.TIMES, "a CDR has a wrong time", facts)


def ends(evidence: Evidence) -> Iterator[tuple[CallRow, float, Seen, Seen]]:
    """Yield each end that was heard: the row and its end, and both ends of the call in the switch's log.

    A call that the log has more than once is left out.
    """
    begun: defaultdict[str, list[Seen]] = defaultdict(list)
    hung_up: defaultdict[str, list[Seen]] = defaultdict(list)
    for line in evidence.lines:
        if line.event == "originated":
            begun[line.call].append(line)
        elif line.event == "hangup":
            hung_up[line.call].append(line)
    for row in evidence.rows.calls.values():
        if row.ended_at is None or row.state != CallState.ENDED or row.cause in UNHEARD:
            continue
        if len(begun[row.id]) == len(hung_up[row.id]) == 1:
            yield row, row.ended_at, begun[row.id][0], hung_up[row.id][0]


def _was_set(evidence: Evidence, begun: Seen, hung_up: Seen) -> bool:
    moments = evidence.clock_set.get(hung_up.switch, ())
    return any(begun.at - SET_WITHIN <= at <= hung_up.at + SET_WITHIN for at in moments)
