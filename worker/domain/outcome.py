"""The outcome of a call: decided by the answer first, then by the first rule that fits the facts of its end.

worker/CAUSES.md explains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.domain.call import Outcome
from worker.domain.hangup import Hangup
from worker.domain.hangup_causes import NUMBER_OF
from worker.domain.trunk_result import is_unreached

UNPLAYED: Final = "SERVICE_UNAVAILABLE"
"""The cause with which our own dialplan ends an answered call whose message it cannot play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRule:
    """What an unanswered call with these facts is; a fact that is None fits everything."""

    outcome: Outcome
    sip_status: int | None = None
    q850: int | None = None
    cause: str | None = None
    counts: bool = True
    """False: the end uses no attempt of the lead."""

    @property
    def facts(self) -> tuple[int | None, int | None]:
        """Return SIP status and number of the cause; two rules with the same facts contradict each other."""
        return self.sip_status, self.q850 if self.cause is None else NUMBER_OF.get(self.cause)

    def fits(self, hangup: Hangup) -> bool:
        """Return True when all facts that the rule names are those of the hang-up."""
        asked = ((self.sip_status, hangup.sip_status), (self.q850, hangup.q850), (self.cause, hangup.cause))
        return all(wanted in {None, told} for wanted, told in asked)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a call's end is, and whether it uses an attempt of its lead."""

    outcome: Outcome
    counts: bool = True


def decide_outcome(hangup: Hangup, *, rules: Sequence[CauseRule]) -> Verdict:
    """Return the verdict; rules are asked for unanswered calls only, and an answered call always counts.

    An answered call whose message could not be played is ``failed``. ``rules`` are the carrier's own before the shipped
    ones; what no rule knows is ``failed``. An end to which the trunk sent no reply at all never counts.
    """
    if hangup.answered and hangup.by_us and hangup.cause == UNPLAYED:
        return Verdict(Outcome.FAILED)
    if hangup.answered:
        return Verdict(Outcome.VOICEMAIL if hangup.by_machine else Outcome.ANSWERED)
    rule = next((rule for rule in rules if rule.fits(hangup)), None)
    counts = (rule is None or rule.counts) and not is_unreached(hangup)
    return Verdict(Outcome.FAILED if rule is None else rule.outcome, counts)
