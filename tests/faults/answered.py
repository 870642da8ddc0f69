"""Nobody who answered is called again: by the switch's own log, whatever the database made of the call."""

from collections.abc import Iterator

from tests.faults.evidence import Evidence
from tests.faults.promises import Broken, Promise
from worker.domain.call import LOST, Outcome


def called_again_after_an_answer(evidence: Evidence) -> Iterator[Broken]:
    """Find leads that were dialled after a call that their callee had answered.

    A switch that restarts takes the truth with it (cause ``LOST``); a campaign may recall who answered.
    """
    answered: dict[str, str] = {}
    for line in evidence.lines:
        if line.event == "answered" and not _may_be_recalled(evidence, line.call, campaign=line.campaign):
            answered[line.lead] = line.call
        elif line.event == "originated" and answered.get(line.lead, line.call) != line.call:
            facts = {"at": line.at, "lead": line.lead, "call": line.call, "answered": answered[line.lead]}
            yield Broken(Promise.ANSWERED, "a lead was dialled after its callee had answered", facts)


def _may_be_recalled(evidence: Evidence, call: str, *, campaign: str) -> bool:
    row, settings = evidence.rows.calls.get(call), evidence.rows.campaigns.get(campaign)
    if row is not None and row.cause == LOST:
        return True
    statuses = () if settings is None else settings.settings.get("recall_status") or ()
    return Outcome.ANSWERED in statuses
