"""What a listener does after it was told to stop: hand over, stay while calls are up, or leave."""

from dataclasses import dataclass
from enum import StrEnum

from pendulum import Duration

from worker.domain.timing import LEASE_OFFERED


class DrainStep(StrEnum):
    """The next step of a listener that stops."""

    OFFER = "offer"
    """Release the lease, so that a standby can acquire it."""
    WAIT = "wait"
    """Keep events, and leave the lease to a standby for a moment longer."""
    LEAD = "lead"
    """Lead this switch again, closed to new calls: nobody else hears the calls that are up."""
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """What a listener that stops knows."""

    left: Duration
    """What is left of the drain time."""
    another_leads: bool
    offered_for: Duration | None
    """How long ago the lease was released; None before that."""
    calls_up: int | None
    """Calls on this switch; None when the database cannot be asked."""


def decide_drain_step(stopping: Stopping) -> DrainStep:
    """Decide the next step. Calls are counted after the offer: no new ones can begin from there on."""
    if stopping.another_leads or stopping.left <= Duration():
        return DrainStep.LEAVE
    if stopping.offered_for is None:
        return DrainStep.OFFER
    if stopping.offered_for < LEASE_OFFERED:
        return DrainStep.WAIT
    return DrainStep.LEAVE if stopping.calls_up == 0 else DrainStep.LEAD
