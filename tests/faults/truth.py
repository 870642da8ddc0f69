"""Where the second source has told a call's end, its CDR is the switch's truth, whatever was assumed before."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from tests.faults.evidence import CallRow, Evidence
from tests.faults.promises import Broken, Promise
from tests.faults.second_source import Posted
from worker.domain.call import CallState

NUMBER_AT_FAULT: Final = "NO_USER_RESPONSE"
"""The cause of a call that ends because the trunk replies to others only."""
CDR: Final = "cdr"


def not_the_truth(evidence: Evidence) -> Iterator[Broken]:
    """Find CDRs that differ from what the second source told, and receivers that were told something else last."""
    told = _told_last(evidence)
    for row, posted in told_twice(evidence):
        facts = {"call": row.id, "lead": row.lead, "posted": posted.cause, "posted at": posted.at}
        if row.assumed_at is not None:
            facts |= {"cause": row.cause, "assumed at": row.assumed_at}
            yield Broken(Promise.TRUTH, "an end is only assumed although its switch has told it", facts)
        elif row.cause not in {posted.cause, NUMBER_AT_FAULT}:
            yield Broken(Promise.TRUTH, "a CDR has another cause than its switch told", facts | {"cause": row.cause})
        elif row.answered != posted.answered:
            yield Broken(Promise.TRUTH, "a CDR and its switch do not agree on the answer", facts)
        elif told.get(row.id, row.cause) != row.cause:
            facts |= {"cause": row.cause, "told": told[row.id]}
            yield Broken(Promise.TRUTH, "the last CDR that the receiver got is not the truth", facts)


def told_twice(evidence: Evidence) -> Iterator[tuple[CallRow, Posted]]:
    """Yield each ended call whose every dial has a posted CDR, with that of its last dial."""
    dials = Counter(line.call for line in evidence.lines if line.event == "originated")
    posted: defaultdict[str, dict[int, Posted]] = defaultdict(dict)
    for one in evidence.posted:
        posted[one.call][one.dial] = one
    for row in evidence.rows.calls.values():
        ends = posted.get(row.id, {})
        if row.state == CallState.ENDED and ends and len(ends) == dials[row.id]:
            last = ends[max(ends)]
            if last.at >= (row.dialled_at or 0.0):  # a later dial may have been lost on its way to the switch
                yield row, last


def _told_last(evidence: Evidence) -> dict[str, str]:
    """Return the cause in each call's CDR of the highest sequence."""
    received = [one for one in evidence.received if one.state == CDR and "sequence" in one.body]
    in_order = sorted(received, key=lambda one: int(one.body["sequence"]))
    return {one.call: str(one.body["cause"]) for one in in_order}
