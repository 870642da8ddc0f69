"""Where a campaign stands, in one word, as operators filter campaigns."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pendulum import DateTime

from worker.domain.campaign import Campaign, Status, resume_if_due


class RunState(StrEnum):
    """The state of a campaign's run; each campaign has exactly one."""

    DIALLING = "dialling"
    """Calls are up or on their way."""
    FAILING = "failing"
    """It runs, and its carrier's circuit breaker is open."""
    WAITING = "waiting"
    """It runs, and waits for its window, a recall, or a free channel."""
    FINISHED = "finished"
    """It runs, and nobody is left to be called."""
    PAUSED = "paused"
    STOPPED = "stopped"
    """It is stopped, not active, or expired."""


URGENCY: Final[Mapping[RunState, int]] = {
    RunState.FAILING: 0,
    RunState.DIALLING: 1,
    RunState.WAITING: 2,
    RunState.PAUSED: 3,
    RunState.FINISHED: 4,
    RunState.STOPPED: 5,
}
"""In which order operators look at campaigns, least first."""


def run_state(campaign: Campaign, *, live: int, has_waiting: bool, is_failing: bool, now: DateTime) -> RunState:
    """Return where a campaign stands; ``live`` counts its live calls, also those that wait for their dial."""
    status = resume_if_due(campaign, now=now).status
    is_over = campaign.expires_at is not None and campaign.expires_at <= now
    if live and not is_failing:
        return RunState.DIALLING
    if status is Status.STOP or not campaign.active or is_over:
        return RunState.DIALLING if live else RunState.STOPPED
    if status is Status.PAUSE:
        return RunState.DIALLING if live else RunState.PAUSED
    if is_failing and (live or has_waiting):
        return RunState.FAILING
    return RunState.WAITING if has_waiting else RunState.FINISHED
