"""No attempt is spent on a call that reached nobody: by the switches' logs, whatever the database made of the call."""

from collections import Counter
from collections.abc import Iterator

from tests.faults.dials import NO_REPLY
from tests.faults.evidence import CallRow, Evidence
from tests.faults.promises import Broken, Promise
from tests.faults.seen import Seen
from worker.domain.call import CallState
from worker.domain.trunk import UNREACHED_DIALS


def spent_on_nobody(evidence: Evidence) -> Iterator[Broken]:
    """Find attempts that were used although no far side ever replied, and leads with more of them than counted calls.

    An end that was assumed is in doubt. A number to which a trunk never replies is at fault after some dials.
    """
    last = _last_lines(evidence)
    unreached = Counter(line.call for line in evidence.lines if (line.event, line.why) == ("hangup", NO_REPLY))
    for row in spending(evidence):
        line = last.get(row.id)
        reached = line is not None and line.event != "refused" and line.why != NO_REPLY
        if not reached and unreached[row.id] < UNREACHED_DIALS:
            seen = None if line is None else (line.event, line.why, line.cause)
            facts = {"call": row.id, "lead": row.lead, "cause": row.cause, "seen": seen}
            yield Broken(Promise.NOBODY, "a call that reached nobody used an attempt", facts)
    counted = Counter(row.lead for row in evidence.rows.calls.values() if _is_counted(row))
    for lead in evidence.rows.leads.values():
        if lead.called_count > counted[lead.id]:
            used = {"lead": lead.id, "attempts": lead.called_count, "counted calls": counted[lead.id]}
            yield Broken(Promise.NOBODY, "a lead has used more attempts than it has counted calls", used)


def spending(evidence: Evidence) -> Iterator[CallRow]:
    """Yield the calls that used an attempt, and of whose end a switch told."""
    return (row for row in evidence.rows.calls.values() if _is_counted(row) and row.assumed_at is None)


def _is_counted(row: CallRow) -> bool:
    return row.state == CallState.ENDED and row.counted


def _last_lines(evidence: Evidence) -> dict[str, Seen]:
    """Return the last line of each call."""
    return {line.call: line for line in evidence.lines if line.call}
