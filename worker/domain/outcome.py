"""The outcome of a call: decided by the answer first, then by the first rule that fits the facts of its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from worker.domain.call import Outcome
from worker.domain.hangup import Hangup


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRule:
    """What an unanswered call with these facts is; a fact that is None fits everything."""

    outcome: Outcome
    sip_status: int | None = None
    q850: int | None = None
    cause: str | None = None

    def fits(self, hangup: Hangup) -> bool:
        """Return True when all facts that the rule names are those of the hang-up."""
        asked = ((self.sip_status, hangup.sip_status), (self.q850, hangup.q850), (self.cause, hangup.cause))
        return all(wanted in {None, told} for wanted, told in asked)


def decide_outcome(hangup: Hangup, *, rules: Sequence[CauseRule]) -> Outcome:
    """Return the outcome; an answered call is never anything else than answered or voicemail.

    ``rules`` are the carrier's own before the shipped ones. What no rule knows is ``failed``.
    """
    if hangup.answered:
        return Outcome.VOICEMAIL if hangup.by_machine else Outcome.ANSWERED
    return next((rule.outcome for rule in rules if rule.fits(hangup)), Outcome.FAILED)
