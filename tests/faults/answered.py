"""Nobody who answered is called again: by the switches' own logs, whatever the database made of the call."""

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.evidence import Evidence
from tests.faults.promises import Broken, Promise, Tolerance
from worker.domain.call import LOST, Outcome
from worker.domain.outcome import UNPLAYED


def called_again_after_an_answer(evidence: Evidence, *, tolerance: Tolerance) -> Iterator[Broken]:
    """Find leads that were dialled after a call that their callee had answered; a campaign may recall who answered.

    A switch that restarts with the call up, or before it has told the end, takes the truth with it (cause ``LOST``);
    not if the second source has told the end, and there was time to settle it.
    """
    excuses = _excuses(evidence, tolerance=tolerance)
    answered: dict[str, str] = {}
    for line in evidence.lines:
        if line.event == "answered" and not _may_be_recalled(evidence, campaign=line.campaign):
            answered[line.lead] = line.call
        elif line.event == "hangup" and line.cause == UNPLAYED and answered.get(line.lead) == line.call:
            del answered[line.lead]  # nothing, or not all, could be said: the call failed
        elif line.event == "originated" and (call := answered.get(line.lead, line.call)) != line.call:
            since, until = excuses.get(call, (float("inf"), 0.0))
            if not since <= line.at <= until:
                facts = {"at": line.at, "lead": line.lead, "call": line.call, "answered": call}
                yield Broken(Promise.ANSWERED, "a lead was dialled after its callee had answered", facts)


def _excuses(evidence: Evidence, *, tolerance: Tolerance) -> dict[str, tuple[float, float]]:
    """Return from when to when the answer of each lost call may be unknown: from the restart to the posted CDR."""
    starts: defaultdict[str, list[float]] = defaultdict(list)
    for line in evidence.lines:
        if line.event == "started":
            starts[line.switch].append(line.at)
    told = {one.call: one.at for one in reversed(evidence.posted)}
    excuses = {}
    for line in evidence.lines:
        row = evidence.rows.calls.get(line.call)
        is_lost = row is not None and (row.cause == LOST or line.call in told)
        restart = next((at for at in starts[line.switch] if at > line.at), None)
        if line.event == "answered" and is_lost and restart is not None:
            excuses[line.call] = (restart, told.get(line.call, float("inf")) + tolerance.settled)
    return excuses


def _may_be_recalled(evidence: Evidence, *, campaign: str) -> bool:
    settings = evidence.rows.campaigns.get(campaign)
    statuses = () if settings is None else settings.settings.get("recall_status") or ()
    return Outcome.ANSWERED in statuses
